"""What a run measured, as it stands in a results file. The rules of `load/run_verdict.py` read
nothing else.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from starlette_conformance.model.decode import from_json
from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.output_files import as_json


class Spread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A distribution of times, in milliseconds."""

    count: int = 0
    p50: float = 0.0
    p90: float = 0.0
    p99: float = 0.0
    p999: float = 0.0
    max: float = 0.0


class Process(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a process took while events were counted.

    `cores` is CPU seconds by seconds, and `waiting` the part of the time for which it could have
    run, and others had the cores.
    """

    cores: float = 0.0
    waiting: float = 0.0
    bytes_before: int = 0
    bytes_with: int = 0


class Requests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The requests of one User class, on one stack.

    `time` is from when a request was sent; `due`, from when it should have been, and that counts
    requests too that could not be sent before the run ended. `target` requests were due, and `sent`
    of them were sent, in the `seconds` in which all users ran. `cpu_us` is the server's CPU time
    for each, if known.
    """

    count: int
    failures: int
    time: Spread
    cpu_us: float | None = None
    due: Spread = Spread()
    target: int = 0
    sent: int = 0
    seconds: float = 0.0
    server: Process | None = None


class Stall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Clients that stopped reading in mid-stream.

    The server `held_back` so many of them: it wrote no more to them until they read again.
    `bytes_each` is what its memory grew by, for each, since events counted; None where it is not
    known. `calm` is the lateness of the other clients' events before, and `beside` since then.
    """

    clients: int
    held_back: int
    bytes_each: int | None
    calm: Spread
    beside: Spread


class Restart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server that was stopped under its streams, and started again on the same port.

    `failed` says why it was not, and is empty where it was. It ended with `status`, `ended` seconds
    after the signal, and listened again after `listening`. The streams of `clients` ended then.
    `back` of them have a stream again, `by_id` of them by Last-Event-ID, and `gave_up` have none.
    `time` is from the end of the one stream to the head of the other. Of those, `resumed` went on
    where they had been, and `anew` began with event 1 again, once they had an event.
    """

    failed: str = ""
    status: int = 0
    ended: float = 0.0
    listening: float = 0.0
    clients: int = 0
    back: int = 0
    by_id: int = 0
    gave_up: int = 0
    time: Spread = Spread()
    resumed: int = 0
    anew: int = 0
    lost: int = 0
    """Numbers that a client which resumed never saw; of one that began again, the events that were
    due meanwhile."""
    repeated: int = 0


class Fanout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The streams of a run.

    `lateness` and `cores` are of the `seconds` in which all were open; defects, of the whole run.
    `null` is the lateness of the null server's streams, `lag` how late the generator's own loop
    was, `raw` the lateness that the raw reader saw of the same server.
    """

    wanted: int
    connected: int
    interval: float
    profile: str
    seconds: float
    lateness: Spread
    null: Spread
    lag: Spread
    raw: Spread
    drift: float
    """How much longer than the interval an event takes on average, in milliseconds."""
    defects: Mapping[str, int] = msgspec.field(default_factory=dict)
    server: Process | None = None
    cpu_us: float | None = None
    """The server's CPU time for each event."""
    generators: tuple[Process, ...] = ()
    notes: tuple[str, ...] = ()
    """What a profile saw beside, a sentence each."""
    faults: tuple[str, ...] = ()
    """What else went wrong, a sentence each."""
    first_event: Spread = Spread()
    """From each request of the run to its first event."""
    gap: Spread = Spread()
    """Between two events of a stream, one after the other, in the same `seconds`."""
    stall: Stall | None = None
    restart: Restart | None = None


class Results(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole run: the servers that were loaded, requests by User class, and streams if any.

    `crashed` has a sentence for each server that ended by itself; `processes` is how many
    generators there were, and `silent` how many of them never reported.
    `respawned` says that users were spawned again in mid-run.
    """

    servers: Mapping[str, str]
    requests: Mapping[str, Requests] = msgspec.field(default_factory=dict)
    fanout: Fanout | None = None
    crashed: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    processes: int = 1
    silent: int = 0
    respawned: bool = False
    cores: float = 0.0
    """The most that one generator took of a core; `waiting`, as that of a process."""
    waiting: float = 0.0
    null: Spread = Spread()
    """The time of requests to the null server since they were due, beside the others."""
    ceiling: int = 0
    """Requests a second that the generators could send to null servers, before the run."""
    sides: tuple[str, ...] = ()
    """The stacks that OLD and NEW in names of `requests` are."""
    users: int = 0
    """How many users the run was to have; `started` is how many there were when it ended."""
    started: int = 0


def with_clients(restart: Restart, **seen: object) -> Restart:
    """The restart, with what clients saw of it."""
    return msgspec.structs.replace(restart, **seen)


def with_crashed(results: Results, sentences: Iterable[str]) -> Results:
    """The results, where what these sentences say went wrong besides."""
    return msgspec.structs.replace(results, crashed=(*results.crashed, *sentences))


def written(results: Results) -> str:
    return as_json(msgspec.to_builtins(results))


def read(path: Path) -> Results:
    """Read a results file back. Raises UsageError, with the field."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    return from_json(text, Results, path)
