"""Writes run files: the exchanges and verdicts of one stack, a line each, as they happen.

A file has one writer. It shares nothing with another one, so stacks can be judged by several
processes at once. `runs/records.py` says what a line holds, and `runs/run_reader.py` reads it.
"""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import msgspec

from starlette_conformance.http import connection
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure, UsageError, of_os
from starlette_conformance.runs.records import (
    VERDICTS,
    End,
    ExchangeRecord,
    Installed,
    OutcomeRecord,
    Record,
    ReplayRecord,
    Segment,
    Start,
    VerdictRecord,
)
from starlette_conformance.runs.rerun_commands import made_of, rerun_options, stack_option, word


class NotWritten(Failure):
    """What happened could not be recorded, so nothing more may be judged."""


class Run:
    """The run file of one stack, under way. Whatever is written raises NotWritten."""

    def __init__(self, folder: Path, stack: str) -> None:
        self.path, self._file = _created(folder, stack)
        self._stack = stack
        self.begun = False
        self._failed = False
        self._exchanges = 0
        self._of_spec: list[int] = []
        self._lock = Lock()

    def begin(
        self, environment: Environment | None, complete: bool = True, options: Sequence[str] = ()
    ) -> None:
        """`options` are what pytest needs, beside the stack, to run the same specs again."""
        installed, again, name = None, [stack_option(self._stack)], self._stack
        if environment:
            found = made_of(environment)
            installed = Installed(**{key: found[key] for key in Installed.__struct_fields__})
            again, name = rerun_options(environment), word(environment)
        self._write(
            Start(
                stack=self._stack,
                started=_now(),
                complete=complete,
                installed=installed,
                rerun_options=(*again, *options),
                rerun_name=name,
            )
        )
        self.begun = True

    def exchange(self, spec: str, exchange: Exchange, variant: str | None = None) -> None:
        with self._lock:  # a spec may have two exchanges at once
            self._exchanges += 1
            self._of_spec.append(self._exchanges)
            self._write(
                ExchangeRecord(
                    id=self._exchanges,
                    spec=spec,
                    app=exchange.app,
                    method=exchange.method,
                    sent=_segments(exchange.sent),
                    received=_segments(exchange.received),
                    ended=exchange.ended,
                    closes=exchange.closes,
                    port=exchange.port,
                    variant=variant if variant != exchange.app else None,
                )
            )

    def outcome(self, record: OutcomeRecord) -> None:
        self._write(record)

    def replay(self, record: ReplayRecord) -> None:
        self._write(record)

    def verdict(
        self,
        spec: str,
        app: str,
        verdict: str,
        reason: str,
        changes: Mapping[str, bool],
        seconds: float,
        browser: bool = False,
    ) -> None:
        assert verdict in VERDICTS, verdict
        exchanges, self._of_spec = self._of_spec, []
        self._write(
            VerdictRecord(
                spec=spec,
                app=app,
                verdict=verdict,
                reason=reason,
                exchanges=tuple(exchanges),
                changes=dict(changes),
                seconds=round(seconds, 3),
                browser=browser,
            )
        )

    def end(self, complete: bool = True) -> None:
        """Close the file; only a run that gave every verdict has an `end`.

        One that could not be written has none, though there be room again.
        """
        with suppress(OSError):
            if complete and not self._failed:
                self._write(End(finished=_now()))
            self._file.close()

    def _write(self, record: Record) -> None:
        try:
            self._file.write(as_line(record).encode("ascii"))
            self._file.flush()
        except OSError as error:
            self._failed = True
            raise _not_written(self.path, error) from None


def as_line(record: Record) -> str:
    return json.dumps(msgspec.to_builtins(record), separators=(",", ":")) + "\n"


def _created(folder: Path, stack: str) -> tuple[Path, BinaryIO]:
    """A new file of a name that no other process has taken. Raises NotWritten."""
    name = "".join(c if c.isalnum() or c in ".-" else "_" for c in stack)[:80]
    for attempt in itertools.count():
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        path = folder / f"{stamp}-{name}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return path, path.open("xb")
        except OSError as error:
            if not isinstance(error, FileExistsError) or attempt == 9 or folder.is_file():
                raise _not_written(path, error) from None
    raise AssertionError


def _not_written(path: Path, error: OSError) -> NotWritten:
    return NotWritten(str(of_os(error, f"{path}: cannot be written")))


def files(given: Iterable[Path]) -> list[Path]:
    """Run files, and those in folders. Raises UsageError where there is none."""
    found = []
    for path in given:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder; `judge` makes runs/")
        inside = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"{path}: no run file (*.jsonl) in this folder")
        found += inside
    return list(dict.fromkeys(found))


def _segments(segments: Iterable[connection.Segment]) -> tuple[Segment, ...]:
    return tuple(Segment(round(part.at, 6), part.data.decode("latin-1")) for part in segments)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
