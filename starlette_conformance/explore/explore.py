"""`explore`: differences on the wire that no named change explains.

Exit codes: 0 every difference is explained, 1 some are not or a response is unstable, 2 usage,
3 a stack could not be installed, started or fully compared, 4 harness error.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from starlette_conformance.diff.as_result import known_causes
from starlette_conformance.diff.files import pair_document
from starlette_conformance.diff.left_out import count
from starlette_conformance.diff.terminal import render_unexplained
from starlette_conformance.explain.result import Diff
from starlette_conformance.explain.side import Side
from starlette_conformance.explore.generator import generated, without_words
from starlette_conformance.explore.guided import Guided, guide
from starlette_conformance.explore.neighbours import compare_neighbours
from starlette_conformance.model.effects import likened
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.stack import Stack
from starlette_conformance.output.console import console
from starlette_conformance.output.output_files import Unwritten, check, write
from starlette_conformance.output.progress import progress
from starlette_conformance.output.result import Result
from starlette_conformance.output.verbosity import quiet
from starlette_conformance.replay.clients import client_requests
from starlette_conformance.replay.corpus import SentRequest, corpus
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.runs.rerun_commands import named, of_verb, option_words
from starlette_conformance.stacks.project import catalogue, ledger
from starlette_conformance.stacks.targets import made, meant_by, one

Target = Stack | Environment


@dataclass(frozen=True)
class Options:
    """What the user wants: two stacks or a range of them, and which requests; slow scenarios are
    left out with `quick`. `guided` requests are tried on a traced copy of the newest stack, and the
    file `lines` gets the lines that nothing reached there.
    """

    stacks: Sequence[str]
    neighbours: str | None
    requests: int
    seed: int
    run: Path | None
    jobs: int
    quick: bool
    guided: int
    lines: Path | None
    json: Path | None


def explore(options: Options) -> int:
    began = time.monotonic()
    stacks, neighbours = _stacks(options)
    check([options.lines, options.json])
    output = console()
    run = RunResponses.read(options.run) if options.run else None
    if not quiet():
        said = f"making {options.requests:,} random requests for {len(stacks)} stacks"
        console(stderr=True).print(f"explore: {said}", soft_wrap=True)
    recorded = list(run.responses) if run else corpus(console(stderr=True))
    requests = _requests(recorded, options)
    scenarios = [each for each in ledger().scenarios if not (options.quick and each.slow)]
    for app in without_words() if options.requests else ():
        output.print(
            f"no random requests to {app}: its row in specs/ledger/apps.py has no words, and "
            f"apps/{app}.py names no routes"
        )
    guided, unwritten = None, Unwritten()
    if options.guided or options.lines:
        guided = _guided(made(stacks[-1]), requests, scenarios, options, output)
        requests += [SentRequest(each.app, each) for each in guided.kept]
        if options.lines:
            with unwritten.attempt():
                write(options.lines, "\n".join(guided.unreached()))
    requests = _with_similar(requests)
    with progress("sending to all stacks", output) as shown:
        bar = shown.add_task("", total=len(stacks))
        provide = [partial(made, stack) for stack in stacks]
        diffs = list(
            compare_neighbours(
                provide,
                neighbours,
                requests,
                ledger(),
                options.jobs,
                lambda: shown.advance(bar),
                scenarios,
            )
        )
    differing = sum(len(diff.differing) for diff in diffs)
    outcomes = sum(len(diff.outcomes) for diff in diffs)
    every = [counts for diff in diffs for counts in (diff.counts, diff.counts_of_scenarios)]
    unexplained = sum(counts["unexplained"] for counts in every)
    unstable = sum(len(diff.unstable) for diff in diffs)
    summary = (
        f"{count(len(diffs), 'pair')} of stacks, {count(len(requests), 'request')}, "
        f"{count(len(scenarios), 'scenario')}, {time.monotonic() - began:.0f} s: "
        f"{count(differing, 'response differs', 'responses differ')}, "
        f"{count(outcomes, 'outcome differs', 'outcomes differ')}, "
        f"{unexplained:,} of them unexplained"
        + (f"; {count(unstable, 'unstable response')}" if unstable else "")
    )
    not_tried = guided is not None and bool(guided.gave_up)
    incomplete = not_tried or any(diff.not_compared for diff in diffs)
    code = 1 if unexplained or unstable else 3 if incomplete else 0
    with unwritten.attempt():
        _result(options, diffs, summary, code).write(
            options.json, pairs=[pair_document(diff) for diff in diffs]
        )
    for sentence in guided.gave_up if guided else ():
        output.print(f"NOT TRIED {sentence}", style="bold red", soft_wrap=True)
    for diff in diffs:
        for sentence in diff.not_compared:
            output.print(f"NOT COMPARED {sentence}", style="bold red", soft_wrap=True)
        if diff.unexplained or diff.unstable:
            render_unexplained(diff, output)
            for line in _again(options, diff):
                output.print(line, soft_wrap=True)
    if guided:
        for line in _lines_reached(guided, options):
            output.print(line, soft_wrap=True)
    output.print(summary)
    unwritten.report()
    return code


def _result(options: Options, diffs: Sequence[Diff], summary: str, code: int) -> Result:
    stacks = ["--neighbours", options.neighbours] if options.neighbours else options.stacks
    red = [diff for diff in diffs if diff.unexplained or diff.unstable]
    again = of_verb("explore", *stacks, *_chance(options))
    following = [again] if code == 3 else []
    for diff in red:
        following.append(_command(options, diff))
        following += [line for group in diff.unexplained for line in group.example.commands]
    return Result(code, summary, again, tuple(known_causes(diffs)), following)


def _guided(
    environment: Environment,
    requests: Sequence[SentRequest],
    scenarios: Sequence[Scenario],
    options: Options,
    output: Console,
) -> Guided:
    """Requests that reach lines of the newest stack, and which lines are reached. Raises
    UsageError, DidNotStart.
    """
    soon = [sent for sent in requests if sent.variant not in ledger().slow]
    with progress(f"guided by the lines of {environment.name}", output) as shown:
        played = sum(each.suits(environment) for each in scenarios)
        bar = shown.add_task("", total=len(soon) + played + options.guided)
        return guide(
            environment, soon, scenarios, options.guided, options.seed, lambda: shown.advance(bar)
        )


def _lines_reached(guided: Guided, options: Options) -> Iterator[str]:
    if options.guided:
        yield (
            f"{len(guided.kept):,} of {options.guided:,} guided requests reached lines that no "
            "request to their app had reached"
        )
    packages = ", ".join(
        f"{package} {unreached:,} of {lines:,}"
        for package, (lines, unreached) in guided.counts().items()
    )
    left_out = ", but for slow ones," if options.quick else ""
    yield f"lines that no request and no scenario{left_out} reached on {guided.stack}: {packages}"
    yield f"  {options.lines or '--lines FILE'} lists them by function; code in C has none"


def _again(options: Options, diff: Diff) -> Iterator[str]:
    """What the two stacks are, and how to explore them again."""
    for side in (diff.older, diff.newer):
        packages = ", ".join(f"{name} {version}" for name, version in side.packages)
        python = f"{side.implementation} {side.python}"
        yield f"  {side.name}: {packages}, {side.loop}, {python}, hash seed {side.hash_seed}"
    yield f"  again: {_command(options, diff)}"


def _command(options: Options, diff: Diff) -> str:
    return of_verb("explore", _word(diff.older), _word(diff.newer), *_chance(options))


def _chance(options: Options) -> list[str]:
    """The options that make the same requests."""
    values = named(options, "requests", "seed", "run", "quick", "guided")
    return option_words(values, {"--guided": 0})


def _word(side: Side) -> str:
    """What names the same stack on a command line, today and later."""
    known = catalogue().stacks.get(side.name)
    if known and known.exclude_newer:
        return side.name
    return ",".join(f"{name}=={version}" for name, version in side.packages)


def _stacks(options: Options) -> tuple[list[Target], set[tuple[str, str]]]:
    """The stacks in the order of their releases, and which to compare. Raises UsageError."""
    known = catalogue()
    if bool(options.neighbours) == bool(options.stacks):
        raise UsageError("name two stacks, OLD NEW, or --neighbours RANGE")
    if options.requests < 0 or options.guided < 0:
        name = "--requests" if options.requests < 0 else "--guided"
        raise UsageError(f"{name}: a negative number cannot be sent")
    if options.stacks:
        chosen: list[Target] = [one(wanted) for wanted in options.stacks]
        series: Sequence[Sequence[str]] = [[stack.name for stack in chosen]]
    else:
        meant = meant_by(options.neighbours or "")
        series = known.series(meant)
        chosen = [meant[name] for names in series for name in names]
    if len(chosen) < 2 or (options.stacks and len(chosen) != 2):
        given = chosen[0].name if chosen else options.neighbours
        raise UsageError(f"only {given} is given, and two stacks are compared: name OLD and NEW")
    return chosen, {pair for names in series for pair in itertools.pairwise(names)}


def _requests(recorded: list[SentRequest], options: Options) -> list[SentRequest]:
    """Those that were recorded, as clients send them too, and others made by chance."""
    made_up = [SentRequest(each.app, each) for each in generated(options.requests, options.seed)]
    return list(dict.fromkeys([*recorded, *client_requests(recorded), *made_up]))


def _with_similar(requests: Sequence[SentRequest]) -> list[SentRequest]:
    """Each once, besides those whose responses some of them get."""
    similar = [
        SentRequest(sent.variant, other)
        for sent in requests
        for other in likened(ledger().effects, [sent.request])
    ]
    return list(dict.fromkeys([*requests, *similar]))
