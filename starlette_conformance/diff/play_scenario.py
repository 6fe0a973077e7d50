"""`play NAME`: a scenario on one stack, what is seen of it, and where that is not as expected."""

import difflib
from pathlib import Path

from rich.text import Text

from starlette_conformance.explain.outcome_lines import whole
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.result import Result
from starlette_conformance.output.sanitize import printable
from starlette_conformance.runs.rerun_commands import of_verb
from starlette_conformance.scenarios.outcome import outcome_lines
from starlette_conformance.scenarios.stage import Stage
from starlette_conformance.stacks.project import ledger
from starlette_conformance.stacks.targets import made, one


def play(name: str | None, stack: str, json: Path | None = None) -> int:
    """Raises UsageError."""
    output_files.check([json])
    output = console()
    if name is None:
        names = [f"{scenario.name} ({scenario.variant})" for scenario in ledger().scenarios]
        Result(0, f"{len(names)} scenarios", of_verb("play")).write(json, scenarios=names)
        for text in names:
            output.print(Text(text), soft_wrap=True)
        return 0
    scenario = _named(name)
    environment = made(one(stack))
    for line in scenario.words:
        output.print(Text(f"> {line}", "cyan"), soft_wrap=True)
    with output.status("playing"), Stage(environment) as stage:
        outcome = stage.play(scenario).outcome
    good = outcome == scenario.expected
    lines = [] if good else [printable(line) for line in outcome_lines(outcome, scenario.expected)]
    command = of_verb("play", name, "--stack", stack)
    said = f"{name}: {'as expected' if good else 'not as expected'} on {environment.name}"
    again = [] if good else [command]
    Result(int(not good), said, command, next=again).write(
        json, outcome=[*whole(outcome)], unexpected=lines
    )
    for line in whole(outcome):
        output.print(Text(f"  {line}"), soft_wrap=True)
    for line in lines:
        output.print(Text(line, "bold red"), soft_wrap=True)
    output.print(Text(said, "bold green" if good else "bold red"), soft_wrap=True)
    return int(not good)


def _named(name: str) -> Scenario:
    known = {scenario.name: scenario for scenario in ledger().scenarios}
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        meant = f"; near it is {near[0]!r}" if near else ""
        raise UsageError(
            f"no scenario is called {name!r}{meant}. `starlette-conformance play` lists them"
        )
    return known[name]
