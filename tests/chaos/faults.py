"""Faults of our own: `python -m tests.chaos.faults` kills runs at random, and looks what is left.

Ctrl-C, SIGTERM and SIGKILL of the harness, of a worker, of locust. It prints a table by case, and
ends with 1 where a process, a port or a folder was left, an exchange was lost, or the next run did
not pass.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console
from rich.table import Table

from starlette_conformance.stacks.cache import cache_folder
from tests.chaos.axis import axis
from tests.chaos.breakage import BREAKAGES, Lab
from tests.chaos.killing import Place, become_init, whole
from tests.chaos.kills import (
    CASES,
    ENDLESS,
    HARNESS,
    RUNS,
    Outcome,
    Signals,
    after,
    kill_once,
    moments,
    placed,
    read,
    witnessed,
)

LATEST = (*HARNESS, "judge", "--stack", "latest", "--runs", RUNS, "--", "-k", "test_hello.py")
LANES = 3
"""Runs that are killed at a time, each with a cache of its own."""


def main() -> int:
    options = parsed()
    output, began = Console(width=140), time.monotonic()
    become_init()
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        if options.axis:
            return judge_axis(Path(name), options, output)
        *caches, untouched = warmed(Path(name), options.lanes + 1)  # kills make some of it anew
        killing = Killing(Path(name), caches, output)
        killing.all(options)
        if killing.found:
            print_table(killing.found, output)
        wrong = [each for outcome in killing.found.values() for each in outcome.wrong]
        for each in [name for name in BREAKAGES if name in (options.only or BREAKAGES)]:
            wrong += tried(each, Path(name) / each.replace(" ", "_"), untouched, output)
    kills = sum(outcome.kills for outcome in killing.found.values())
    printed = f"{kills} kills, {len(wrong)} things wrong, seed {options.seed}"
    output.print(f"{printed}, {time.monotonic() - began:.0f} s", highlight=False)
    return int(bool(wrong))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of the moments (0)")
    parser.add_argument("--only", action="append", metavar="CASE", help="this case; repeatable")
    parser.add_argument("--number", type=int, default=220, help="kills in all cases (220)")
    parser.add_argument("--lanes", type=int, default=LANES, help=f"at a time ({LANES})")
    under = parser.add_argument_group("an axis of stacks, while its processes are killed")
    under.add_argument("--axis", action="store_true", help="do only this")
    under.add_argument("--stacks", type=int, default=0, help="the newest of them (0: all)")
    under.add_argument("--period", type=float, default=20.0, help="seconds between kills (20)")
    under.add_argument("-k", default="not browser", help="as for pytest (not browser)")
    options = parser.parse_args()
    known = [*CASES, *BREAKAGES]
    if unknown := set(options.only or ()) - set(known):
        parser.error(f"no case {', '.join(sorted(unknown))}: there are {'; '.join(known)}")
    return options


def judge_axis(folder: Path, options: argparse.Namespace, output: Console) -> int:
    how = (options.stacks, options.period, options.seed, ["-k", options.k])
    printed, wrong = axis(folder, cache_folder(), *how)
    output.print(printed, highlight=False, soft_wrap=True)
    tell_wrong(wrong, output)
    return int(bool(wrong))


def tell_wrong(wrong: Sequence[str], output: Console) -> None:
    for each in wrong:
        output.print(f"WRONG {each}", style="red", highlight=False, markup=False)


def tried(name: str, folder: Path, cache: Path, output: Console) -> list[str]:
    """Try a breakage; a sentence on each thing that was wrong."""
    began, lab = time.monotonic(), Lab(folder, cache)
    folder.mkdir()
    BREAKAGES[name](lab)
    took = time.monotonic() - began
    output.print(f"{name}: {lab.tried} runs, {len(lab.wrong)} wrong, {took:.0f} s", highlight=False)
    tell_wrong(lab.wrong, output)
    return lab.wrong


def warmed(folder: Path, number: int) -> list[Path]:
    """So many caches that hold all that the cases need."""
    first = Place(folder / "warm", folder / "cache0")
    for command in (CASES["diff"].command, CASES["judge"].command, LATEST):
        done = whole(placed(command, first), first)
        if done.status:
            sys.exit(f"{command} ended with {done.status} when nobody killed it:\n{done.said}")
    caches = [first.cache, *(folder / f"cache{each}" for each in range(1, number))]
    for cache in caches[1:]:
        subprocess.run(["cp", "-a", first.cache, cache], check=True)
    return caches


Job = tuple[str, int, float, Signals]
"""A case, a number, the part of its time after which it is killed, and by what."""


class Killing:
    """Runs of cases that are killed, some at a time. `found` is by case."""

    def __init__(self, folder: Path, caches: Sequence[Path], output: Console) -> None:
        self.found: dict[str, Outcome] = {}
        self._folder, self._output, self._lanes = folder, output, len(caches)
        self._seconds: dict[str, float] = {}
        self._caches: SimpleQueue[Path] = SimpleQueue()
        for cache in caches:
            self._caches.put(cache)

    def all(self, options: argparse.Namespace) -> None:
        chosen = [name for name in CASES if name in (options.only or CASES)]
        self.found = {name: Outcome() for name in chosen}
        shares = sum(CASES[name].share for name in chosen)
        jobs: list[Job] = []
        for name in chosen:
            chance = random.Random(f"{options.seed} {name}")
            signals = CASES[name].signals
            parts = moments(max(1, round(options.number * CASES[name].share / shares)), chance)
            jobs += [(name, n, part, signals[n % len(signals)]) for n, part in enumerate(parts)]
        random.Random(options.seed).shuffle(jobs)
        with ThreadPoolExecutor(self._lanes) as pool:
            list(pool.map(self._leave_alone, chosen))
            for done, _ in enumerate(pool.map(self._kill, jobs), 1):
                if done % 20 == 0:
                    self._output.print(f"{done} of {len(jobs)}", style="dim")

    def _leave_alone(self, name: str) -> None:
        """See how long a case takes, and that nothing is left of it then either."""
        if name in ENDLESS:
            self._seconds[name] = ENDLESS[name]
            return
        case, cache, folder = CASES[name], self._caches.get(), self._own(name)
        try:
            place = Place(folder / "whole", cache)
            for kind in case.fresh:
                shutil.rmtree(cache / kind, ignore_errors=True)
            with witnessed(case, Place(folder / "served", cache)) as seen:
                done = whole(placed(case.command, place, seen.port if seen else 0), place)
        finally:
            self._caches.put(cache)
        self._seconds[name] = done.seconds
        wrong = []
        if seen and (missing := seen.missing(read(place.runs).sent)):
            wrong.append(f"{name}, left alone: {missing} exchanges are missing")
        left = [*done.processes, *done.leftovers]
        if done.status not in (0, 1, 3) or left:
            said = f"ended with {done.status}, leaving {left}: {done.said[-500:]}"
            wrong.append(f"{name}, left alone: {said}")
        self._add(name, wrong)

    def _kill(self, job: Job) -> None:
        name, number, part, by = job
        case, cache, folder = CASES[name], self._caches.get(), self._own(name) / str(number)
        try:
            place, killed = kill_once(case, folder, cache, part, self._seconds[name], by)
            if killed.at is None:
                self._add(name, [f"{name}: it always ended before it was killed"])
            else:
                self._add(name, after(name, case, place, killed, by, self.found[name]))
            shutil.rmtree(folder)
        finally:
            self._caches.put(cache)

    def _own(self, name: str) -> Path:
        return self._folder / name.replace(" ", "_")

    def _add(self, name: str, wrong: list[str]) -> None:
        self.found[name].wrong += wrong
        tell_wrong(wrong, self._output)


def print_table(found: dict[str, Outcome], output: Console) -> None:
    columns = ("processes", "ports", "folders", "torn lines", "lost", "next run failed", "hung")
    table = Table("killed", "kills", *columns, "slowest end, s", "wrong")
    for name, each in found.items():
        left = each.processes, each.ports, each.folders, each.torn, each.lost, each.next_failed
        cells = [each.kills, *left, each.hung, f"{each.slowest:.1f}", len(each.wrong)]
        table.add_row(name, *map(str, cells), style="red" if each.wrong else "")
    output.print(table, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
