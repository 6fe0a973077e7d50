"""What is seen of a scenario, and by which name outcomes give it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Observation:
    """What is seen of a scenario; `str` names it in outcomes, by `says` with its fields."""

    says: ClassVar[str]

    def __str__(self) -> str:
        return self.says.format(**vars(self))


@dataclass(frozen=True)
class ObservationOn(Observation):
    """What is seen on the connection that `on` names."""

    on: str

    says = "{on}"


@dataclass(frozen=True)
class ResponseOn(ObservationOn):
    """The first response on a connection, as it stood on the wire: a `Response`."""


@dataclass(frozen=True)
class ResponsesOn(ObservationOn):
    """All responses on a connection: a list of them."""


@dataclass(frozen=True)
class FramesOn(ObservationOn):
    """The server's frames behind a WebSocket handshake, a line each."""

    says = "frames on {on}"


@dataclass(frozen=True)
class EndOf(ObservationOn):
    """How a connection ended that was watched, and how many whole seconds after the client had sent
    something: a server that waits for N seconds from then on ends it after N at the least.
    """

    says = "end of {on}"


@dataclass(frozen=True)
class PingedStreamOn(ObservationOn):
    """The first response on a connection; the moment in a ping is TIME."""


@dataclass(frozen=True)
class GzippedOn(ObservationOn):
    """The first response on a connection; a moment in the head of its gzip (RFC 1952) is TIME."""


@dataclass(frozen=True)
class PingAfter(ObservationOn):
    """The seconds from the request for a stream to its first event, which is a ping."""

    says = "first ping on {on}"


@dataclass(frozen=True)
class PingDelay(ObservationOn):
    """The seconds from the moment that a ping states, taken as UTC, to when it came."""

    says = "time of the ping on {on}"


@dataclass(frozen=True)
class RespondsIn(ObservationOn):
    """Whether responses on a connection were whole so many seconds after their requests: most of
    some in a row.
    """

    seconds: float

    says = "time of a response on {on}"


@dataclass(frozen=True)
class IdleWaits(Observation):
    """Whether a response that was read as a whole came so many seconds late although the server had
    nothing to do: time in which it worked, or waited for a core, is left out.
    """

    seconds: float

    says = "idle waits"


@dataclass(frozen=True)
class DatesOn(ObservationOn):
    """Whether two responses on a connection have the same Date."""

    says = "dates on {on}"


@dataclass(frozen=True)
class HeldFor(Observation):
    """Whether the server held connections until their clients left, and let go of them then."""

    those: tuple[str, ...]

    says = "connections at the server"


@dataclass(frozen=True)
class ExitStatus(Observation):
    """The exit status as text, once all clients have left; -N where signal N ended the process."""

    says = "exit status"


@dataclass(frozen=True)
class FirstExitStatus(Observation):
    """The exit status of the server that was started again, as `ExitStatus`; -9 where it did not
    end in time.
    """

    says = "exit status before it was started again"


@dataclass(frozen=True)
class Kept(Observation):
    """How many more the server has than at MarkKept, once the last step is done, and it had some
    time to let go. Without `types`, `what` is tasks, descriptors, threads, objects, which are
    counted by 500, or memory, in whole pieces of 32 MiB; else `types` are the classes of its
    objects that are counted.
    """

    what: str
    types: tuple[str, ...] = ()

    says = "{what} kept"


@dataclass(frozen=True)
class EndsIn(Observation):
    """Whether the server ends in so many seconds after the last step, though clients stay."""

    seconds: float

    says = "end of the server"


@dataclass(frozen=True)
class SocketFile(Observation):
    """Whether the file of its Unix socket is there once it has ended."""

    says = "file of the socket"


@dataclass(frozen=True)
class SocketMode(Observation):
    """Who may use its Unix socket, in octal digits, once the last step is done."""

    says = "mode of the socket"


Select = Callable[[Sequence[str]], Sequence[str]]


def every(lines: Sequence[str]) -> Sequence[str]:
    return lines


@dataclass(frozen=True)
class Printed(Observation):
    """The lines of standard output, as `LogLines`, which then are those of standard error alone.
    Of what goes to both the order is not known.
    """

    says = "standard output"


@dataclass(frozen=True)
class LogLines(Observation):
    """The lines of the log, those that `select` gives back; called by another name where a scenario
    looks at several parts of it.

    A process id is PID, the server's port PORT, and that of a client the connection's name.
    """

    select: Select = every
    name: str = "log"

    says = "{name}"
