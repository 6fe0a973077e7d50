"""Operations of an app, and requests to them that an OpenAPI document allows, by Schemathesis.

It runs in a process of its own (`_cases.py`), which is ended when its time is over: what it has
printed by then counts.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, Literal

import msgspec

from starlette_conformance.model.decode import from_json
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.process.child_environment import of_interpreter
from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks.tempdirs import scratch
from starlette_conformance.userapp.generate.limits import Limits

PROGRAM = "starlette_conformance.userapp.generate._cases"
OF_AN_OPERATION = 3
"""Requests of each kind that are made of an operation."""
LACKING = (
    "the app has an OpenAPI document, and Schemathesis, which makes requests from it, is not "
    "installed: pip install 'starlette-conformance[schema]', or name a file by --requests"
)


class Link(msgspec.Struct, frozen=True):
    """What a response to `source` with `status` has at `place` goes to `at`: `path.item_id`."""

    source: str
    status: str
    at: str
    place: str


class Operation(msgspec.Struct, frozen=True, tag_field="is", tag="operation"):
    """A method of a path with parameters, `GET /items/{item_id}`; `secured` by a bearer token."""

    operation: str
    path: str
    secured: bool = False
    links: tuple[Link, ...] = ()

    @property
    def method(self) -> str:
        return self.operation.partition(" ")[0]


class Mark(msgspec.Struct, frozen=True):
    """Where a mark stands, and what does if no response gives a value: `is_text` where that is a
    text, even one of digits.
    """

    at: str
    value: str
    is_text: bool = False

    @property
    def is_number(self) -> bool:
        return not self.is_text and self.value.lstrip("-").isdigit()

    @property
    def name(self) -> str:
        """That of the parameter."""
        return self.at.partition(".")[2]


class Case(msgspec.Struct, frozen=True, tag_field="is", tag="case"):
    """A request to an operation, with marks where a response may give a value."""

    of: str
    kind: Literal["example", "simple", "coverage", "negative", "random", "route"]
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    marks: Mapping[str, Mark] = {}


class Skipped(msgspec.Struct, frozen=True, tag_field="is", tag="skipped"):
    skipped: str


class Cases(msgspec.Struct, frozen=True):
    """Operations in the order in which to request them, their cases, and what has none, and why."""

    operations: tuple[Operation, ...]
    by_operation: Mapping[str, tuple[Case, ...]]
    skipped: tuple[str, ...] = ()


def of_document(document: Mapping[str, Any], limits: Limits) -> Cases:
    """Raises UsageError where Schemathesis is not installed, or cannot read the document."""
    if find_spec("schemathesis") is None:
        raise UsageError(LACKING)
    wanted = {"document": document, "seed": limits.seed, "cases": OF_AN_OPERATION}
    wanted |= {"values": dict(limits.values)}
    lines, said = _printed(json.dumps(wanted).encode(), limits.seconds)
    operations, cases, skipped = [], dict[str, tuple[Case, ...]](), []
    for line in lines:
        match from_json(line, Operation | Case | Skipped, PROGRAM):  # type: ignore[arg-type]
            case Operation() as operation:
                operations.append(operation)
            case Case() as case:
                cases[case.of] = (*cases.get(case.of, ()), case)
            case Skipped(sentence):
                skipped.append(sentence)
    if not operations and (skipped or said):
        why = [*skipped, said][0]
        raise UsageError(f"no request can be made from the app's OpenAPI document: {why}")
    if said:
        skipped.append(
            f"Schemathesis: {said} (--making-seconds), so some operations have no request"
        )
    return Cases(tuple(operations), cases, tuple(skipped))


def _printed(wanted: bytes, seconds: float) -> tuple[list[bytes], str]:
    """The whole lines that the program prints in time; and why it printed none, if it failed."""
    with scratch() as folder:
        process = subprocess.Popen(
            guarded([sys.executable, "-m", PROGRAM]),
            cwd=folder,
            env=of_interpreter() | {"PYTHONHASHSEED": "0", "HOME": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(wanted, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            return output.split(b"\n")[:-1], f"it took more than {seconds:g} s"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
    if process.returncode:
        last = (errors.decode("utf-8", "replace").strip() or "no word").splitlines()[-1]
        raise Failure(f"making requests by Schemathesis failed: {last}")
    return output.split(b"\n")[:-1], ""
