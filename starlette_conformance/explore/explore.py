"""The verb that looks for differences that nobody named: the same requests to stack after stack.

The requests are those of the specs, and others made by chance.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from rich.console import Console

from starlette_conformance.explain.run_diff import News, news
from starlette_conformance.explore.generator import generated, without_words
from starlette_conformance.model.effects import Effect, likened
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.model.stack import Stack
from starlette_conformance.output.console import console
from starlette_conformance.output.progress import progress
from starlette_conformance.replay.send import answers, gone
from starlette_conformance.runs.recorded import Recorded
from starlette_conformance.runs.rerun_commands import of_verb, word
from starlette_conformance.runs.sessions import judge
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import catalogue, ledger, site_files
from starlette_conformance.stacks.targets import made, meant_by, one
from starlette_conformance.stacks.tempdirs import scratch

Target = Stack | Environment
Answered = tuple[Environment, list[Response]]


@dataclass(frozen=True)
class Options:
    """What the user wants: two stacks or a range of them, and which requests."""

    stacks: Sequence[str]
    neighbours: str | None
    requests: int
    seed: int
    run: Path | None
    jobs: int


def explore(options: Options) -> int:
    began = time.monotonic()
    stacks, neighbours = _stacks(options)
    parsers = {stack.name: stack.parser for stack in stacks}
    mixed = any(parsers[older] != parsers[newer] for older, newer in neighbours)
    known = [effect for effect in ledger().effects if effect.change or mixed]
    output = console()
    requests = _requests(stacks[-1], options, known, output)
    for app in without_words() if options.requests else ():
        output.print(
            f"no random requests to {app}: its row in specs/ledger/apps.py has no words, and "
            f"apps/{app}.py names no routes"
        )
    folder = site_fixture.lay_out(site_files())
    pairs = different = again = 0
    found: list[News] = []
    with _asking(stacks, requests, folder, options.jobs, output) as answered:
        for older, newer in itertools.pairwise(answered):
            if (older[0].name, newer[0].name) not in neighbours:
                continue
            result = _compared(older, newer, requests, known)
            pairs += 1
            different += result.differing
            if result.findings:
                confirmed = _confirmed(result, known, folder)
                again += len(result.findings) - len(confirmed.findings)
                found += [confirmed] if confirmed.findings else []
    for each in found:
        for line in (*each.lines(), *_again(options, each)):
            output.print(line, soft_wrap=True)
    unexplained = sum(len(each.findings) for each in found)
    output.print(
        f"{pairs} pairs of stacks, {len(requests):,} requests, "
        f"{len(stacks) * len(requests):,} exchanges, {time.monotonic() - began:.0f} s: "
        f"{different:,} answers differ, {unexplained:,} of them unexplained"
        + (f", {again:,} not when asked again" if again else "")
    )
    return int(bool(unexplained))


def _again(options: Options, news: News) -> Iterator[str]:
    """What the two stacks are, and how to explore them again."""
    for environment in (news.older, news.newer):
        packages = ", ".join(f"{name} {each}" for name, each in environment.packages.items())
        python = f"{environment.implementation} {environment.python}"
        seed = f"hash seed {environment.hash_seed}"
        yield f"  {environment.name}: {packages}, {environment.loop}, {python}, {seed}"
    chance = ["--requests", str(options.requests), "--seed", str(options.seed)]
    chance += ["--run", str(options.run.absolute())] if options.run else []
    yield f"  again: {of_verb('explore', word(news.older), word(news.newer), *chance)}"


def _stacks(options: Options) -> tuple[list[Target], set[tuple[str, str]]]:
    """The stacks in the order in which they are asked, and which to compare. Raises UsageError."""
    known = catalogue()
    if bool(options.neighbours) == bool(options.stacks):
        raise UsageError("name two stacks, OLD NEW, or --neighbours RANGE")
    if options.requests < 0:
        raise UsageError("--requests: a negative number cannot be sent")
    if options.stacks:
        found = [one(wanted) for wanted in options.stacks]
        series = [[stack.name for stack in found]]
    else:
        meant = meant_by(options.neighbours or "")
        series = known.series(meant)
        found = [meant[name] for names in series for name in names]
    if len(found) < 2 or (options.stacks and len(found) != 2):
        raise UsageError(f"two stacks are compared, and {len(found)} are named")
    return found, {pair for names in series for pair in itertools.pairwise(names)}


def _requests(
    newest: Target, options: Options, known: Sequence[Effect], output: Console
) -> list[Request]:
    """What the specs ask, taken from a run file, what is generated, and what some of that is
    answered like; each once.
    """
    if options.run:
        asked = Recorded(options.run).requests
    else:
        with scratch() as folder:
            judge([newest.name], folder / "run", 1, ["-k", "not browser"], output)
            runs = list(folder.rglob("*.jsonl"))
            asked = Recorded(runs[0]).requests if runs else []
    asked += generated(options.requests, options.seed)
    return list(dict.fromkeys([*asked, *likened(known, asked)]))


@contextmanager
def _asking(
    stacks: Sequence[Target], requests: Sequence[Request], folder: Path, jobs: int, output: Console
) -> Iterator[Iterator[Answered]]:
    """What the stacks answer, in their order; `jobs` of them are asked at a time."""
    with progress("sending to all stacks", output) as shown:
        bar = shown.add_task("", total=len(stacks))

        def ask_all(stack: Target) -> Answered:
            environment = made(stack)
            asked = answers(environment, requests, folder)
            found = list(itertools.takewhile(lambda _: not stopping.is_set(), asked))
            shown.advance(bar)
            return environment, found

        stopping = Event()
        pool = ThreadPoolExecutor(jobs)
        try:
            yield pool.map(ask_all, stacks)
        finally:
            stopping.set()
            pool.shutdown(cancel_futures=True)


def _compared(
    older: Answered, newer: Answered, requests: Sequence[Request], known: Sequence[Effect]
) -> News:
    pairs = list(zip(requests, older[1], newer[1], strict=True))
    if lost := [request.app for request, *both in pairs if all(map(gone, both))]:
        raise CannotTell(
            f"{older[0].name} and {newer[0].name}: {', '.join(dict.fromkeys(lost))} had ended on "
            f"both when {len(lost):,} requests came"
        )
    return news(older[0], newer[0], pairs, known)


def _confirmed(first: News, known: Sequence[Effect], folder: Path) -> News:
    """What is still unexplained when both stacks are asked again."""
    requests = [finding.request for finding in first.findings]
    requests = list(dict.fromkeys([*requests, *likened(known, requests)]))
    older, newer = (
        (environment, list(answers(environment, requests, folder)))
        for environment in (first.older, first.newer)
    )
    again = _compared(older, newer, requests, known)
    return News(first.older, first.newer, first.compared, first.differing, again.findings)
