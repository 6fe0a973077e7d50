"""What makes a stack dearer: functions by the bytecodes that they execute for a request, or for an
event, and functions of C by their calls.

Both stacks run once more, traced, which changes their time and not what they execute.
"""

import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Literal, get_args

import msgspec

from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.callgrind import OWN, PATIENT
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.paired import PINNED
from starlette_conformance.cost.traffic import Line
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import Under, rests
from starlette_conformance.process.worker_threads import side_by_side
from starlette_conformance.stacks.tempdirs import scratch

RUNNER = Path(__file__).with_name("_attribution_runner.py")
SECONDS = 30.0
WARM_UP = 3
REPEATS = 7
"""Of which the median counts, so that what a timer does now and then does not."""
EVENTS = 20
INTERVAL = 0.001
"""Seconds between two events."""
NAMED = 3
LEAST = 0.1
"""Bytecodes, or calls, a unit, beyond what the timers of a stream make."""
EXECUTED = ("instructions", "CPU seconds")
"""Figures that functions make."""
SITE = "site-packages/"
LIBRARY = "/lib/python"


class _Executed(msgspec.Struct):
    """What the runner writes: by function, since it began."""

    bytecodes: dict[str, int]
    calls: dict[str, int]


Of = Literal["package", "Python", "C"]
OF: tuple[Of, ...] = get_args(Of)
"""What packages, and a user's app, do stands first: how often Python's event loop goes round may be
chance."""


@dataclass(frozen=True)
class Contributor:
    """A function, and how many bytecodes it executes a unit; or how often it is called, of C."""

    function: str
    old: float
    new: float
    of: Of = "package"

    def __str__(self) -> str:
        unit = "calls" if self.of == "C" else "bytecodes"
        return f"{self.function} {self.new - self.old:+.3g} {unit}"


def contributors(
    old: Environment, new: Environment, benchmarks: Sequence[Benchmark]
) -> dict[str, list[Contributor]]:
    """What executes another number of bytecodes on NEW, by benchmark of one app; what does more of
    them first.

    Raises CannotTell.
    """
    with scratch() as older, scratch() as newer:
        jobs = [
            partial(_executed, environment, benchmarks, folder / "executed")
            for environment, folder in ((old, older), (new, newer))
        ]
        both = side_by_side(jobs, 2)
    found = {}
    for each in benchmarks:
        before, after = (one[each.name] for one in both)
        changed = [
            *_changed(before["bytecodes"], after["bytecodes"]),
            *_changed(before["calls"], after["calls"], "C"),
        ]
        found[each.name] = sorted(changed, key=lambda c: (OF.index(c.of), c.old - c.new))
    return found


def attributed(
    findings: Iterable[Finding], old: Environment, new: Environment, benchmarks: Iterable[Benchmark]
) -> tuple[list[Finding], dict[str, list[Contributor]]]:
    """The findings, each that functions make with those that make most of it; and all functions
    that changed, by benchmark. Where that fails, the finding says why, and stays.
    """
    findings = list(findings)
    red = [each for each in findings if each.what in EXECUTED and each.outcome == "regression"]
    found: dict[str, list[Contributor]] = {}
    words: dict[str, str] = {}
    names = {each.benchmark for each in red}
    dearer = [each for each in benchmarks if each.name in names]
    for app in dict.fromkeys(each.app for each in dearer):
        those = [each for each in dearer if each.app == app]
        try:
            found |= contributors(old, new, those)
            words |= {each.name: in_words(found[each.name]) for each in those}
        except CannotTell as error:
            words |= {each.name: f"not known by which functions: {error}" for each in those}
    return [
        replace(each, detail=words[each.benchmark]) if each in red else each for each in findings
    ], found


def in_words(found: Iterable[Contributor]) -> str:
    """Those that do most more; nothing where none does."""
    more = [each for each in found if each.new > each.old]
    return ", ".join(map(str, more[:NAMED]))


def _changed(
    before: Mapping[str, float], after: Mapping[str, float], of: Of | None = None
) -> Iterator[Contributor]:
    for name in sorted({*before, *after}):
        old, new = before.get(name, 0.0), after.get(name, 0.0)
        if abs(new - old) >= LEAST:
            path, colon, function = name.rpartition(":")
            short, whose = _known(path)
            text = f"{function} ({short})" if colon else name
            yield Contributor(text, old, new, of or whose)


def _executed(
    environment: Environment, benchmarks: Sequence[Benchmark], file: Path
) -> dict[str, dict[str, dict[str, float]]]:
    """By benchmark, kind and function, what the server executes a unit."""
    under = Under(script=[str(RUNNER), str(file), str(PATIENT)], pinned=PINNED)
    server = benchmarks[0].start(environment, under, INTERVAL, file.with_name(OWN))
    found = {}
    try:
        port = server.port()
        for benchmark in benchmarks:
            readings = [_read(server, file)]  # which begins it
            for _ in range(WARM_UP + REPEATS):
                _run(server, port, benchmark)
                readings.append(_read(server, file))
            pairs = [*pairwise(readings)][WARM_UP:]
            units = EVENTS if benchmark.streams else 1
            found[benchmark.name] = {
                "bytecodes": _a_unit([(a.bytecodes, b.bytecodes) for a, b in pairs], units),
                "calls": _a_unit([(a.calls, b.calls) for a, b in pairs], units),
            }
    finally:
        server.kill()
    return found


def _run(server: Server, port: int, benchmark: Benchmark) -> None:
    with Line(server, port, benchmark) as line:
        line.follow(EVENTS) if benchmark.streams else line.exchange()


def _read(server: Server, file: Path) -> _Executed:
    """What has been executed, when the server rests."""
    rests(server.pid, 1.0)
    file.unlink(missing_ok=True)
    with suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGUSR2)
    deadline = time.monotonic() + SECONDS
    while not file.exists():
        if server.log.ended or time.monotonic() > deadline:
            where = f"{server.app} on {server.environment}"
            raise CannotTell(f"{where} does not say within {SECONDS:g} s what it executes")
        time.sleep(0.002)
    return msgspec.json.decode(file.read_bytes(), type=_Executed)


def _a_unit(
    pairs: Sequence[tuple[Mapping[str, int], Mapping[str, int]]], units: int
) -> dict[str, float]:
    """The median of what came between two readings; functions of one name are one."""
    found: dict[str, float] = {}
    for name in pairs[-1][1]:
        count = median(after.get(name, 0) - before.get(name, 0) for before, after in pairs)
        alike = name.rpartition(SITE)[2]  # wherever the stack is installed
        found[alike] = found.get(alike, 0.0) + count / units
    return found


def _known(path: str) -> tuple[str, Of]:
    """A file as it is imported, and whose it is."""
    _, copied, short = path.partition(f"/{OWN}/app/")
    if copied:
        return short, "package"
    _, found, short = path.partition(LIBRARY)
    if found or path.startswith("<frozen "):
        return (short.partition("/")[2] if found else path), "Python"
    return path, "package"
