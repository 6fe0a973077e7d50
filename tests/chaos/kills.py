"""What is killed, by what, and what must be so afterwards."""

import json
import random
import re
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import psutil

from starlette_conformance.model.errors import Failure
from starlette_conformance.process.forkserver import FORKER
from starlette_conformance.runs.run_reader import load
from starlette_conformance.runs.summary import Summary
from tests.chaos.killing import Killed, Place, Role, end, kill, started, whole
from tests.chaos.witness import Witness, witness

INT, TERM, KILL = signal.SIGINT, signal.SIGTERM, signal.SIGKILL
Signals = tuple[signal.Signals, ...]
ANY: tuple[Signals, ...] = ((INT,), (TERM,), (KILL,), (INT, INT))
WORKERS: tuple[Signals, ...] = ((TERM,), (KILL,))
STARTS_SECONDS = 30.0
TRIES = 5
"""A run that ended before it was killed is tried again, and killed earlier."""

HARNESS = ("-m", "starlette_conformance")
SPECS = ("-m", "pytest", "specs", "-p", "no:cacheprovider")
LOCUST = ("-m", "locust", "-f", "loadtests", "--headless", "-u", "4", "-r", "4", "-t", "3s")
BOTH = ("--stack", "documented", "--stack", "documented-h11")
NEXT = ("judge", "--stack", "documented", "--", "-k", "test_greets_the_user_named_in_the_path")
RUNS, PORT = "RUNS", "PORT"
"""In a command: the folder of the run files, and a port."""
RUNNING = re.compile(r"Uvicorn running on http://127\.0\.0\.1:(\d+) ")


def is_session(process: psutil.Process) -> bool:
    return process.cmdline()[1:3] == ["-m", "pytest"]


def is_forker(process: psutil.Process) -> bool:
    return process.cmdline()[1:] == [str(FORKER)] and not is_app(process)


def is_app(process: psutil.Process) -> bool:
    """A forked app has the command line of its parent."""
    parent = process.parent()
    command = process.cmdline()
    return command[1:] == [str(FORKER)] and parent is not None and parent.cmdline() == command


def is_locust_worker(process: psutil.Process) -> bool:
    parent = process.parent()
    return "locust" in process.cmdline() and parent is not None and "locust" in parent.cmdline()


@dataclass(frozen=True)
class Case:
    """A command that is killed, and its share of all kills.

    `role` tells which of its processes is killed; the leader where there is none. `fresh` are the
    kinds of folders in the cache that it has to make anew. Where it names a PORT, there is a server
    whose exchanges a witness sees.
    """

    command: Sequence[str]
    share: int
    signals: tuple[Signals, ...] = ANY
    role: Role | None = None
    fresh: tuple[str, ...] = ()


