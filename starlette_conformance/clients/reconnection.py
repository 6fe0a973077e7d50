"""What clients do behind the end of a stream: whether they connect again, when, and with which id.

Section 9.2.3 of the HTML standard, "Processing model". A script is what a server responds to one
client, a response a request; after the last one it sends 204, at which a client stops.
"""

from dataclasses import dataclass

from starlette_conformance.clients.interpret import Event, events
from starlette_conformance.clients.replay_server import ORIGIN, Request
from starlette_conformance.clients.streams import (
    ENDS_WELL,
    IS_CUT_OFF,
    IS_RESET,
    OK,
    Replayed,
)

RECONNECT, CORS = "reconnect", "cors"
SECONDS = 10.0
"""How long a client is followed. Where no `retry` says otherwise, they wait for up to 5; some wait
twice as long as `retry` says."""
LONG, EARLY = 4.0, 0.3
"""Seconds of a `retry` that is longer than clients wait by themselves, and how much of it the two
ends of a connection may see otherwise."""


@dataclass(frozen=True)
class Script:
    """`ids` is what Last-Event-ID says in each request, empty where it is not there; what is sent
    behind a 204 that comes after other responses is not compared. `pause` are
    the seconds that a client waits at least between the first response and the second request.
    `events` are what it is given.

    Of a script about origins, `with_credentials` is the page's choice, and `cookie` says whether
    requests have one.
    """

    name: str
    responses: tuple[Replayed, ...]
    ids: tuple[str, ...]
    events: tuple[Event, ...]
    pause: float = 0.0
    behaviour: str = RECONNECT
    with_credentials: bool = False
    cookie: bool = False

    def difference(self, requests: list[Request]) -> str:
        """How the requests of a client are other than these; empty where they are not."""
        ids = tuple(each.headers.get("last-event-id", "") for each in requests)
        if 0 < len(self.responses) < len(self.ids):
            ids = ids[: len(self.ids)]
        if len(ids) != len(self.ids):
            return f"requests: {len(ids)} for {len(self.ids)}"
        if ids != self.ids:
            came, wanted = next((a, b) for a, b in zip(ids, self.ids, strict=True) if a != b)
            return f"Last-Event-ID {came!r} for {wanted!r}"
        if self.pause and requests[1].came - requests[0].ended < self.pause - EARLY:
            return f"it does not wait for {self.pause:g} s"
        if self.behaviour == CORS and any(("cookie" in r.headers) != self.cookie for r in requests):
            return f"requests have {'no ' * self.cookie}cookie"
        return ""


def stream(body: bytes, ending: str = ENDS_WELL, status: str = OK, *headers: str) -> Replayed:
    """A response that stands for itself."""
    kind = () if any(each.startswith("Content-Type") for each in headers) else (EVENTS,)
    return Replayed(body, (), ending, events(body), status, (*kind, *headers))


EVENTS = "Content-Type: text/event-stream"
FIRST = b"retry: 100\nid: 7\ndata: 1\n\n"
SECOND = stream(b"retry: 100\nid: 8\ndata: 2\n\n")
ONE, TWO = Event("message", "1", "7", "7"), Event("message", "2", "8", "8")
NO_ID = Event("message", "1")
ERROR = stream(b"", ENDS_WELL, "500 Internal Server Error")
AGAIN, REFUSED = ("", "7"), ("",)
DATA = b"retry: 100\ndata: 1\n\n"


def _id(text: str) -> bytes:
    return f"retry: 100\nid: {text}\ndata: 1\n\n".encode()


def _in_header(text: str) -> str:
    """As a header has it, which is sent in UTF-8."""
    return text.encode().decode("latin-1")


