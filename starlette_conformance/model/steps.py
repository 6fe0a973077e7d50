"""What is done in a scenario, step by step: each is plain data, and in words by `str`."""

import signal
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Step:
    """Something that happens; `str` is `says` with its fields."""

    says: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.says.format(**vars(self))


@dataclass(frozen=True)
class StepOn(Step):
    """Something that happens on the connection that `on` names."""

    on: str


@dataclass(frozen=True)
class Connect(StepOn):
    """Open a connection. The first step that names one does so as well."""

    says = "{on}: connect"


@dataclass(frozen=True)
class Send(StepOn):
    """Send bytes as they are; `slowly` one at a time, so that the server gets each alone."""

    data: bytes
    slowly: bool = False

    def __str__(self) -> str:
        slowly = ", a byte at a time" * self.slowly
        return f"{self.on}: send {described(self.data)}{slowly}"


@dataclass(frozen=True)
class ReadResponses(StepOn):
    """Read until so many more responses to requests of this method are whole."""

    number: int = 1
    method: str = "GET"

    def __str__(self) -> str:
        return f"{self.on}: read {_count(self.number, 'response')}"


@dataclass(frozen=True)
class SendEach(StepOn):
    """Send the same request so many times, each behind the response to the last one."""

    data: bytes
    times: int

    def __str__(self) -> str:
        return (
            f"{self.on}: send {described(self.data)} {self.times} times, each once it is answered"
        )


@dataclass(frozen=True)
class ReadChunks(StepOn):
    """Read the head and so many chunks, or events, in all, and not a byte more; or to the end."""

    number: int
    method: str = "GET"

    def __str__(self) -> str:
        what = f"{_count(self.number, 'event')}" if self.number else "the head"
        return f"{self.on}: read until {what} came, or to the end"


@dataclass(frozen=True)
class ReadFrames(StepOn):
    """Read behind the response to a WebSocket handshake until so many frames came in all, or to the
    end.
    """

    number: int

    def __str__(self) -> str:
        return f"{self.on}: read until {_count(self.number, 'frame')} came, or to the end"


@dataclass(frozen=True)
class ReadToEnd(StepOn):
    """Read until the server closes the connection, or the connection's time is over."""

    says = "{on}: read to the end"


@dataclass(frozen=True)
class Watch(StepOn):
    """Read until the server closes the connection, but no longer than so many seconds since the
    last response.
    """

    seconds: float

    says = "{on}: send nothing for up to {seconds:g} s, and read"


@dataclass(frozen=True)
class Pause(Step):
    seconds: float

    says = "wait for {seconds:g} s"


@dataclass(frozen=True)
class HalfClose(StepOn):
    """Close the sending side only."""

    says = "{on}: close the sending side"


@dataclass(frozen=True)
class Reset(StepOn):
    """Leave with a reset instead of an orderly close."""

    says = "{on}: reset"


@dataclass(frozen=True)
class Leave(StepOn):
    says = "{on}: disconnect"


@dataclass(frozen=True)
class Signal(Step):
    """Send a signal to a server that rests; with `while_open`, only if one of these is open."""

    number: signal.Signals
    while_open: tuple[str, ...] = ()

    def __str__(self) -> str:
        only = f" if {' or '.join(self.while_open)} is still open" if self.while_open else ""
        return f"send {self.number.name} to the server{only}"


@dataclass(frozen=True)
class SignalWorkers(Step):
    """Send a signal to so many workers of the server: processes below it that listen with it."""

    number: signal.Signals
    count: int

    def __str__(self) -> str:
        return f"send {self.number.name} to {_count(self.count, 'worker')} of the server"


@dataclass(frozen=True)
class AwaitLines(Step):
    """Wait until so many lines of the log have this text, but no longer than so many seconds."""

    text: str
    times: int
    seconds: float

    says = "wait up to {seconds:g} s until {text!r} was logged {times} times"


@dataclass(frozen=True)
class StartAgain(Step):
    """Wait for so many seconds until the server has ended, kill it if it has not, and start it
    again on the same port.
    """

    seconds: float

    says = "wait {seconds:g} s for the server to end, and start it again on its port"


@dataclass(frozen=True)
class SignalBeside(Step):
    """Send a signal, and bytes on a connection, so that the server finds both at once."""

    number: signal.Signals
    on: str
    data: bytes

    def __str__(self) -> str:
        return f"{self.on}: send {described(self.data)}, and {self.number.name} to the server"


@dataclass(frozen=True)
class Repeat(Step):
    """The same steps so many times, on new connections each time."""

    times: int
    steps: tuple[StepOn, ...]

    def __str__(self) -> str:
        return f"{self.times:,} times: {'; '.join(map(str, self.steps))}"


@dataclass(frozen=True)
class MarkKept(Step):
    """Take what the server keeps now as the begin of what is counted."""

    says = "count what the server keeps from here on"


@dataclass(frozen=True)
class MarkLog(Step):
    """Leave out what was logged so far."""

    says = "look at the log from here on"


def described(data: bytes) -> str:
    """Bytes that are sent: their request lines, or the beginning of what has none."""
    lines = [line for line in data.split(b"\r\n") if b" HTTP/" in line]
    shown = (lines or [data])[:3]
    more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    return ", ".join(ascii(line[:60].decode("latin-1")) for line in shown) + more


def _count(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
