"""A scenario: what clients and signals do to one server, step by step, and what is seen of it.

It is plain data. `starlette_conformance/scenarios/` plays it on a stack. The scenarios themselves,
each with the outcome that it has on every stack, stand in `specs/`.
"""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """Something that happens, in words by `str`. `on` names the connection that it happens on."""


@dataclass(frozen=True)
class Connect(Step):
    """Open a connection. The first step that names one does so as well."""

    on: str

    def __str__(self) -> str:
        return f"{self.on}: connect"


@dataclass(frozen=True)
class Send(Step):
    """Send bytes as they are."""

    on: str
    data: bytes

    def __str__(self) -> str:
        return f"{self.on}: send {described(self.data)}"


@dataclass(frozen=True)
class ReadResponses(Step):
    """Read until so many more responses to requests of this method are whole."""

    on: str
    number: int = 1
    method: str = "GET"

    def __str__(self) -> str:
        return f"{self.on}: read {_count(self.number, 'response')}"


@dataclass(frozen=True)
class ReadChunks(Step):
    """Read the head and so many chunks, or events, in all, and not a byte more; or to the end."""

    on: str
    number: int
    method: str = "GET"

    def __str__(self) -> str:
        what = f"{_count(self.number, 'event')}" if self.number else "the head"
        return f"{self.on}: read until {what} came, or to the end"


@dataclass(frozen=True)
class ReadToEnd(Step):
    """Read until the server closes the connection, or the connection's time is over."""

    on: str

    def __str__(self) -> str:
        return f"{self.on}: read to the end"


@dataclass(frozen=True)
class Watch(Step):
    """Read until the server closes the connection, but no longer than so many seconds since the
    last request that has a response.
    """

    on: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.on}: send nothing for up to {self.seconds:g} s, and read"


@dataclass(frozen=True)
class Pause(Step):
    seconds: float

    def __str__(self) -> str:
        return f"wait for {self.seconds:g} s"


@dataclass(frozen=True)
class HalfClose(Step):
    """Close the sending side only."""

    on: str

    def __str__(self) -> str:
        return f"{self.on}: close the sending side"


@dataclass(frozen=True)
class Reset(Step):
    """Leave with a reset instead of an orderly close."""

    on: str

    def __str__(self) -> str:
        return f"{self.on}: reset"


@dataclass(frozen=True)
class Leave(Step):
    on: str

    def __str__(self) -> str:
        return f"{self.on}: disconnect"


@dataclass(frozen=True)
class Signal(Step):
    """Send a signal to a server that rests; with `while_open`, only if one of these is open."""

    number: signal.Signals
    while_open: tuple[str, ...] = ()

    def __str__(self) -> str:
        only = f" if {' or '.join(self.while_open)} is still open" if self.while_open else ""
        return f"send {self.number.name} to the server{only}"


@dataclass(frozen=True)
class SignalBeside(Step):
    """Send a signal, and bytes on a connection, so that the server finds both at once."""

    number: signal.Signals
    on: str
    data: bytes

    def __str__(self) -> str:
        return f"{self.on}: send {described(self.data)}, and {self.number.name} to the server"


@dataclass(frozen=True)
class MarkLog(Step):
    """Leave out what was logged so far."""

    def __str__(self) -> str:
        return "look at the log from here on"


@dataclass(frozen=True)
class Observation:
    """What is seen of a scenario; `str` names it in outcomes."""


@dataclass(frozen=True)
class ResponseOn(Observation):
    """The first response on a connection, as it stood on the wire: a `Response`."""

    on: str

    def __str__(self) -> str:
        return self.on


@dataclass(frozen=True)
class ResponsesOn(Observation):
    """All responses on a connection: a list of them."""

    on: str

    def __str__(self) -> str:
        return self.on


@dataclass(frozen=True)
class EndOf(Observation):
    """How a connection ended that was watched, and after how many whole seconds."""

    on: str

    def __str__(self) -> str:
        return f"end of {self.on}"


@dataclass(frozen=True)
class DatesOn(Observation):
    """Whether two responses on a connection have the same Date."""

    on: str

    def __str__(self) -> str:
        return f"dates on {self.on}"


@dataclass(frozen=True)
class HeldFor(Observation):
    """Whether the server held connections until their clients left, and let go of them then."""

    those: tuple[str, ...]

    def __str__(self) -> str:
        return "connections at the server"


@dataclass(frozen=True)
class ExitStatus(Observation):
    """The exit status as text, once all clients have left; -N where signal N ended the process."""

    def __str__(self) -> str:
        return "exit status"


Select = Callable[[Sequence[str]], Sequence[str]]


def every(lines: Sequence[str]) -> Sequence[str]:
    return lines


@dataclass(frozen=True)
class LogLines(Observation):
    """The lines of the log, those that `select` gives back; called by another name where a scenario
    looks at several parts of it.

    A process id is PID, the server's port PORT, and that of a client the connection's name.
    """

    select: Select = every
    name: str = "log"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class Scenario:
    """What is done to a server, and what is expected of it: `expected` says what is observed.

    `name` is unique, and finishes the sentence "the server, where ...". `served` is the app, or a
    variant of it; `interval` the seconds between two events of its stream, where others are wanted.
    Where `port_taken`, somebody else listens on its port when it starts. `slow` tells that it takes
    more than a second or two. `seconds` is how long a connection may last.
    """

    name: str
    served: str
    steps: tuple[Step, ...]
    expected: Mapping[Observation, Any]
    interval: float | None = None
    port_taken: bool = False
    slow: bool = False
    seconds: float = 10.0

    @property
    def ends_its_server(self) -> bool:
        """Whether no other scenario can have its server."""
        signals = any(isinstance(step, Signal | SignalBeside) for step in self.steps)
        return signals or self.port_taken or any(isinstance(o, ExitStatus) for o in self.expected)

    @property
    def reads_log(self) -> bool:
        return any(isinstance(observation, LogLines) for observation in self.expected)

    @property
    def words(self) -> tuple[str, ...]:
        """What is done, a line each."""
        paced = f" with {self.interval:g} s between two events" if self.interval else ""
        taken = " on a port that is taken" if self.port_taken else ""
        return (f"start {self.served}{paced}{taken}", *map(str, self.steps))


def described(data: bytes) -> str:
    """Bytes that are sent: their request lines, or the beginning of what has none."""
    lines = [line for line in data.split(b"\r\n") if b" HTTP/" in line]
    shown = (lines or [data])[:3]
    more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    return ", ".join(ascii(line[:60].decode("latin-1")) for line in shown) + more


def _count(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
