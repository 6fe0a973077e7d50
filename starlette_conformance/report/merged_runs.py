"""Run files as columns of the report: what each spec came to, and its requests and responses.

Nearly all responses are those of another release too, so each distinct one is kept once, by number.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.stack import ALWAYS
from starlette_conformance.replay import run_responses
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.side_by_side import Responses
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.runs.recorded import without_stack
from starlette_conformance.runs.records import VerdictRecord
from starlette_conformance.runs.run_reader import load
from starlette_conformance.scenarios.outcome import Outcome

Thing = TypeVar("Thing")
Row = tuple[str, str]
"""An app, and a spec's name without the stack."""


class Numbered(Generic[Thing]):
    """Distinct things, each with a number from 0 on."""

    def __init__(self) -> None:
        self.things: list[Thing] = []
        self._numbers: dict[Hashable, int] = {}

    def number(self, thing: Thing, key: Hashable) -> int:
        """The number of a thing that is known by its key."""
        found = self._numbers.setdefault(key, len(self.things))
        if found == len(self.things):
            self.things.append(thing)
        return found


class Pool:
    """The exchanges of all run files, each distinct request and response once."""

    def __init__(self) -> None:
        self.requests: Numbered[SentRequest] = Numbered()
        self.responses: Numbered[WireResponse] = Numbered()

    def numbers(self, sent: SentRequest, wire: WireResponse) -> tuple[int, int]:
        response = wire.response
        key = (
            response.version,
            response.status,
            response.reason,
            tuple(sorted(response.headers.items())),
            response.body,
            response.ending,
            response.closes,
            response.interim,
            response.extensions,
            tuple(response.trailers.items()),
            wire.names,
            wire.cuts,
            wire.rest,
        )
        return self.requests.number(sent, sent), self.responses.number(wire, key)


@dataclass(frozen=True)
class Cell:
    """What a spec said of a stack: `exchanges` are numbers of requests and of their responses."""

    verdict: str
    reason: str
    changes: tuple[tuple[str, bool], ...]
    exchanges: tuple[tuple[int, int], ...]

    @property
    def judged(self) -> bool:
        """Whether it says something of the stack, not why nothing can be said."""
        return self.verdict in {"pass", "fail"}


@dataclass(frozen=True)
class Column:
    """A run file: the stack, as the file's first line has it, and its cells.

    `environment` is None where the stack could not be provisioned, `finished` (RFC 3339) where the
    run was cut off. `rerun_options` are the options by which pytest runs the specs on the stack
    again, and `rerun_name` its name there; both are empty where the file does not say. `responses`
    has the one response to each request by which stacks are compared, and `others` those to
    requests that no spec sent; `outcomes` are those of scenarios, by name.
    """

    stack: str
    started: str
    finished: str | None
    complete: bool
    hash_seed: int | None
    environment: Environment | None
    rerun_options: tuple[str, ...] = ()
    rerun_name: str = ""
    cells: dict[Row, Cell] = field(default_factory=dict)
    responses: dict[int, int] = field(default_factory=dict)
    others: Responses = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The name and what it stands for: `latest` is another stack each month."""
        packages = self.environment.packages if self.environment else {}
        return self.stack, tuple(sorted(packages.items()))


def read(path: Path, pool: Pool) -> Column | None:
    """The column that a run file is; None where it was cut off in its first line.

    Raises UsageError where it is no run file, or one of another schema.
    """
    run = load(path)
    if run is None:
        return None
    start, installed = run.start, run.start.installed
    environment = None
    if installed:
        environment = Environment(
            start.stack,
            Path(),
            installed.python,
            installed.packages,
            implementation=installed.implementation,
        )
        _check_versions(path, environment)
    elif run.exchanges:
        raise UsageError(f"{path}: exchanges of a stack that could not be provisioned")
    column = Column(
        start.stack,
        start.started.isoformat(),
        run.end.finished.isoformat() if run.end else None,
        start.complete,
        installed.hash_seed if installed else None,
        environment,
        start.rerun_options,
        start.rerun_name,
    )
    exchanges = run_responses.exchanges_of(run)
    numbers = {each.number: pool.numbers(each.sent, each.response) for each in exchanges}
    responses, others = run_responses.responses_of(exchanges, *run_responses.replays_of(run))
    column.responses.update(pool.numbers(*each) for each in responses.items())
    column.others.update(others)
    if environment:
        column.outcomes.update(run_responses.outcomes_of(run, environment))
    for record in run.verdicts:
        column.cells[record.app, without_stack(record.spec, start.stack)] = Cell(
            record.verdict,
            record.reason or _second_try(record),
            tuple(sorted(record.changes.items())),
            tuple(numbers[number] for number in record.exchanges),
        )
    return column


def _second_try(record: VerdictRecord) -> str:
    first = record.failed_first
    return f"passed the second time, alone; first: {first}" if first else ""


def _check_versions(path: Path, environment: Environment) -> None:
    """Raises UsageError where what the stack is ordered by is no version."""
    try:
        for package in ("python", *ALWAYS):
            if environment.has(package):
                environment.version(package)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
