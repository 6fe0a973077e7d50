"""A scenario whose outcomes differ, as text: what is done, and what was seen on either stack."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from starlette_conformance.explain.groups import PARSER
from starlette_conformance.explain.result import Differing, Line
from starlette_conformance.explain.scenarios import ExplainedScenario, value_text
from starlette_conformance.model.changes import Change
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import StepOn
from starlette_conformance.output.sanitize import plain
from starlette_conformance.runs.rerun_commands import of_verb, word
from starlette_conformance.scenarios.outcome import Outcome

LINES = 12
"""Lines of a log that are shown, those that differ first of all."""
STEPS = 12
"""Steps up to which all are shown; of more, those on connections on which something differs."""


def rendered(why: ExplainedScenario, names: Mapping[Change, str]) -> Differing:
    scenario = why.scenario
    fields = {difference.where for difference in (*why.differences, *why.remaining)}
    return Differing(
        scenario.variant,
        (f"scenario: {scenario.name}", *(plain(line) for line in _steps(scenario, fields))),
        tuple(_lines(why.before, why.after, fields)),
        tuple(_lines(why.after, why.before, fields)),
        why.differences,
        tuple(names[change] if change else PARSER for change in why.reasons),
        why.remaining,
        tuple(
            of_verb("play", scenario.name, "--stack", word(each.environment))
            for each in (why.before, why.after)
        ),
        scenario=True,
    )


def _steps(scenario: Scenario, fields: Collection[str]) -> Iterator[str]:
    start, *words = scenario.words
    yield start
    left_out = 0
    for step, line in zip(scenario.steps, words, strict=True):
        begin = f"{step.on}: " if isinstance(step, StepOn) else ""
        if len(words) <= STEPS or any(where.startswith(begin) for where in fields):
            yield line
        else:
            left_out += 1
    if left_out:
        yield f"... and {left_out} steps on other connections"


def whole(outcome: Outcome) -> Iterator[str]:
    """Everything that was seen."""
    for name, value in outcome.items():
        responses = [value] if isinstance(value, Response) else value
        if isinstance(responses, list) and responses and isinstance(responses[0], Response):
            for response in responses:
                status = f"{response.version} {response.status} {response.reason}".strip()
                yield plain(f"{name}: {status}, {value_text(response.body)!r}, {response.ending}")
        elif isinstance(value, list):
            yield from (plain(f"{name}: {line}") for line in value or ["nothing"])
        else:
            yield plain(f"{name}: {value}")


def _lines(outcome: Outcome, other: Outcome, fields: Collection[str]) -> Iterator[Line]:
    """All that is one text; of responses and logs, what differs."""
    for name, value in outcome.items():
        if isinstance(value, Response):
            yield from _of_response(name, value, fields)
        elif isinstance(value, list) and value and isinstance(value[0], Response):
            for number, response in enumerate(value, 1):
                yield from _of_response(f"{name}: response {number}", response, fields)
        elif isinstance(value, list):
            if name in fields:
                yield from _of_log(name, value, other.get(name))
        else:
            yield Line(plain(f"{name}: {value}"), name in fields)


def _of_response(name: str, response: Response, fields: Collection[str]) -> Iterator[Line]:
    own = f"{name}: "
    differing = {where.removeprefix(own) for where in fields if where.startswith(own)}
    status = f"{name}: {response.version} {response.status} {response.reason}"
    if not response.status:
        yield Line(plain(f"{name}: {response.ending}"), bool(differing))
        return
    if differing:
        yield Line(plain(status), bool(differing & {"status", "reason", "version"}))
    for field in sorted(differing - {"status", "reason", "version"}):
        header = field.removeprefix("header ")
        value = (
            response.headers.get(header, ABSENT) if header != field else getattr(response, field)
        )
        yield Line(plain(f"{name}: {header}: {value_text(value)}"), True)


def _of_log(name: str, lines: list[str], other: Any) -> Iterator[Line]:
    others = list(other or ())
    marked = []
    for line in lines:
        same = line in others
        if same:
            others.remove(line)
        marked.append(Line(plain(f"{name}: {line}"), not same))
    yield from marked[:LINES]
    if len(marked) > LINES:
        yield Line(f"{name}: ... and {len(marked) - LINES} more lines")
    if not lines:
        yield Line(f"{name}: nothing", True)
