"""Faults of our own: `python -m tests.faults` kills runs at random moments, and looks what is left.

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
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console
from rich.table import Table

from harness.cache import cache_folder
from tests.axis import axis
from tests.breakage import BREAKAGES, Lab
from tests.killing import Place, become_init, whole
from tests.kills import (
    CASES,
    ENDLESS,
    HARNESS,
    RUNS,
    Case,
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
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
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
    output, began = Console(width=140), time.monotonic()
    become_init()
    if options.axis:
        return judge_axis(options, output)
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        caches = warmed(folder, options.lanes)
        found = killed(folder, caches, options, output)
        if found:
            print_table(found, output)
        wrong = [each for outcome in found.values() for each in outcome.wrong]
        for each in [name for name in BREAKAGES if name in (options.only or BREAKAGES)]:
            lab, took = tried(folder / each.replace(" ", "_"), caches[0], BREAKAGES[each])
            told = f"{each}: {lab.tried} runs, {len(lab.wrong)} wrong, {took:.0f} s"
            output.print(told, highlight=False, style="red" if lab.wrong else "")
            wrong += [f"{each}: {said}" for said in lab.wrong]
    for each in wrong:
        output.print(f"WRONG {each}", style="red", highlight=False, markup=False)
    kills = sum(outcome.kills for outcome in found.values())
    seconds = time.monotonic() - began
    output.print(
        f"{kills} kills survived, {len(wrong)} wrong, seed {options.seed}, {seconds:.0f} s"
    )
    return int(bool(wrong))


def judge_axis(options: argparse.Namespace, output: Console) -> int:
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        words = ["-k", options.k]
        told, wrong = axis(
            Path(name), cache_folder(), options.stacks, options.period, options.seed, words
        )
    output.print(told, highlight=False, soft_wrap=True)
    for each in wrong:
        output.print(f"WRONG {each}", style="red", highlight=False, markup=False)
    return int(bool(wrong))


def tried(folder: Path, cache: Path, breakage: Callable[[Lab], None]) -> tuple[Lab, float]:
    """Try a breakage; what came of it, and how long it took."""
    began, lab = time.monotonic(), Lab(folder, cache)
    folder.mkdir()
    breakage(lab)
    return lab, time.monotonic() - began


def killed(
    folder: Path, warm: Sequence[Path], options: argparse.Namespace, output: Console
) -> dict[str, Outcome]:
    """Kill runs of every case, some at a time."""
    chosen = {name: case for name, case in CASES.items() if name in (options.only or CASES)}
    if not chosen:
        return {}
    shares = sum(case.share for case in chosen.values())
    numbers = {n: max(1, round(options.number * c.share / shares)) for n, c in chosen.items()}
    caches: SimpleQueue[Path] = SimpleQueue()
    for cache in warm:
        caches.put(cache)
    outcomes = {name: Outcome() for name in chosen}
    seconds: dict[str, float] = {}
    with ThreadPoolExecutor(options.lanes) as pool:
        list(pool.map(partial(time_taken, folder, caches, seconds, outcomes), chosen.items()))
        jobs = []
        for name, case in chosen.items():
            chance = random.Random(f"{options.seed} {name}")
            for number, part in enumerate(moments(numbers[name], chance)):
                by = case.signals[number % len(case.signals)]
                jobs.append((name, case, number, part, by))
        random.Random(options.seed).shuffle(jobs)
        one = partial(one_kill, folder, caches, seconds, outcomes)
        for done, _ in enumerate(pool.map(one, jobs), 1):
            if done % 20 == 0:
                output.print(f"{done} of {len(jobs)}", style="dim")
    return outcomes


def warmed(folder: Path, lanes: int) -> list[Path]:
    """As many caches that hold all that the cases need."""
    first = Place(folder / "warm", folder / "cache0")
    for command in (CASES["diff"].command, CASES["judge"].command, LATEST):
        done = whole(placed(command, first), first)
        if done.status:
            sys.exit(f"{command} ended with {done.status} when nobody killed it:\n{done.said}")
    caches = [first.cache, *(folder / f"cache{number}" for number in range(1, lanes))]
    for cache in caches[1:]:
        subprocess.run(["cp", "-a", first.cache, cache], check=True)
    return caches


Job = tuple[str, Case, int, float, Signals]


def time_taken(
    folder: Path,
    caches: "SimpleQueue[Path]",
    seconds: dict[str, float],
    outcomes: dict[str, Outcome],
    named: tuple[str, Case],
) -> None:
    """How long a case takes when it is left alone, which must leave nothing either."""
    name, case = named
    if name in ENDLESS:
        seconds[name] = ENDLESS[name]
        return
    cache = caches.get()
    folder = folder / name.replace(" ", "_")
    place = Place(folder / "whole", cache)
    for kind in case.fresh:
        shutil.rmtree(cache / kind, ignore_errors=True)
    with witnessed(case, Place(folder / "served", cache)) as seen:
        done = whole(placed(case.command, place, seen.port if seen else 0), place)
    caches.put(cache)
    if seen and (missing := seen.missing(read(place.runs).sent)):
        outcomes[name].wrong.append(f"{name}, left alone: {missing} exchanges are missing")
    seconds[name] = done.seconds
    left = [*done.processes, *done.leftovers]
    if done.status not in (0, 1, 3) or left:
        said = f"ended with {done.status}, leaving {left}: {done.said[-500:]}"
        outcomes[name].wrong.append(f"{name}, left alone: {said}")


def one_kill(
    folder: Path,
    caches: "SimpleQueue[Path]",
    seconds: dict[str, float],
    outcomes: dict[str, Outcome],
    job: Job,
) -> None:
    name, case, number, part, by = job
    cache = caches.get()
    try:
        own = folder / name.replace(" ", "_") / str(number)
        place, found = kill_once(case, own, cache, part, seconds[name], by)
        if found.at is None:
            outcomes[name].wrong.append(f"{name}: it always ended before it was killed")
        else:
            after(name, case, place, found, by, outcomes[name])
        shutil.rmtree(own)
    finally:
        caches.put(cache)


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
