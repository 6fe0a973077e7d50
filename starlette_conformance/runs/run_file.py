"""Runs: the recorded exchanges and verdicts of one stack, as JSON Lines written as they happen.

Every line is an object with `kind`:
    run       schema, stack, started (RFC 3339), complete (whether every spec was asked for, what
              a browser sees aside), python, implementation (of Python), parser, loop, hash_seed
              (null when it was left to the environment), packages (null, as the five before it,
              when the stack could not be provisioned), again (the options by which pytest judges
              it once more), called (what pytest then calls it)
    exchange  id, spec, app, method, sent and received ([seconds, bytes] each), ended, closes,
              served (as what, where that is not the app with its usual files)
    verdict   spec, app, verdict, reason, exchanges (ids), changes (name: applied), seconds,
              browser (whether one was needed)
    end       finished (RFC 3339); missing where the run was cut off
Bytes are written as text in Latin-1: one character a byte. Seconds count from the connection.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from starlette_conformance.http.connection import Segment
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure, UsageError, of_os
from starlette_conformance.runs.rerun_commands import asked_again, made_of, word

SCHEMA = 1
MADE_OF = ("python", "implementation", "parser", "loop", "hash_seed", "packages")
VERDICTS = ("pass", "fail", "not installable", "did not start", "harness error")


class NotWritten(Failure):
    """What happened could not be recorded, so nothing more may be judged."""


class Run:
    """The run file of one stack, under way. Whatever is written raises NotWritten."""

    def __init__(self, folder: Path, stack: str) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        name = "".join(c if c.isalnum() or c in ".-" else "_" for c in stack)
        self.path = folder / f"{stamp}-{name[:80]}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("x", encoding="utf-8", buffering=1)
        except OSError as error:
            raise self._not_written(error) from None
        self._stack = stack
        self.begun = False
        self._failed = False
        self._exchanges = 0
        self._of_spec: list[int] = []
        self._lock = Lock()

    def begin(self, environment: Environment | None, complete: bool = True) -> None:
        head = {"schema": SCHEMA, "stack": self._stack, "started": _now(), "complete": complete}
        if environment:
            found = made_of(environment)
            head |= {name: found[name] for name in MADE_OF}
            head |= {"again": asked_again(environment), "called": word(environment)}
        else:
            head |= dict.fromkeys(MADE_OF)
            head |= {"again": ["--stack", self._stack], "called": self._stack}
        self._write("run", head)
        self.begun = True

    def exchange(self, spec: str, exchange: Exchange, served: str | None = None) -> None:
        record = {
            "spec": spec,
            "app": exchange.app,
            "method": exchange.method,
            "sent": _segments(exchange.sent),
            "received": _segments(exchange.received),
            "ended": exchange.ended,
            "closes": exchange.closes,
            **({"served": served} if served and served != exchange.app else {}),
        }
        with self._lock:  # a spec may have two exchanges at once
            self._exchanges += 1
            self._of_spec.append(self._exchanges)
            self._write("exchange", {"id": self._exchanges} | record)

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
            "verdict",
            {
                "spec": spec,
                "app": app,
                "verdict": verdict,
                "reason": reason,
                "exchanges": exchanges,
                "changes": dict(changes),
                "seconds": round(seconds, 3),
                "browser": browser,
            },
        )

    def end(self, complete: bool = True) -> None:
        """Close the file; only a run that gave every verdict it was asked for has an `end`.

        One that could not be written has none, though there be room again.
        """
        with suppress(OSError):
            if complete and not self._failed:
                self._write("end", {"finished": _now()})
            self._file.close()

    def _write(self, kind: str, record: Mapping[str, Any]) -> None:
        try:
            self._file.write(json.dumps({"kind": kind, **record}, separators=(",", ":")) + "\n")
        except OSError as error:
            self._failed = True
            raise self._not_written(error) from None

    def _not_written(self, error: OSError) -> NotWritten:
        return NotWritten(str(of_os(error, f"{self.path}: cannot be written")))


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


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Raises UsageError where what is made of the records within finds one not as said above."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise UsageError(
            f"{path}: a record is not as schema {SCHEMA} has it ({what}); make the run anew"
        ) from None


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a run file. A torn last line, of a run that was killed, is left out."""
    try:
        file = path.open("r", encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    with file:
        for number, line in enumerate(file, 1):
            if not line.endswith("\n"):
                return
            try:
                record = json.loads(line)
                kind = record["kind"]
            except (ValueError, KeyError, TypeError):
                raise UsageError(f"{path}:{number}: not a line of a run file") from None
            if number == 1 and (kind != "run" or record.get("schema") != SCHEMA):
                raise UsageError(f"{path}: not a run file of schema {SCHEMA}")
            yield record


def _segments(segments: Iterable[Segment]) -> list[list[float | str]]:
    return [[round(part.at, 6), part.data.decode("latin-1")] for part in segments]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