SCRIPTS = (
    Script("closed", (stream(FIRST), SECOND), ("", "7", "8"), (ONE, TWO)),
    Script("closed-cut-off", (stream(FIRST, IS_CUT_OFF), SECOND), ("", "7", "8"), (ONE, TWO)),
    Script("closed-reset", (stream(FIRST, IS_RESET), SECOND), ("", "7", "8"), (ONE, TWO)),
    Script("closed-empty", (stream(b"retry: 100\n\n"), SECOND), ("", "", "8"), (TWO,)),
    Script("closed-no-id", (stream(DATA),), ("", ""), (NO_ID,)),
    Script("closed-id-reset", (stream(FIRST + b"id\ndata: 1\n\n"),), ("", ""), (ONE, NO_ID)),
    Script(
        "closed-id-unfinished",
        (stream(FIRST + b"id: 9\ndata: 9\n"),),
        AGAIN,
        (ONE,),
    ),
    Script(
        "closed-id-utf-8",
        (stream(_id("…")),),
        ("", _in_header("…")),
        (Event("message", "1", "…", "…"),),
    ),
    Script("retry-long", (stream(b"retry: 4000\ndata: 1\n\n"),), ("", ""), (NO_ID,), LONG),
    Script(
        "retry-then-bogus",
        (stream(b"retry: 4000\nretry: 10x\nretry: 1.5\ndata: 1\n\n"),),
        ("", ""),
        (NO_ID,),
        LONG,
    ),
    Script("status-204", (), REFUSED, ()),
    Script("status-500", (ERROR,), REFUSED, ()),
    Script("status-500-later", (stream(FIRST), ERROR), AGAIN, (ONE,)),
    Script(
        "status-301",
        (stream(b"", ENDS_WELL, "301 Moved Permanently", "Location: ?moved"), SECOND),
        ("", "", "8"),
        (TWO,),
    ),
    Script(
        "status-307",
        (stream(b"", ENDS_WELL, "307 Temporary Redirect", "Location: ?moved"), SECOND),
        ("", "", "8"),
        (TWO,),
    ),
    Script(
        "no-event-stream",
        (stream(DATA, ENDS_WELL, OK, "Content-Type: text/x-bogus"),),
        REFUSED,
        (),
    ),
)

ALLOW = "Access-Control-Allow-Origin"
WITH_CREDENTIALS = "Access-Control-Allow-Credentials: true"


def _cors(
    name: str,
    headers: tuple[str, ...],
    allowed: bool,
    with_credentials: bool = False,
) -> Script:
    """What a page of another origin may read, it reads to the end, and connects again."""
    return Script(
        name,
        (stream(FIRST, ENDS_WELL, OK, *headers),),
        AGAIN if allowed else REFUSED,
        (ONE,) if allowed else (),
        behaviour=CORS,
        with_credentials=with_credentials,
        cookie=with_credentials,
    )


ORIGINS = (
    _cors("origin-none", (), allowed=False),
    _cors("origin-any", (f"{ALLOW}: *",), allowed=True),
    _cors("origin-other", (f"{ALLOW}: http://example.org",), allowed=False),
    _cors("origin-own", (f"{ALLOW}: {ORIGIN}",), allowed=True),
    _cors(
        "credentials",
        (f"{ALLOW}: {ORIGIN}", WITH_CREDENTIALS),
        allowed=True,
        with_credentials=True,
    ),
    _cors(
        "credentials-any",
        (f"{ALLOW}: *", WITH_CREDENTIALS),
        allowed=False,
        with_credentials=True,
    ),
    _cors(
        "credentials-not-allowed",
        (f"{ALLOW}: {ORIGIN}",),
        allowed=False,
        with_credentials=True,
    ),
    _cors("credentials-unused", (f"{ALLOW}: {ORIGIN}", WITH_CREDENTIALS), allowed=True),
)

WEB_PLATFORM_TESTS = {
    "closed": "eventsource-reconnect",
    "closed-empty": "eventsource-reconnect",
    "closed-id-reset": "format-field-id-3",
    "closed-id-utf-8": "format-field-id",
    "retry-long": "format-field-retry",
    "retry-then-bogus": "format-field-retry-bogus",
    "status-204": "request-status-error",
    "status-500": "request-status-error",
    "status-301": "request-redirect",
    "status-307": "request-redirect",
    "no-event-stream": "format-mime-valid-bogus",
    "origin-none": "eventsource-cross-origin",
    "origin-other": "eventsource-cross-origin",
    "credentials": "request-credentials",
    "credentials-unused": "request-credentials",
    "credentials-not-allowed": "eventsource-cross-origin",
}
"""The cases of https://github.com/web-platform-tests/wpt, `eventsource/`, that these restate. That
after a 500 which comes later nothing is tried again is said by the standard alone."""
