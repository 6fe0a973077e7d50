"""The events of a stream, as the HTML standard has it: sections 9.2.5 and 9.2.6.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

import re

import msgspec

END_OF_LINE = re.compile("\r\n|\n|\r")


class Event(msgspec.Struct, frozen=True):
    """What a client is given: `id` is the last event id at that moment, `own_id` what the event
    itself says, which is all that some parsers show.
    """

    type: str
    data: str
    id: str = ""
    own_id: str = ""


def events(body: bytes) -> list[Event]:
    """Every event that a client must be given, and no other."""
    *lines, _unfinished = END_OF_LINE.split(_decoded(body))
    found: list[Event] = []
    data: list[str] = []
    kind = last_id = own_id = ""
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                found.append(Event(kind or "message", "\n".join(data), last_id, own_id))
            data, kind, own_id = [], "", ""
        elif field == "data":
            data.append(value)
        elif field == "event":
            kind = value
        elif field == "id" and "\0" not in value:
            last_id = own_id = value
    return found


def _decoded(body: bytes) -> str:
    """Malformed UTF-8 becomes U+FFFD, and one byte order mark is dropped."""
    return body.decode("utf-8", "replace").removeprefix("\ufeff")
