"""`play NAME`: a scenario on one stack, what is seen of it, and where that is not as expected."""

import difflib

from rich.text import Text

from starlette_conformance.explain.outcome_lines import whole
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.output.console import console
from starlette_conformance.output.sanitize import printable
from starlette_conformance.scenarios.outcome import outcome_lines
from starlette_conformance.scenarios.stage import Stage
from starlette_conformance.stacks.project import ledger
from starlette_conformance.stacks.targets import made, one


def play(name: str | None, stack: str) -> int:
    """Raises UsageError."""
    output = console()
    if name is None:
        for scenario in ledger().scenarios:
            output.print(Text(f"{scenario.name} ({scenario.variant})"), soft_wrap=True)
        return 0
    scenario = _named(name)
    environment = made(one(stack))
    for line in scenario.words:
        output.print(Text(f"> {line}", "cyan"), soft_wrap=True)
    with output.status("playing"), Stage(environment) as stage:
        outcome = stage.play(scenario).outcome
    for line in whole(outcome):
        output.print(Text(f"  {line}"), soft_wrap=True)
    if outcome == scenario.expected:
        output.print(Text("as expected on this stack", "bold green"))
        return 0
    for line in outcome_lines(outcome, scenario.expected):
        output.print(Text(printable(line), "bold red"), soft_wrap=True)
    return 1


def _named(name: str) -> Scenario:
    known = {scenario.name: scenario for scenario in ledger().scenarios}
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        meant = f"; near it is {near[0]!r}" if near else ""
        raise UsageError(
            f"no scenario is called {name!r}{meant}. `starlette-conformance play` lists them"
        )
    return known[name]
