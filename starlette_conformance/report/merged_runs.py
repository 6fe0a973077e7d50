"""Run files as columns of the report: what each spec came to, and what was asked and answered.

Nearly all answers are those of another release too, so each distinct one is kept once, by number.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from packaging.version import Version

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.model.stack import ALWAYS
from starlette_conformance.runs import run_file
from starlette_conformance.runs.recorded import each_exchange, without_stack

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
    """What was asked and answered in all run files, each distinct request and answer once."""

    def __init__(self) -> None:
        self.requests: Numbered[Request] = Numbered()
        self.answers: Numbered[Response] = Numbered()

    def numbers(self, request: Request, answer: Response) -> tuple[int, int]:
        key = (
            answer.version,
            answer.status,
            answer.reason,
            tuple(sorted(answer.headers.items())),
            answer.body,
            answer.ending,
            answer.closes,
            answer.interim,
        )
        return self.requests.number(request, request), self.answers.number(answer, key)


@dataclass(frozen=True)
class Cell:
    """What a spec said of a stack: `exchanges` are numbers of requests and of their answers."""

    verdict: str
    reason: str
    changes: tuple[tuple[str, bool], ...]
    exchanges: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Column:
    """A run file: the stack, as the file's first line has it, and its cells.

    `environment` is None where the stack could not be provisioned, `finished` (RFC 3339) where the
    run was cut off. `again` are the options by which pytest judges the stack once more, and
    `called` is what it then calls it; both are empty where the file does not say.
    """

    stack: str
    started: str
    finished: str | None
    complete: bool
    hash_seed: int | None
    environment: Environment | None
    again: tuple[str, ...] = ()
    called: str = ""
    cells: dict[Row, Cell] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The name and what it stands for: `latest` is another stack each month."""
        packages = self.environment.packages if self.environment else {}
        return self.stack, tuple(sorted(packages.items()))


def read(path: Path, pool: Pool) -> Column | None:
    """The column that a run file is; None where it was cut off in its first line.

    Raises UsageError where it is no run file, or one of another schema.
    """
    records = [*run_file.read(path)]
    if not records:
        return None
    with run_file.understood(path):
        return _column(records, pool)


def _column(records: list[dict[str, Any]], pool: Pool) -> Column:
    head = records[0]
    stack = _text(head["stack"])
    environment = None
    if head["packages"] is not None:
        packages = {_text(name): _text(version) for name, version in head["packages"].items()}
        python, implementation = _text(head["python"]), _text(head.get("implementation", ""))
        for version in (python, *(packages[name] for name in ALWAYS if name in packages)):
            Version(version)  # raises InvalidVersion, a ValueError
        environment = Environment(stack, Path(), python, packages, implementation=implementation)
    finished = next((_text(each["finished"]) for each in records if each["kind"] == "end"), None)
    column = Column(
        stack,
        _text(head["started"]),
        finished,
        bool(head["complete"]),
        None if head["hash_seed"] is None else int(head["hash_seed"]),
        environment,
        tuple(_text(word) for word in head.get("again", ())),
        _text(head.get("called", "")),
    )
    asked = {number: pool.numbers(*both) for number, both in each_exchange(records)}
    for record in records:
        if record["kind"] == "verdict":
            row = _text(record["app"]), without_stack(_text(record["spec"]), stack)
            column.cells[row] = Cell(
                _verdict(record["verdict"]),
                _text(record["reason"]),
                tuple((_text(name), bool(has)) for name, has in sorted(record["changes"].items())),
                tuple(asked[number] for number in record["exchanges"]),
            )
    return column


def _verdict(word: object) -> str:
    if word not in run_file.VERDICTS:
        raise ValueError(f"{word!r} is no verdict")
    return str(word)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
