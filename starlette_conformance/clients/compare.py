"""What a client was given of a stream, compared with what the standard says."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from starlette_conformance.clients.interpret import Event
from starlette_conformance.clients.manifest import Client, ClientTable, Difference
from starlette_conformance.clients.reconnection import Script
from starlette_conformance.clients.run_client import Given, Line
from starlette_conformance.clients.streams import ENDS_WELL, Replayed
from starlette_conformance.output.sanitize import plain

CUT = "cut"
"""The behaviour of streams that are cut at every byte."""
SHOWN = 120
"""Characters of a client's error."""
Fields = tuple[object, ...]


@dataclass(frozen=True)
class Outcome:
    """Of one stream. `what` says how the client differs, and is empty where it does not."""

    client: Client
    stream: str
    behaviour: str
    what: str = ""
    known: Difference | None = None

    @property
    def is_new(self) -> bool:
        return bool(self.what) and self.known is None

    @property
    def is_gone(self) -> bool:
        """Whether a known difference does not show any more.

        Cuts are left out: on busy cores a client reads two segments at once, and shows nothing.
        """
        if self.known is None or self.known.sometimes or self.behaviour == CUT:
            return False
        return not self.what


def difference(table: ClientTable, stream: Replayed, given: Given) -> str:
    """How the client differs from the standard, in words; empty where it does not."""
    if "bytes" in table.shows:
        return _of_bytes(stream, given)
    expected, got = _expected(table, stream.expected), _given(table, given.lines)
    if given.error and stream.ending == ENDS_WELL:
        lost, error = _lost(expected, got), plain(given.error, SHOWN)
        return f"{lost}: {error}" if lost else f"error: {error}"
    if not given.ended:
        return "did not see the end of the stream"
    return _of_events(expected, got)


def difference_of_script(table: ClientTable, script: Script, given: Given) -> str:
    """How the client differs in what it was given over all connections, or in what it sent."""
    expected, got = _expected(table, script.events), _given(table, given.lines)
    return _of_events(expected, got) or script.difference(given.requests)


def _of_events(expected: list[Fields], got: list[Fields]) -> str:
    return "" if got == expected else _lost(expected, got) or _phrase(expected, got)


def changed_by_cuts(table: ClientTable, whole: Given, cut: Sequence[Given]) -> str:
    """How events change with the places where the bytes are cut; the last one is cut everywhere."""
    wanted = received(table, whole)
    wrong = [number for number, given in enumerate(cut, 1) if received(table, given) != wanted]
    if not wrong:
        return ""
    first = "byte by byte" if wrong == [len(cut)] else f"first behind byte {wrong[0]}"
    return f"{len(wrong)} of {len(cut)} cuts change the events, {first}"


def received(table: ClientTable, given: Given) -> object:
    """What a client was given, to compare with what it is given at another time."""
    events = _body(given) if "bytes" in table.shows else _given(table, given.lines)
    return events, bool(given.error), given.ended


def _body(given: Given) -> bytes:
    return "".join(line.bytes or "" for line in given.lines).encode("latin-1")


def _of_bytes(stream: Replayed, given: Given) -> str:
    body = _body(given)
    return "" if body == stream.body else f"{len(body)} bytes of {len(stream.body)}"


def _expected(table: ClientTable, events: Sequence[Event]) -> list[Fields]:
    """What a client that parses the data cannot show is no event for it."""
    return [
        _fields(table, event.type, event.data, event.id, event.own_id)
        for event in events
        if not table.reads_json or _is_json(event.data)
        if not table.reads_types or event.type in table.reads_types
    ]


def _given(table: ClientTable, lines: Sequence[Line]) -> list[Fields]:
    return [_fields(table, line.type, line.data, line.id, line.id) for line in lines]


def _fields(
    table: ClientTable, kind: str | None, data: str | None, last_id: str | None, own: str | None
) -> Fields:
    value = _parsed(data) if table.reads_json and data is not None else data
    shown = {"type": kind, "data": value, "id": last_id, "own-id": own}
    return tuple(shown[name] for name in table.shows)


def _parsed(text: str) -> object:
    """The value that a text has as JSON; a text that is none stays one."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _lost(expected: list[Fields], got: list[Fields]) -> str:
    """Where events are missing, and none is other."""
    if len(got) < len(expected) and _is_part(got, expected):
        return f"{len(expected) - len(got)} of {len(expected)} events lost"
    return ""


def _phrase(expected: list[Fields], got: list[Fields]) -> str:
    if len(got) > len(expected) and _is_part(expected, got):
        extra = next(each for each in got if each not in expected or got.count(each) > 1)
        return f"{len(got) - len(expected)} too many: {_shown(extra)}"
    pairs = zip(expected, got, strict=False)
    wanted, came = next(((a, b) for a, b in pairs if a != b), (expected[-1:], got[-1:]))
    return f"{_shown(came)} for {_shown(wanted)}"


def _is_part(part: list[Fields], whole: list[Fields]) -> bool:
    """Whether all of a list is in another, in this order."""
    rest = iter(whole)
    return all(each in rest for each in part)


def _shown(fields: object) -> str:
    text = json.dumps(fields, ensure_ascii=True)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