JUDGE = (*HARNESS, "judge", *BOTH, "--jobs", "2", "--runs", RUNS, "--", "-k", "test_hello.py")
BY_URL = ("--url", f"hello=http://127.0.0.1:{PORT}", "--stack", "documented", "-k", "not curl")
"""What curl sends is no exchange of the harness."""
DIFF = (*HARNESS, "diff", "documented", "documented-h11", "--only", "hello", "--fresh")
CASES = {
    "judge": Case(JUDGE, 40),
    "judge: a session": Case(JUDGE, 16, WORKERS, is_session),
    "judge: a forker": Case(JUDGE, 12, WORKERS, is_forker),
    "judge: an app": Case(JUDGE, 12, WORKERS, is_app),
    "pytest specs": Case(
        (*SPECS, "--stack", "documented", "-k", "test_hello.py", "--runs", RUNS), 24
    ),
    "pytest specs, witnessed": Case((*SPECS, *BY_URL, "--runs", RUNS), 16),
    "diff": Case(DIFF, 24),
    "diff, its corpus to be recorded": Case(DIFF, 8, fresh=("corpora",)),
    "judge, provisioning": Case(JUDGE, 16, fresh=("environments", "resolutions", "sites")),
    "gate": Case((*HARNESS, "gate", *BOTH[1::2], "--benchmark", "hello"), 8),
    "serve": Case((*HARNESS, "serve", "sse", "--stack", "documented", "--port", "0"), 4),
    "specs in a browser": Case(
        (*SPECS, "--stack", "documented", "-k", "browser", "--runs", RUNS), 8
    ),
    "explore": Case((*HARNESS, "explore", *BOTH[1::2], "--requests", "50"), 4),
    "clients": Case((*HARNESS, "clients", "--client", "curl", "--without-app", "--fresh"), 8),
    "knee": Case((*HARNESS, "knee", "--stack", "documented", "--interval", "0.2"), 4),
    "locust": Case((*LOCUST, "HelloUser", "--stack", "documented"), 16),
    "locust --processes 2": Case(
        (*LOCUST, "SseUser", "--stack", "documented", "--interval", "0.2", "--processes", "2"), 16
    ),
    "locust: a worker": Case(
        (*LOCUST, "SseUser", "--stack", "documented", "--interval", "0.2", "--processes", "2"),
        8,
        WORKERS,
        is_locust_worker,
    ),
}
ENDLESS = {"serve": 4.0, "knee": 8.0, "explore": 8.0}
"""Seconds within which those are killed that would take much longer, or for ever."""


@dataclass
class Outcome:
    """What all kills of a case came to. `wrong` has a sentence on each thing that must not be."""

    kills: int = 0
    slowest: float = 0.0
    hung: int = 0
    processes: int = 0
    ports: int = 0
    folders: int = 0
    torn: int = 0
    lost: int = 0
    next_failed: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """What run files hold: `exchanges` and `verdicts` by number, and what is wrong with them.

    `ended` are the stacks whose run says that it ended, `begun` all of them. `failed` counts the
    verdicts that call a stack wrong.
    """

    exchanges: int
    sent: tuple[bytes, ...]
    verdicts: int
    failed: int
    torn: int
    begun: frozenset[str]
    ended: frozenset[str]
    wrong: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return bool(self.begun) and self.begun == self.ended


def read(folder: Path) -> Found:
    """Look at every line of the run files in a folder."""
    exchanges = verdicts = failed = torn = 0
    sent: list[bytes] = []
    begun, ended, wrong = set[str](), set[str](), list[str]()
    for path in sorted(folder.rglob("*.jsonl")):
        *lines, rest = path.read_bytes().split(b"\n")
        torn += bool(rest)
        records = [json.loads(line) for line in lines]
        ids = [record["id"] for record in records if record["kind"] == "exchange"]
        output = [record for record in records if record["kind"] == "verdict"]
        named = [number for record in output for number in record["exchanges"]]
        if ids != list(range(1, len(ids) + 1)) or not set(named) <= set(ids):
            wrong.append(f"{path.name}: exchanges are missing")
        stack = records[0]["stack"] if records else path.name
        begun.add(stack)
        if records and records[-1]["kind"] == "end":
            ended.add(stack)
        exchanges += len(ids)
        asked = [record["sent"] for record in records if record["kind"] == "exchange"]
        sent += ["".join(text for _, text in parts).encode("latin-1") for parts in asked]
        verdicts += len(output)
        failed += sum(record["verdict"] == "fail" for record in output)
        try:
            run = load(path)
            Summary.of([path])
        except Failure as failure:
            wrong.append(f"{path.name}: the reader says: {failure}")
        else:
            parts = (run.exchanges, run.verdicts, run.replays, run.outcomes) if run else ()
            taken = sum(map(len, parts)) + 1 + bool(run.end) if run else 0
            if taken != len(records):
                wrong.append(f"{path.name}: the reader takes {taken} of {len(records)} lines")
    sets = frozenset(begun), frozenset(ended)
    return Found(exchanges, tuple(sent), verdicts, failed, torn, *sets, tuple(wrong))


