"""What is seen of a server after the last step of a scenario, while its clients are there."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from stat import S_IMODE

from starlette_conformance.model.observations import EndsIn, Kept, SocketMode
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.census import Census, take

SECONDS = 2.0
"""How long a server may take to let go: sse-starlette looks twice a second whether it is to end."""
BETWEEN_LOOKS = 0.05
PIECE = 32 << 20
"""Bytes in which memory is counted."""
OBJECTS = 500
"""Objects of any type are counted by so many: some come and go with what is cached."""


def afterwards(server: Server, before: Census | None, scenario: Scenario) -> Mapping[str, str]:
    """What it observes of all this, by name."""
    kept = [each for each in scenario.expected if isinstance(each, Kept)]
    found = _grown(server, before, kept) if before and kept else {}
    if SocketMode() in scenario.expected:
        found[str(SocketMode())] = f"{S_IMODE(Path(server.path).stat().st_mode):o}"
    return found | {
        str(each): _end(server, each.seconds)
        for each in scenario.expected
        if isinstance(each, EndsIn)
    }


def _end(server: Server, seconds: float) -> str:
    server.log.wait_for(lambda _: False, seconds)
    return f"within {seconds:g} s" if server.log.ended else f"not within {seconds:g} s"


def _grown(server: Server, before: Census, wanted: Sequence[Kept]) -> dict[str, str]:
    """How many more there are of what is counted, as soon as there are none, or in the end."""
    deadline = time.monotonic() + SECONDS
    while True:
        last, after = time.monotonic() > deadline, take(server)
        found = {str(each): _more(each, before, after) for each in wanted}
        if last or not any(found.values()):
            return {name: str(count) for name, count in found.items()}
        time.sleep(BETWEEN_LOOKS)


def _more(kept: Kept, before: Census, after: Census) -> int:
    if kept.what == "objects":
        return max(0, sum(after.types.values()) - sum(before.types.values())) // OBJECTS
    if kept.what == "memory":
        return max(0, after.memory - before.memory) // PIECE
    if not kept.types:
        return max(0, int(getattr(after, kept.what)) - int(getattr(before, kept.what)))
    more = sum(after.types.get(name, 0) - before.types.get(name, 0) for name in kept.types)
    return max(0, more)
