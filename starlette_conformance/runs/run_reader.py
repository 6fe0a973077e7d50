"""Reads run files of schema 2, and of schema 1, whose first line was flat.

Each line is checked against its type here, once. A last line without an end is that of a run which
was cut off, and is left out.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from starlette_conformance.model.decode import checked, parsed
from starlette_conformance.model.errors import UsageError
from starlette_conformance.runs.records import (
    SCHEMA,
    End,
    ExchangeRecord,
    Installed,
    OutcomeRecord,
    ReplayRecord,
    Short,
    StackName,
    Start,
    Time,
    VerdictRecord,
)

BEGINS = b'{"kind":"run","schema":'
"""How the first line of every run file begins: what is torn, and begins otherwise, is none."""

ENDS = b'{"kind":"end",'
"""How the last line of a run begins that gave every verdict."""

LINES = ExchangeRecord | VerdictRecord | ReplayRecord | OutcomeRecord | End
"""What stands behind the first line."""

REMEDY = "judge the stack again"


@dataclass(frozen=True)
class RecordedRun:
    """A whole run file. `end` is None where the run was cut off."""

    start: Start
    exchanges: tuple[ExchangeRecord, ...]
    verdicts: tuple[VerdictRecord, ...]
    replays: tuple[ReplayRecord, ...]
    outcomes: tuple[OutcomeRecord, ...]
    end: End | None


class _Schema1(msgspec.Struct, tag_field="kind", tag="run", kw_only=True):
    """The first line as schema 1 had it, oldest files without the fields that have a default."""

    schema: Literal[1]
    stack: StackName
    started: Time
    complete: bool
    python: Short | None
    implementation: Short | None = ""
    parser: Short | None
    loop: Short | None
    hash_seed: int | None
    packages: dict[Short, Short] | None
    again: tuple[str, ...] = ()
    called: str = ""

    def __post_init__(self) -> None:
        known = (self.python, self.implementation, self.parser, self.loop)
        if self.packages is not None and None in known:
            raise ValueError("there are packages, but no python, implementation, parser or loop")

    def upgraded(self) -> Start:
        installed = None
        if self.packages is not None:
            installed = Installed(
                python=self.python or "",
                implementation=self.implementation or "",
                parser=self.parser or "",
                loop=self.loop or "",
                hash_seed=self.hash_seed,
                packages=self.packages,
            )
        return Start(
            stack=self.stack,
            started=self.started,
            complete=self.complete,
            installed=installed,
            rerun_options=self.again,
            rerun_name=self.called,
        )


class _Line(msgspec.Struct):
    """As much of a line as says which schema the file has."""

    kind: str = ""
    schema: int = 0


def load(path: Path) -> RecordedRun | None:
    """A run file; None where it was cut off in its first line.

    Raises UsageError, with the line and the field, where it is no run file, or a damaged one.
    """
    *lines, rest = _data(path).split(b"\n")
    if not lines:
        _check_begins(path, rest)
        return None
    start = _start(path, lines[0])
    exchanges: list[ExchangeRecord] = []
    verdicts: list[VerdictRecord] = []
    replays: list[ReplayRecord] = []
    outcomes: list[OutcomeRecord] = []
    end: End | None = None
    for number, line in enumerate(lines[1:], 2):
        where = f"{path}:{number}"
        if end:
            raise UsageError(f"{where}: a line after the end of the run; {REMEDY}")
        record = _decoded(line, LINES, where)
        if isinstance(record, ExchangeRecord):
            if record.id != len(exchanges) + 1:
                missing = f"field id: expected {len(exchanges) + 1}, got {record.id}"
                raise UsageError(f"{where}: {missing}, so exchanges are missing; {REMEDY}")
            exchanges.append(record)
        elif isinstance(record, VerdictRecord):
            if unknown := [each for each in record.exchanges if each > len(exchanges)]:
                raise UsageError(f"{where}: field exchanges: no exchange {unknown[0]}; {REMEDY}")
            verdicts.append(record)
        elif isinstance(record, ReplayRecord):
            replays.append(record)
        elif isinstance(record, OutcomeRecord):
            outcomes.append(record)
        else:
            end = record
    of_specs = tuple(exchanges), tuple(verdicts)
    return RecordedRun(start, *of_specs, tuple(replays), tuple(outcomes), end)


def load_start(path: Path) -> Start | None:
    """The first line of a run file; None where it was cut off in it. Raises UsageError."""
    return _first(path, _data(path))


def start_of_whole(path: Path) -> Start | None:
    """The same where every spec was selected, and gave its verdict; None elsewhere. Raises
    UsageError.
    """
    data = _data(path)
    start = _first(path, data)
    whole = start and start.complete and data.splitlines()[-1].startswith(ENDS)
    return start if whole else None


def _first(path: Path, data: bytes) -> Start | None:
    line, ends, _ = data.partition(b"\n")
    if ends:
        return _start(path, line)
    _check_begins(path, line)
    return None


def _data(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _check_begins(path: Path, part: bytes) -> None:
    """Raises UsageError where this cannot be a part of the first line of a run file."""
    if part[: len(BEGINS)] != BEGINS[: len(part)]:
        raise UsageError(f"{path}: not a run file; `starlette-conformance judge` makes them")


def _start(path: Path, line: bytes) -> Start:
    where = f"{path}:1"
    first = _decoded(line, _Line, where)
    if first.kind != "run" or first.schema not in (1, SCHEMA):
        raise UsageError(f"{path}: not a run file of schema 1 or {SCHEMA}")
    if first.schema == SCHEMA:
        start: Start = _decoded(line, Start, where)
        return start
    older: _Schema1 = _decoded(line, _Schema1, where)
    return older.upgraded()


@cache
def _decoder(kind: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(kind)


def _decoded(line: bytes, kind: Any, where: str) -> Any:
    """A line as a record of this kind. Raises UsageError."""
    with suppress(msgspec.MsgspecError, UnicodeError, RecursionError):
        return _decoder(kind).decode(line.decode())
    try:  # it takes twice as long, and says what is wrong
        return checked(parsed(line, where), kind, where)
    except UsageError as error:
        raise UsageError(f"{error}; {REMEDY}") from None