def placed(command: Sequence[str], place: Place, port: int = 0) -> list[str]:
    words = [str(place.runs) if word == RUNS else word for word in command]
    return [word.replace(PORT, str(port)) for word in words]


@contextmanager
def witnessed(case: Case, place: Place) -> Iterator[Witness | None]:
    """A server for a case that needs one, and who sees what it is asked."""
    if not any(PORT in word for word in case.command):
        yield None
        return
    process = started([*HARNESS, "serve", "hello", *BOTH[:2], "--port", "0"], place, {})
    try:
        deadline = time.monotonic() + STARTS_SECONDS
        while not (found := RUNNING.search(place.said())) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert found, place.said()
        with witness(int(found[1])) as seen:
            yield seen
    finally:
        end(process, place)


def kill_once(
    case: Case, folder: Path, cache: Path, part: float, seconds: float, by: Signals
) -> tuple[Place, Killed]:
    """Kill it when a part of its time has passed; `at` is None where it always ended before."""
    for number in range(TRIES):
        place = Place(folder / f"try{number}", cache)
        for kind in case.fresh:
            shutil.rmtree(cache / kind, ignore_errors=True)
        with witnessed(case, Place(folder / f"served{number}", cache)) as seen:
            command = placed(case.command, place, seen.port if seen else 0)
            killed = kill(command, place, part * seconds, by, case.role)
        if killed.at is not None:
            break
        part /= 2
    return place, replace(killed, missing=seen.missing(read(place.runs).sent) if seen else 0)


_ADDING = Lock()


def after(
    name: str, case: Case, place: Place, killed: Killed, by: Signals, total: Outcome
) -> list[str]:
    """Add up what was left behind, and let the next run show that it starts clean.

    A sentence on each thing that was wrong. One exchange may be missing, which was under way.
    """
    who = f"{name}, {' '.join(each.name for each in by)} at {killed.at or 0:.2f} s"
    found = read(place.runs)
    outright = KILL in by and case.role is None
    said = [f"left: {each}" for each in killed.processes]
    said += found.wrong
    if killed.missing > 1:
        said.append(f"{killed.missing} exchanges that the server saw are in no run file")
    if killed.ports:
        said.append(f"{killed.ports} ports are still listened on")
    if killed.leftovers and not outright:
        said.append(f"left: {', '.join(killed.leftovers)}")
    if killed.status is None:
        said.append("it did not end")
    if found.failed and KILL in by:
        said.append(f"{found.failed} specs fail, though the stack did nothing wrong")
    if killed.status == 0 and RUNS in case.command and not found.whole:
        said.append("it ended with 0, and a run is cut off")
    nextplace = Place(place.folder, place.cache)
    again = whole([*HARNESS, *NEXT[:3], "--runs", str(place.folder / "next"), *NEXT[3:]], nextplace)
    if again.status != 0 or "1 of 1 stacks judged: 1 pass" not in again.said:
        said.append(f"the next run ended with {again.status}: {again.said[-300:]}")
    if again.leftovers:
        said.append(f"left after the next run: {', '.join(again.leftovers)}")
    with _ADDING:
        total.next_failed += again.status != 0
        total.kills += 1
        total.slowest = max(total.slowest, killed.seconds - (killed.at or 0))
        total.hung += killed.status is None
        total.processes += len(killed.processes)
        total.ports += killed.ports
        total.folders += len(again.leftovers) + (0 if outright else len(killed.leftovers))
        total.torn += found.torn
        total.lost += len(found.wrong) + max(0, killed.missing - 1)
        return [f"{who}: {each}" for each in said]


def moments(number: int, chance: random.Random) -> list[float]:
    """Parts of a run, spread over the whole of it, in another order."""
    found = [(n + chance.random()) / number for n in range(number)]
    chance.shuffle(found)
    return found
