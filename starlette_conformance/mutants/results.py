"""Results: verdicts on mutants as JSON Lines, written as they come, so that a run can go on.

session  schema, stack, packages, specs (their key): one for each time that the run went on
mutant   name, module, function, operator, before, after, verdict, by (a spec), why, specs (how
         many were asked), seconds
"""

import json
from pathlib import Path
from threading import Lock
from typing import Any

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure, UsageError, of_os
from starlette_conformance.mutants.kill import Verdict
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.output.jsonlines import appending, records

SCHEMA = 1


class Results:
    """The file, and the verdicts that hold: those of killers, and what survived the same specs."""

    def __init__(self, path: Path, environment: Environment, key: str) -> None:
        self.path = path
        self._lock = Lock()
        self._found: dict[tuple[str, str], Verdict] = {}
        packages = dict(sorted(environment.packages.items()))
        try:
            self._take(records(path), packages, key)
            self._file = appending(path)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None
        except (ValueError, LookupError, TypeError) as error:
            raise UsageError(f"{path}: not a file of results: {error}") from None
        stack = {"schema": SCHEMA, "stack": environment.name, "packages": packages, "specs": key}
        self._write({"kind": "session", **stack})

    def _take(self, found: list[Any], packages: dict[str, str], key: str) -> None:
        """Take in what earlier sessions wrote. Raises UsageError where the packages are others."""
        session: dict[str, Any] = {}
        for record in found:
            if record["kind"] == "session":
                session = record
            elif record["kind"] == "mutant":
                if session["packages"] != packages:
                    raise UsageError(
                        f"{self.path}: holds mutants of other packages, {session['stack']}"
                    )
                verdict = Verdict(*(record[name] for name in Verdict.__dataclass_fields__))
                self._found.pop((record["name"], record["after"]), None)
                if verdict.killed or session["specs"] == key:
                    self._found[record["name"], record["after"]] = verdict

    def of(self, mutant: Mutant) -> Verdict | None:
        return self._found.get((mutant.name, mutant.after))

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Raises Failure where it cannot be written."""
        names = ("name", "module", "function", "operator", "before", "after")
        what = {name: getattr(mutant, name) for name in names}
        with self._lock:
            self._found[mutant.name, mutant.after] = verdict
            self._write({"kind": "mutant", **what, **verdict.__dict__})

    def __enter__(self) -> "Results":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _write(self, record: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(record) + "\n")
        except OSError as error:
            raise Failure(str(of_os(error, f"{self.path}: cannot be written"))) from None
