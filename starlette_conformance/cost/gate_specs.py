"""The specs that both stacks of a gate must pass: a wrong response has no cost to compare."""

import os
from collections.abc import Iterable, Sequence

from rich.console import Console

from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.diff.kept_verdicts import KeptVerdicts
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.runs.matrix import passed_alone
from starlette_conformance.runs.rerun_commands import of_verb, option_words
from starlette_conformance.runs.second_try import judge_twice
from starlette_conformance.runs.sessions import last_words
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.project import ROOT, catalogue
from starlette_conformance.stacks.script_imports import lacked_by
from starlette_conformance.stacks.tempdirs import scratch

FOLDER = ROOT / "specs"
SPECS = (
    "test_{app}.py and not browser and (transcript or greets or serves_the_page or challenges "
    "or refuses_a_wrong or counts_from_one or stops_counting)"
)
"""Which specs the benchmarks of an app lean on: what they send is sent there, to the last byte."""


def check_specs(
    stacks: Sequence[Environment],
    benchmarks: Sequence[Benchmark],
    output: Console,
    fresh: bool = False,
) -> None:
    """Raise CannotTell unless the stacks pass the specs that the benchmarks lean on. Where the same
    packages passed before, that is said, but in CI and with `fresh`.
    """
    targets = {_judged_as(environment): environment for environment in stacks}
    apps = dict.fromkeys(benchmark.app for benchmark in benchmarks)
    lacks = {f"{app} needs {each}" for app in apps for s in stacks for each in lacked_by(app, s)}
    if lacks:
        raise CannotTell(
            f"{'; '.join(sorted(lacks))}, which a stack lacks: install it there, or name the "
            "benchmarks of the other apps by --benchmark"
        )
    wanted = " or ".join(f"({SPECS.format(app=app)})" for app in apps)
    others = sorted({each.parent for each in FOLDER.glob("*/__init__.py")})
    ignored = [f"--ignore={each}" for each in others if each.name not in apps]
    arguments = [*ignored, "-k", wanted]
    kept = None if fresh or os.environ.get("CI") else KeptVerdicts(targets, arguments)
    with scratch() as folder:
        laid = kept.lay_out(folder / "kept")[0] if kept else {}
        names = [name for name in targets if name not in laid]
        if laid:
            line = f"specs: {len(laid)} of {len(targets)} stacks passed them before"
            output.print(f"{line}; --fresh runs them again", style="dim", soft_wrap=True)
        if not names:
            return
        summary, _ = judge_twice(names, folder / "runs", len(names), arguments, output)
        for line in passed_alone(summary):
            output.print(line, style="bold red", soft_wrap=True, markup=False)
        _check_passed(summary, names, apps, last_words(folder / "runs"))
        if kept:
            kept.keep(summary.logs, folder.glob("runs/*/*.jsonl"))


def _check_passed(summary: Summary, names: Sequence[str], apps: Iterable[str], reason: str) -> None:
    judged = {app for _, app in summary.tally}
    if lacking := [name for name in names if name not in summary.stacks]:
        raise CannotTell(f"no spec ran on {', '.join(lacking)}: {reason}")
    if not_judged := sorted(set(apps) - judged):
        raise CannotTell(f"no spec of {', '.join(not_judged)} ran: {reason}")
    if not summary.passed:
        failing = sorted({key for key, counts in summary.tally.items() if set(counts) != {"pass"}})
        those = ", ".join(f"{app} on {name}" for name, app in failing)
        options = option_words({"--stack": list(names)})
        raise CannotTell(
            f"{those or 'a stack'} does not pass its specs, so it gets no cost figures: "
            f"`{of_verb('judge', *options)}` says why"
        )


def _judged_as(environment: Environment) -> str:
    """Its name; or its path, where the suite of its axis lacks the specs that are needed here."""
    known = catalogue().stacks.get(environment.name)
    return str(environment.interpreter) if known and known.suite else environment.name
