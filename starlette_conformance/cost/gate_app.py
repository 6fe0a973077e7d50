"""`gate OLD NEW --app module:app --requests FILE`: what requests to one's own app cost.

Exit codes: 0 pass, 1 regression, 2 usage, 3 cannot tell: a stack could not be installed, the app
does not start, no request can be measured, one is wrong on NEW alone, or noise hides the budget;
4 harness error.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from starlette_conformance.cost import attribution
from starlette_conformance.cost.app_request import AppRequest
from starlette_conformance.cost.causes_of_costs import causes
from starlette_conformance.cost.figures import measured, overall
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.gate_brief import Row
from starlette_conformance.cost.gate_report import Report, check_budget
from starlette_conformance.cost.measurable import Measurable, measurable
from starlette_conformance.diff import cause_lines
from starlette_conformance.diff.as_result import of_trials
from starlette_conformance.explain.cause import DEFAULT_SECONDS, Causes
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.progress import begins
from starlette_conformance.output.progress import progress as progress_bar
from starlette_conformance.output.sanitize import plain
from starlette_conformance.runs.rerun_commands import named, of_verb, option_words, word
from starlette_conformance.stacks.locks.pin import Chosen
from starlette_conformance.userapp.only import chosen
from starlette_conformance.userapp.provisioned import provisioned
from starlette_conformance.userapp.read_requests import read_steps
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.start_options import StartOptions
from starlette_conformance.userapp.user_app import App

KEEPS = "--timeout-keep-alive 3600"
"""A server under callgrind takes its time, and its clients come back when it has been read."""


@dataclass(frozen=True)
class Options:
    """What the user wants: an app, requests to it, budgets; `only` are some of the requests."""

    old: str
    new: str
    budget: float
    syscalls: float
    json: Path | None
    app: str
    requests: Path
    cwd: Path | None
    extra: Sequence[str]
    chosen: Chosen
    passed: Sequence[str]
    origin: str | None
    seconds: float
    only: Sequence[str]
    causes: bool
    cause_seconds: float
    starting: StartOptions


def gate(options: Options) -> int:
    check_budget(options.budget)
    output_files.check([options.json])
    began, output = time.monotonic(), console()
    given = (KEEPS, *options.starting.server_options)
    starting = replace(options.starting, server_options=given)
    app = starting.app(options.app, options.cwd, options.passed)
    steps, unread = read_steps(options.requests, app.name, options.origin)
    if not steps:
        raise UsageError(f"--requests {options.requests}: it holds no request")
    only = chosen(steps, options.only, options.requests) or set(steps)
    old, new = (
        provisioned(each, side, options.extra, options.chosen)
        for each, side in zip((options.old, options.new), app.sides, strict=True)
    )
    output.print(f"old: {old}\nnew: {new}", soft_wrap=not output.is_terminal)
    stacks = old, new
    if old.name == new.name:  # which is what tells them apart
        old, new = replace(old, name="OLD"), replace(new, name="NEW")
    found = _measurable(app, old, new, steps, only, options.seconds, output)
    for sentence in unread:
        output.print(plain(sentence), style="yellow", soft_wrap=True)
    _print_left(found, output)
    if not found.benchmarks:
        raise CannotTell(f"none of {len(only)} requests can be measured")
    findings = measured(old, new, found.benchmarks, options.budget / 100, options.syscalls, output)
    places = {str(step): n for n, step in enumerate(steps)}
    by_name = {each.name: places[str(each.step)] for each in found.benchmarks}
    findings.sort(key=lambda each: by_name.get(each.benchmark, -1))
    outcome = overall(findings)
    if found.broken and outcome == "pass":
        outcome = "cannot tell"
    findings, contributors = attribution.attributed(findings, old, new, found.benchmarks)
    behind = _causes(options, old, new, found.benchmarks, findings, output)
    how_many = _how_many(found, len(only)), "yellow" if found.left_out else ""
    report = Report(
        outcome,
        time.monotonic() - began,
        stacks,
        _again(options, *stacks),
        options.budget,
        options.syscalls,
        findings,
        contributors,
        "--only",
        [each.name for each in found.benchmarks],
        [*_causes_in_words(behind), how_many],
        [*of_trials(behind)],
        _more(app, found, behind),
    )
    return report.conclude(options.json, output)


def _measurable(
    app: App,
    old: Environment,
    new: Environment,
    steps: Sequence[Step],
    only: set[Step],
    seconds: float,
    output: Console,
) -> Measurable:
    begins("trying the requests", output)
    with progress_bar("trying the requests", output, transient=True) as progress:
        bar = progress.add_task("", total=None)
        return measurable(app, old, new, steps, only, seconds, lambda: progress.advance(bar))


def _print_left(found: Measurable, output: Console) -> None:
    for sentence in found.left_out.values():
        output.print(f"not measured: {plain(sentence)}", style="yellow", soft_wrap=True)
    for sentence in found.broken.values():
        output.print(f"INCONCLUSIVE {plain(sentence)}", style="bold yellow", soft_wrap=True)


def _how_many(found: Measurable, wanted: int) -> str:
    return f"{len(found.benchmarks)} of {wanted} requests measured"


def _causes(
    options: Options,
    old: Environment,
    new: Environment,
    benchmarks: Sequence[AppRequest],
    findings: Sequence[Finding],
    output: Console,
) -> Causes | None:
    if not options.causes:
        return None
    if any(each.outcome == "regression" for each in findings):
        begins(f"looking for causes, {options.cause_seconds:g} s at the most", output)
    with progress_bar("trying what is behind it", output, transient=True) as progress:
        bar = progress.add_task("", total=None)
        return causes(
            *(old, new, benchmarks, findings),
            options.cause_seconds,
            lambda: progress.advance(bar),
        )


def _causes_in_words(behind: Causes | None) -> Iterator[Row]:
    if behind is None:
        return
    for cause in behind.causes:
        for name, what in cause.differences:
            yield f"{name}, {what}:", "bold"
        yield from ((f"  {plain(line, 1000)}", "") for line in cause_lines.lines(cause, ()))
    yield cause_lines.summary(behind), ""


def _more(app: App, found: Measurable, behind: Causes | None) -> dict[str, Any]:
    more: dict[str, Any] = {
        "app": app.name,
        "not_measured": [*found.left_out.values(), *found.broken.values()],
    }
    return more | {"searched": cause_lines.document(behind) if behind else None}


def _again(options: Options, old: Environment, new: Environment) -> str:
    """The command that gates the same app."""
    starting = options.starting
    words = starting.words_of(options.app, options.extra, options.chosen, options.passed)
    place = {"--cwd": options.cwd or Path(), "--no-cause": not options.causes}
    names = ("requests", "budget", "syscalls", "origin", "seconds", "only", "cause_seconds")
    usual = {"--syscalls": 0.0, "--cause-seconds": DEFAULT_SECONDS}
    words += option_words(place | named(options, *names), usual)
    return of_verb("gate", word(old), word(new), *words)
