"""Results: verdicts on mutants as JSON Lines, written as they come, so that a run can go on."""

import json
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import msgspec

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure, UsageError, of_os
from starlette_conformance.mutants.kill import Verdict
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.output.jsonlines import appending, records


class Session(msgspec.Struct, frozen=True, tag_field="kind", tag="session"):
    """One for each time that the run went on. `specs` is their key."""

    schema: Literal[1]
    stack: str
    packages: dict[str, str]
    specs: str


class Judged(msgspec.Struct, frozen=True, tag_field="kind", tag="mutant"):
    """A mutant, and the verdict on it; `specs` is how many were run, `by` the one that saw it."""

    name: str
    module: str
    function: str
    operator: str
    before: str
    after: str
    verdict: str
    by: str
    why: str
    specs: int
    seconds: float


class Results:
    """The file, and the verdicts that hold: those of killers, and what survived the same specs."""

    def __init__(self, path: Path, environment: Environment, key: str) -> None:
        self.path = path
        self._lock = Lock()
        self._found: dict[tuple[str, str], Verdict] = {}
        packages = dict(sorted(environment.packages.items()))
        kinds: Any = Session | Judged
        self._take(records(path, kinds, "results of mutants"), packages, key)
        try:
            self._file = appending(path)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None
        self._write(Session(1, environment.name, packages, key))

    def _take(self, found: Iterable[Session | Judged], packages: dict[str, str], key: str) -> None:
        """Read what earlier sessions wrote. Raises UsageError where the packages are others."""
        session: Session | None = None
        for record in found:
            if isinstance(record, Session):
                session = record
                continue
            if session is None:
                raise UsageError(f"{self.path}: a mutant comes before a session; name another file")
            if session.packages != packages:
                raise UsageError(f"{self.path}: holds mutants of other packages, {session.stack}")
            verdict = Verdict(record.verdict, record.by, record.why, record.specs, record.seconds)
            self._found.pop((record.name, record.after), None)
            if verdict.killed or session.specs == key:
                self._found[record.name, record.after] = verdict

    def of(self, mutant: Mutant) -> Verdict | None:
        return self._found.get((mutant.name, mutant.after))

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Raises Failure where it cannot be written."""
        names = ("name", "module", "function", "operator", "before", "after")
        what = {name: getattr(mutant, name) for name in names}
        with self._lock:
            self._found[mutant.name, mutant.after] = verdict
            self._write(Judged(**what, **verdict.__dict__))

    def __enter__(self) -> "Results":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _write(self, record: Session | Judged) -> None:
        try:
            self._file.write(json.dumps(msgspec.to_builtins(record)) + "\n")
        except OSError as error:
            raise Failure(str(of_os(error, f"{self.path}: cannot be written"))) from None
