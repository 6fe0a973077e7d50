"""Ctrl-C, SIGTERM and SIGHUP of each verb: `python -m tests.chaos.interrupts` makes a table.

A test holds that each ends with the exit code of the signal, and that nothing is left.
"""

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from starlette_conformance.stacks.project import PACKAGE, ROOT
from tests.chaos.killing import Killed, Place, become_init, kill
from tests.chaos.kills import BOTH, HARNESS, RUNS, placed, read
from tests.chaos.machines import warm

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PAIR = BOTH[1::2]
APP = ("--app", "hello:app", "--cwd", str(ROOT / "apps"), "--requests", "requests.http")
VERBS = {
    "diff": ("diff", *PAIR, "--only", "hello", "--fresh"),
    "diff --app": ("diff", *PAIR, *APP),
    "diff --app --sandbox": ("diff", *PAIR, *APP, "--sandbox"),
    "record": ("record", "--stack", "documented", *APP[:4], "-o", "clicks.har"),
    "explain": ("explain", "starlette 0.46.1 to 1.10.0"),
    "explore": ("explore", *PAIR, "--requests", "200"),
    "explore --guided": ("explore", *PAIR, "--requests", "200", "--guided", "2000"),
    "judge": ("judge", *BOTH, "--runs", RUNS, "--", "-k", "test_hello.py"),
    "matrix": ("matrix", RUNS),
    "report": ("report", RUNS),
    "site": ("site", RUNS, "--output", "site"),
    "gate": ("gate", *PAIR, "--benchmark", "hello"),
    "costs": ("costs", *BOTH, "--results", "costs.jsonl"),
    "capacity": ("capacity", "--stack", "documented", "--interval", "0.2"),
    "clients": ("clients", "--client", "curl", "--client", "httpx-sse", "--without-app"),
    "selftest": ("selftest",),
    "mutants": ("mutants", "--sample", "5"),
    "stacks": ("stacks",),
    "changes": ("changes",),
    "releases": ("releases",),
    "play": ("play", "SIGTERM beside a stream", "--stack", "documented"),
    "serve": ("serve", "sse", "--stack", "documented", "--port", "0"),
}
FILES = ("requests.http", "costs.jsonl", "clicks.har")
LONGEST = {"explain": 0.6, "matrix": 0.6, "report": 0.6, "site": 0.6, "stacks": 0.5, "changes": 0.5}
"""Seconds within which verbs are interrupted that end soon by themselves."""
USUALLY = 5.0


QUICK = ("changes", "explain", "matrix", "releases", "report", "site", "stacks")
"""Verbs that read, print and end."""


def interrupted(
    verb: str,
    folder: Path,
    cache: Path,
    seed: int,
    signals: Sequence[signal.Signals] = SIGNALS,
    longest: float = USUALLY,
) -> Iterator[tuple[signal.Signals, Killed, list[str]]]:
    """Each signal, what came of it, and a sentence on each thing that was wrong."""
    chance = random.Random(f"{seed} {verb}")
    for by in signals:
        after = chance.uniform(0.15, min(longest, LONGEST.get(verb, USUALLY)))
        place = Place(folder / by.name, cache)
        place.runs.mkdir(parents=True)
        (place.folder / "requests.http").write_text("GET http://localhost/\n")
        words = [
            str(place.folder / word) if word in FILES else word
            for word in placed((*HARNESS, *VERBS[verb]), place)
        ]
        done = kill(words, place, after, [by])
        wrong = list(read(place.runs).wrong)
        if done.at is not None and done.status not in _wanted(verb, by):
            wrong.append(f"it ended with {done.status}: {done.said[-300:]}")
        if done.at is None and done.status not in _by_itself(verb):
            wrong.append(f"it ended before, with {done.status}: {done.said[-300:]}")
        if _is_traceback(done.said, verb):
            wrong.append(f"a traceback: {done.said[-600:]}")
        wrong += [f"left: {each}" for each in (*done.processes, *done.leftovers)]
        wrong += [f"{done.ports} ports are still listened on"] if done.ports else []
        yield by, done, [f"{verb}, {by.name} at {after:.2f} s: {each}" for each in wrong]


def _wanted(verb: str, by: signal.Signals) -> set[int]:
    """Ctrl-C is how one ends an app that is served, or recorded: its exit code is its own. What
    takes a moment may have ended, or be past its own handlers, as the signal comes.
    """
    served = {0} if verb in {"record", "serve"} else set()
    ends_soon = _by_itself(verb) | {-by} if verb in QUICK else set()
    return {128 + by} | served | ends_soon


def _is_traceback(said: str, verb: str) -> bool:
    """An app that is served has one of its own, where Ctrl-C meets its imports."""
    ours = f"/{PACKAGE.name}/" in said or verb != "serve"
    return ours and "Traceback" in said


def _by_itself(verb: str) -> set[int]:
    """With what a verb ends that no signal reached: the quick ones may have nothing to read."""
    return {0, 2} if verb in QUICK else {0, 1}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.interrupts", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of the moments (0)")
    parser.add_argument("--only", action="append", choices=[*VERBS], help="repeatable")
    options = parser.parse_args()
    output, found = Console(soft_wrap=True, highlight=False, markup=False), list[str]()
    become_init()
    output.print("| verb | signal | after, s | exit code | seconds to end |")
    output.print("| --- | --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory(prefix="interrupts-") as name:
        cache = warm(Path(name))
        for verb in options.only or VERBS:
            for by, done, wrong in interrupted(verb, Path(name) / verb, cache, options.seed):
                at = "(ended before)" if done.at is None else f"{done.at:.2f}"
                took = "-" if done.at is None else f"{done.seconds - done.at:.1f}"
                output.print(f"| {verb} | {by.name} | {at} | {done.status} | {took} |")
                found += wrong
    for each in found:
        output.print(f"WRONG {each}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
