"""What the specs of a run sent."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.request import Request, without_port
from starlette_conformance.runs.records import ExchangeRecord
from starlette_conformance.runs.rerun_commands import in_node_id
from starlette_conformance.runs.run_reader import load

HOST = re.compile(rb"(?im)^Host: 127\.0\.0\.1:(\d{4,5})\r$")


class Recorded:
    """What a run file holds of its specs: what each sent, and its verdict.

    `sent` has each spec and what it sent, once, by variant. `verdicts` are by the
    name of the spec. Ports are masked; the stack's name is left out of the specs' names. Raises
    UsageError.
    """

    def __init__(self, path: Path) -> None:
        run = load(path)
        if not (run and run.start.installed and run.start.installed.packages):
            raise UsageError(f"{path}: no run of a stack that was provisioned")
        self.stack = run.start.stack
        self.verdicts = {self._spec(record.spec): record for record in run.verdicts}
        self.sent: dict[str, dict[tuple[str, Request], None]] = {}
        for record, request, _ in requests_of(run.exchanges):
            of_spec = self.sent.setdefault(record.variant or record.app, {})
            of_spec[self._spec(record.spec), request] = None

    def _spec(self, name: str) -> str:
        return without_stack(name, self.stack)


def requests_of(
    records: Iterable[ExchangeRecord],
) -> Iterator[tuple[ExchangeRecord, Request, int]]:
    """Each exchange with its request, in which the port is masked, and the port."""
    records = list(records)
    ports = _ports(records)
    for record in records:
        port = record.port or _named_port(record) or ports[record.app]
        yield record, Request(record.app, without_port(record.sent_bytes, port)), port


def _ports(records: Iterable[ExchangeRecord]) -> dict[str, int]:
    """The port that most requests to an app name, for files that do not note it."""
    counts: dict[str, Counter[int]] = {}
    for record in records:
        counts.setdefault(record.app, Counter())[_named_port(record)] += 1
    return {
        app: max(named, key=lambda port: (port > 0, named[port])) for app, named in counts.items()
    }


def _named_port(record: ExchangeRecord) -> int:
    """That of the request's Host; 0 where it names none."""
    named = HOST.search(record.sent_bytes)
    return int(named[1]) if named else 0


def without_stack(spec: str, stack: str) -> str:
    """The name that a spec has on every stack."""
    name = in_node_id(stack)
    return spec.replace(f"[{name}]", "").replace(f"[{name}-", "[")
