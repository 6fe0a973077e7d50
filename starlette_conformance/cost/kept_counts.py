"""Counts of reference apps, kept by all that they depend on: the stack, the project's apps and its
way to count, valgrind, the processor, the layout.
"""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from starlette_conformance.cost import callgrind, counts
from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.counted_servers import by_app
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.child_environment import base
from starlette_conformance.stacks.cache import cache_folder, key_of
from starlette_conformance.stacks.identity import identity
from starlette_conformance.stacks.kept_file import KeptFile
from starlette_conformance.stacks.project import digest, modules

KIND, MOST = "counts", 1000
SOURCES = (
    *("apps/**/*", "benchmarks/apps/*", "specs/ledger/apps.py", "specs/ledger/site.py"),
    *modules("model", "output", "process", "servers", "http", "stacks", "cost"),
)
"""What counts depend on: the apps, how they are started, what is sent, and the files they serve."""


class _Kept(msgspec.Struct):
    counted: float
    """When, in seconds since the epoch."""
    counts: dict[str, Count]


@dataclass
class Counts:
    """By benchmark; those of `ages` were kept, for so many seconds."""

    found: dict[str, Count] = field(default_factory=dict)
    ages: dict[str, float] = field(default_factory=dict)


def count(
    environment: Environment,
    benchmarks: Iterable[Benchmark],
    done: Callable[[], None] = lambda: None,
    layout: int = 0,
    repeats: int = counts.REQUESTS,
    fresh: bool = False,
) -> Counts:
    """As `counts.count`, of what is not kept; of all with `fresh`."""
    result, missing = Counts(), list[list[Benchmark]]()
    grouped = by_app(benchmarks)
    stack = _key(environment, layout, repeats)
    files = {those[0].app: _file(stack, those) for those in grouped}
    for those in grouped:
        file = files[those[0].app]
        kept = file.read() if file and not fresh else None
        if kept is None:
            missing.append(those)
            continue
        age = max(0.0, time.time() - kept.counted)
        for each in those:
            result.found[each.name], result.ages[each.name] = kept.counts[each.name], age
            done()
    if missing:
        every = [each for those in missing for each in those]
        result.found |= counts.count(environment, every, done, layout, repeats)
    for those in missing:
        if file := files[those[0].app]:
            file.write(_Kept(time.time(), {each.name: result.found[each.name] for each in those}))
    return result


def _key(environment: Environment, layout: int, repeats: int) -> str | None:
    """What the counts of all apps on a stack depend on; None where the stack is the user's."""
    stack = identity(environment)
    if stack is None:
        return None
    constants = (counts.WARM_UP, counts.SETTLED, counts.STREAMS, counts.SHORT, counts.LONG, repeats)
    machine = (_valgrind(), callgrind.processor(), str(cache_folder()))
    return key_of(stack, digest(*SOURCES), machine, environment.server.name, layout, constants)


def _file(stack: str | None, benchmarks: Sequence[Benchmark]) -> KeptFile[_Kept] | None:
    """What is kept of an app; None where the stack, or the app, is the user's."""
    if stack is None or not benchmarks[0].forks:
        return None
    return KeptFile(KIND, key_of(stack, [each.name for each in benchmarks]), _Kept, MOST)


def _valgrind() -> str:
    """Its release; none where it is not there, and nothing can be counted."""
    program = shutil.which("valgrind")
    if program is None:
        return ""
    command = [program, "--version"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=base()
    )
    return done.stdout.strip()
