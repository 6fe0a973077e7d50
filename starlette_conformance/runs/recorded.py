"""The exchanges of a run file, as they compare with those of another stack's run."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette_conformance.http.connection import CLOSED
from starlette_conformance.http.normalize import masked
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request, without_port
from starlette_conformance.runs import run_file
from starlette_conformance.runs.rerun_commands import in_node_id

HOST = re.compile(rb"(?im)^Host: 127\.0\.0\.1:(\d{4,5})\r$")

Key = tuple[str, Request, int]
"""A spec, what it sent, and how often it had sent that before: pairs exchanges of two runs."""


class Recorded:
    """What a run file holds: the stack, the exchanges by key, and the specs that passed.

    `asked` has each spec and what it sent, once, by what that was sent to. Ports and what is random
    are masked; the stack's name is left out of the specs' names. Raises UsageError.
    """

    def __init__(self, path: Path) -> None:
        head, *records = [*run_file.read(path)] or [{}]
        if not head.get("packages"):
            raise UsageError(f"{path}: no run of a stack that was provisioned")
        self.passed: dict[str, bool] = {}
        self.exchanges: dict[Key, Response] = {}
        self.asked: dict[str, dict[tuple[str, Request], None]] = {}
        with run_file.understood(path):
            self.stack = str(head["stack"])
            self.environment = Environment(self.stack, Path(), head["python"], head["packages"])
            self._take(records)

    def _take(self, records: Sequence[Mapping[str, Any]]) -> None:
        seen: Counter[tuple[str, Request]] = Counter()
        ports = _ports(record for record in records if record["kind"] == "exchange")
        for record in records:
            if record["kind"] == "verdict":
                self.passed[self.spec(record)] = record["verdict"] == "pass"
            elif record["kind"] == "exchange":
                spec = self.spec(record)
                request, answer = _exchange(record, ports[record["app"]])
                self.exchanges[spec, request, seen[spec, request]] = answer
                asked = self.asked.setdefault(record.get("served", record["app"]), {})
                asked[spec, request] = None
                seen[spec, request] += 1

    @property
    def requests(self) -> list[Request]:
        """What the specs asked, each once."""
        return list(dict.fromkeys(request for _, request, _ in self.exchanges))

    def spec(self, record: Mapping[str, Any]) -> str:
        """The name of a record's spec."""
        return without_stack(str(record["spec"]), self.stack)


def _ports(records: Any) -> dict[str, int]:
    """The port that most requests to an app name."""
    counts: dict[str, Counter[int]] = {}
    for record in records:
        found = HOST.search(_bytes(record["sent"]))
        counts.setdefault(record["app"], Counter())[int(found[1]) if found else 0] += 1
    return {
        app: max(named, key=lambda port: (port > 0, named[port])) for app, named in counts.items()
    }


def _exchange(record: Mapping[str, Any], usual_port: int) -> tuple[Request, Response]:
    sent = _bytes(record["sent"])
    named = HOST.search(sent)
    port = int(named[1]) if named else usual_port
    ended = record["ended"]
    answer = masked(
        _bytes(record["received"]), record["method"], ended, ended == CLOSED, record["closes"], port
    )
    return Request(record["app"], without_port(sent, port)), answer


def _bytes(segments: list[list[Any]]) -> bytes:
    return b"".join(text.encode("latin-1") for _, text in segments)


def without_stack(spec: str, stack: str) -> str:
    """The name that a spec has on every stack."""
    name = in_node_id(stack)
    return spec.replace(f"[{name}]", "").replace(f"[{name}-", "[")


def each_exchange(
    records: Iterable[Mapping[str, Any]],
) -> Iterator[tuple[int, tuple[Request, Response]]]:
    """The id of each exchange among the records, and what was asked and answered, masked."""
    exchanges = [record for record in records if record["kind"] == "exchange"]
    ports = _ports(exchanges)
    for record in exchanges:
        yield record["id"], _exchange(record, ports[record["app"]])
