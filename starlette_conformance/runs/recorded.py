"""The exchanges of a run file, as they compare with those of another stack's run."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from starlette_conformance.http.connection import CLOSED
from starlette_conformance.http.normalize import masked
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request, without_port
from starlette_conformance.runs.records import ExchangeRecord
from starlette_conformance.runs.rerun_commands import in_node_id
from starlette_conformance.runs.run_reader import load

HOST = re.compile(rb"(?im)^Host: 127\.0\.0\.1:(\d{4,5})\r$")

Key = tuple[str, Request, int]
"""A spec, what it sent, and how often it had sent that before: pairs exchanges of two runs."""


class Recorded:
    """What a run file holds: the stack, the exchanges by key, and the specs that passed.

    `asked` has each spec and what it sent, once, by what that was sent to. `verdicts` are by the
    name of the spec. Ports and what is random are masked; the stack's name is left out of the
    specs' names. Raises UsageError.
    """

    def __init__(self, path: Path) -> None:
        run = load(path)
        if not (run and run.start.installed and run.start.installed.packages):
            raise UsageError(f"{path}: no run of a stack that was provisioned")
        self.stack, installed = run.start.stack, run.start.installed
        self.environment = Environment(self.stack, Path(), installed.python, installed.packages)
        self.verdicts = {self._spec(record.spec): record for record in run.verdicts}
        self.passed = {spec: record.verdict == "pass" for spec, record in self.verdicts.items()}
        self.exchanges: dict[Key, Response] = {}
        self.asked: dict[str, dict[tuple[str, Request], None]] = {}
        seen: Counter[tuple[str, Request]] = Counter()
        for record, (request, response) in masked_exchanges(run.exchanges):
            spec = self._spec(record.spec)
            self.exchanges[spec, request, seen[spec, request]] = response
            self.asked.setdefault(record.served or record.app, {})[spec, request] = None
            seen[spec, request] += 1

    @property
    def requests(self) -> list[Request]:
        """What the specs sent, each request once."""
        return list(dict.fromkeys(request for _, request, _ in self.exchanges))

    def _spec(self, name: str) -> str:
        return without_stack(name, self.stack)


def masked_exchanges(
    records: Iterable[ExchangeRecord],
) -> Iterator[tuple[ExchangeRecord, tuple[Request, Response]]]:
    """Each exchange with its request and response, masked."""
    records = list(records)
    ports = _ports(records)
    for record in records:
        yield record, _exchange(record, ports[record.app])


def _ports(records: Iterable[ExchangeRecord]) -> dict[str, int]:
    """The port that most requests to an app name."""
    counts: dict[str, Counter[int]] = {}
    for record in records:
        named = HOST.search(record.sent_bytes)
        counts.setdefault(record.app, Counter())[int(named[1]) if named else 0] += 1
    return {
        app: max(named, key=lambda port: (port > 0, named[port])) for app, named in counts.items()
    }


def _exchange(record: ExchangeRecord, usual_port: int) -> tuple[Request, Response]:
    sent, ended = record.sent_bytes, record.ended
    named = HOST.search(sent)
    port = int(named[1]) if named else usual_port
    response = masked(
        record.received_bytes, record.method, ended, ended == CLOSED, record.closes, port
    )
    return Request(record.app, without_port(sent, port)), response


def without_stack(spec: str, stack: str) -> str:
    """The name that a spec has on every stack."""
    name = in_node_id(stack)
    return spec.replace(f"[{name}]", "").replace(f"[{name}-", "[")
