"""json_cors: whom it logs as the client of a request that a proxy on the same machine passes on."""

from typing import Any

from specs.edge.logs import accessed, own_lines
from specs.ledger.changes import (
    FORWARDED_CLIENT_USABLE,
    FORWARDED_LINES_JOINED,
    FORWARDED_PORT_KEPT,
    FORWARDED_TWICE_IGNORED,
)
from specs.ledger.raw_requests import LAST
from specs.ledger.responses import CORS, in_each_phase, redirect
from starlette_conformance.model.expectations import since
from starlette_conformance.model.observations import LogLines, ResponseOn, ResponsesOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import MarkLog, ReadResponses, ReadToEnd, Send

REQUEST = "GET /user/Vader/ HTTP/1.1"
REDIRECTED = "307 Temporary Redirect"


def forwarded(*headers: bytes) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"GET /user/Vader/ HTTP/1.1\r\nHost: example.org\r\n%b\r\n" % lines


def to(scheme: Any) -> Any:
    """A redirect to a scheme, in each phase."""
    return in_each_phase(scheme, lambda one: redirect(f"{one}example.org/user/Vader", CORS))


UP = (Send("first", LAST), ReadToEnd("first"), MarkLog())
PEER = "127.0.0.1:a"
"""The connection is a."""


def usable(now: str, before: str) -> Any:
    return since(FORWARDED_CLIENT_USABLE, now, before=before)


def kept(now: str, before: str) -> Any:
    return since(FORWARDED_PORT_KEPT, now, before=before)


def joined(now: str, before: Any) -> Any:
    """Of several lines: all count, one of them, and none in between."""
    ignored = since(FORWARDED_TWICE_IGNORED, PEER, before=before)
    return since(FORWARDED_LINES_JOINED, now, before=ignored)


CLIENTS: dict[tuple[bytes, ...], Any] = {
    (b"192.0.2.1",): "192.0.2.1:0",
    (b"192.0.2.1, 192.0.2.2",): "192.0.2.2:0",
    (b"192.0.2.1,127.0.0.1",): "192.0.2.1:0",
    (b"2001:db8::1",): "2001:db8::1:0",
    (b"unknown",): "unknown:0",
    (b"",): usable(PEER, ":0"),
    (b"127.0.0.1",): usable("127.0.0.1:0", "None:0"),
    (b"127.0.0.1, 127.0.0.1",): usable("127.0.0.1:0", "None:0"),
    (b"192.0.2.1:4711",): kept("192.0.2.1:4711", "192.0.2.1:4711:0"),
    (b"192.0.2.1, 127.0.0.1:4711",): kept("192.0.2.1:0", "127.0.0.1:4711:0"),
    (b"[2001:db8::1]:443",): kept("2001:db8::1:443", "[2001:db8::1]:443:0"),
    (b"192.0.2.1:https",): "192.0.2.1:https:0",
    (b"192.0.2.1", b"192.0.2.2"): joined("192.0.2.2:0", "192.0.2.2:0"),
    (b"192.0.2.1", b"127.0.0.1"): joined("192.0.2.1:0", usable("127.0.0.1:0", "None:0")),
}
"""X-Forwarded-For, line by line, and the client that the app is told of."""


def _logged(lines: tuple[bytes, ...], client: Any) -> Scenario:
    request = forwarded(*(b"X-Forwarded-For: " + line for line in lines))
    shown = " | ".join(line.decode() for line in lines) or "nothing"
    return Scenario(
        f"it logs the client of a proxy that names {shown}",
        "json_cors",
        (*UP, Send("a", request), ReadResponses("a")),
        {
            ResponseOn("a"): to("http://"),
            LogLines(own_lines): [accessed(client, REQUEST, REDIRECTED)],
        },
    )


OFTEN = 5
AGAIN = Scenario(
    f"it logs the client of a proxy that names the same one {OFTEN} times",
    "json_cors",
    (
        *UP,
        *[Send("a", forwarded(b"X-Forwarded-For: 192.0.2.1, 192.0.2.2"))] * OFTEN,
        ReadResponses("a", OFTEN),
    ),
    {
        ResponsesOn("a"): [to("http://")] * OFTEN,
        LogLines(own_lines): [accessed("192.0.2.2:0", REQUEST, REDIRECTED)] * OFTEN,
    },
)

LOGGED = [_logged(lines, client) for lines, client in CLIENTS.items()]
SCENARIOS = [*LOGGED, AGAIN]
