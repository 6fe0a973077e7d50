"""WebSocket handshakes to apps that take none, and what comes back, by the library there is.

uvicorn takes `websockets` where that is installed, by its legacy layer up to uvicorn 0.49.0, and by
its Sans-I/O layer since; or else `wsproto`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from specs.ledger.changes import (
    DENIALS_FRAMED_ONCE,
    FAILED_HANDSHAKES_ANSWERED,
    H11_WRITES_CAPITALS,
    HANDSHAKE_HEADERS_DROPPED,
    HANDSHAKE_HEADERS_ISO_8859_1,
    HANDSHAKE_HEADERS_KEPT,
    HANDSHAKE_HEADERS_LATIN_1,
    HANDSHAKE_LINES_LONGER,
    HANDSHAKES_BY_WEBSOCKETS,
    HANDSHAKES_BY_WSPROTO,
    HANDSHAKES_NAME_NO_SERVER,
    HANDSHAKES_SURVIVE,
    LEGACY_HANDSHAKE_HEADERS_DROPPED,
    MISSING_VERSION_IS_400,
    NO_BODY_IS_NO_BODY,
    OTHER_METHODS_REFUSED,
    REFUSALS_NAME_CAUSES,
    REFUSALS_SHORTENED,
    SANSIO_BY_DEFAULT,
    SERVER_CAN_BE_LEFT_OUT,
    STATIC_FILES_CLOSE_WEBSOCKETS,
    WSPROTO_500_HAS_BODY,
    WSPROTO_500_HAS_LENGTH,
)
from specs.ledger.raw_requests import NOTHING
from specs.ledger.responses import GREETING, TEXT, raw_request
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import (
    ABSENT,
    HTTP_DATE,
    Assertion,
    Lazy,
    Response,
    chunked,
    since,
)
from starlette_conformance.model.matcher import Matcher

UPGRADE = b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
VERSION = b"Sec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
GET = b"GET / HTTP/1.1"
FORBIDDEN = "403 Forbidden"
INVALID = "400 Bad Request"
SILENCE = Response(0, reason="", version="", ending="no response: left by the client")
"""No response comes, and the connection stays open."""


def handshake(
    line: bytes = GET,
    more: bytes = b"",
    body: bytes = b"",
    version: bytes = VERSION,
    key: bytes = KEY,
) -> bytes:
    return raw_request(line, UPGRADE + version + key + more, body)


class _Named(Matcher):
    """Python and websockets by their versions. To compare stacks, all of them are one."""

    def __init__(self, text: str) -> None:
        self._text = text

    def accepts(self, text: str, at: float) -> bool:  # noqa: ARG002
        return text == self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named)

    def __hash__(self) -> int:
        return hash(_Named)

    def __repr__(self) -> str:
        return self._text


class _OwnName(Lazy):
    def on(self, environment: Environment, asserted: set[Assertion]) -> Any:  # noqa: ARG002
        python = ".".join(environment.python.split(".")[:2])
        return _Named(f"Python/{python} websockets/{environment.packages['websockets']}")


NAMED = _OwnName()


def _unless_left_out(value: Any) -> Any:
    """What is there unless uvicorn wants it left out, and websockets can do so."""
    left_out = since(SERVER_CAN_BE_LEFT_OUT, ABSENT, before=value)
    return since(HANDSHAKES_NAME_NO_SERVER, left_out, before=value)


def by_legacy(status: str, body: bytes = b"") -> Response:
    return Response(
        int(status[:3]),
        {
            "date": HTTP_DATE,
            "server": _unless_left_out(NAMED),
            "content-length": str(len(body)),
            "content-type": "text/plain",
            "connection": "close",
        },
        body,
        status[4:],
        closes=True,
        lines=("Date", _unless_left_out("Server"), "Content-Length", "Content-Type", "Connection"),
    )


def by_sansio(status: str, body: bytes = b"", allow: str = "") -> Response:
    return Response(
        int(status[:3]),
        {
            "date": HTTP_DATE,
            "connection": "close",
            "content-length": str(len(body)),
            "content-type": TEXT,
            **({"allow": allow} if allow else {}),
        },
        body,
        status[4:],
        closes=True,
        lines=(
            *("Date", "Connection", "Content-Length", "Content-Type"),
            *(["Allow"] if allow else []),
        ),
    )


def by_websockets(legacy: Any, sansio: Any) -> Any:
    answered = since(SANSIO_BY_DEFAULT, sansio, before=legacy)
    return since(HANDSHAKES_SURVIVE, answered, before=NOTHING)


def by_wsproto(status: int, version: bool = False, closes: bool = False) -> Response:
    added = {"Sec-WebSocket-Version": "13"} if version else {}
    behind = {"Connection": "close"} if closes else {}
    headers = added | {"content-length": "0"} | behind
    return Response(
        status,
        {name.lower(): value for name, value in headers.items()},
        reason="",
        closes=True,
        lines=tuple(
            name if name.islower() else since(H11_WRITES_CAPITALS, name, before=name.lower())
            for name in headers
        ),
    )


def by_library(websockets: Any, wsproto: Any) -> Any:
    return since(HANDSHAKES_BY_WEBSOCKETS, websockets, before=wsproto)


def has_library(environment: Environment) -> bool:
    return bool(environment.packages.keys() & {"websockets", "wsproto"})


def unless_taken(response: Any, taken: Any) -> Any:
    """What a handshake gets where uvicorn finds no library, and where it finds one."""
    return since(
        HANDSHAKES_BY_WEBSOCKETS, taken, before=since(HANDSHAKES_BY_WSPROTO, taken, before=response)
    )


def _reason(text: str) -> bytes:
    return f"Failed to open a WebSocket connection: {text}.\n".encode()


def _refusal(text: str, causes: str = "", short: str = "", shown: bool = False) -> Any:
    """The 400 of websockets for a reason; with its causes once these are named. The Sans-I/O layer
    names them in 13.0 and 13.0.1 only, but where they are `shown`. `short` is the reason since it
    is shorter.
    """

    def by(respond: Callable[[str, bytes], Response], kept: str) -> since:
        named = since(
            REFUSALS_NAME_CAUSES,
            respond(INVALID, _reason(text + causes)),
            before=respond(INVALID, _reason(text)),
        )
        later = respond(INVALID, _reason((short or text) + kept))
        return since(REFUSALS_SHORTENED, later, before=named)

    return by_websockets(by(by_legacy, causes), by(by_sansio, causes if shown else ""))


_CLOSED_BY_WEBSOCKETS = by_websockets(by_legacy(FORBIDDEN), by_sansio(FORBIDDEN))
CLOSED = by_library(_CLOSED_BY_WEBSOCKETS, by_wsproto(403))
"""The app closes the WebSocket."""

BEHIND_A_REQUEST = by_library(
    since(
        HANDSHAKES_SURVIVE,
        [GREETING, _CLOSED_BY_WEBSOCKETS],
        before=[replace(GREETING, closes=True)],
    ),
    [GREETING, by_wsproto(403)],
)
"""Both responses; the connection is closed after the first one where the handshake fails."""

CLOSED_AND_CLOSING = by_library(_CLOSED_BY_WEBSOCKETS, by_wsproto(403, closes=True))

_NO_REQUEST = by_legacy(INVALID, _reason("did not receive a valid HTTP request"))


def _no_request(cause: str) -> since:
    """A 400 that names its cause once causes are named."""
    named = by_legacy(INVALID, _reason(f"did not receive a valid HTTP request; {cause}"))
    return since(REFUSALS_NAME_CAUSES, named, before=_NO_REQUEST)


def by_other_method(method: str, framed: bool = False) -> Any:
    """The response where the method is not GET, with a body or without."""
    unsupported = f"unsupported HTTP method: {method}"
    refused = by_sansio("405 Method Not Allowed", _reason(unsupported), "GET")
    return by_library(
        by_websockets(
            _no_request(unsupported),
            SILENCE if framed else since(OTHER_METHODS_REFUSED, refused, before=SILENCE),
        ),
        by_wsproto(400),
    )


BY_POST, BY_OPTIONS = by_other_method("POST"), by_other_method("OPTIONS")

_WITHOUT_KEY = _refusal("missing Sec-WebSocket-Key header", "; 'sec-websocket-key'")
NO_KEY = by_library(_WITHOUT_KEY, by_wsproto(400))
ODD_KEY = by_library(
    _refusal("invalid Sec-WebSocket-Key header: abc", "; Incorrect padding", shown=True),
    by_wsproto(403),
)
TWO_KEYS = by_library(
    _refusal(
        "invalid Sec-WebSocket-Key header: more than one Sec-WebSocket-Key header found",
        "; 'Sec-WebSocket-Key'",
        "invalid Sec-WebSocket-Key header: multiple values",
    ),
    by_wsproto(403),
)
_WITHOUT_VERSION = since(
    MISSING_VERSION_IS_400, by_wsproto(400, True), before=by_wsproto(426, True)
)
NO_VERSION = by_library(
    _refusal("missing Sec-WebSocket-Version header", "; 'sec-websocket-version'"),
    _WITHOUT_VERSION,
)
NO_KEY_OR_VERSION = by_library(_WITHOUT_KEY, _WITHOUT_VERSION)
OLD_VERSION = by_library(
    _refusal("invalid Sec-WebSocket-Version header: 12"), by_wsproto(426, True)
)
ODD_EXTENSIONS = by_library(
    by_websockets(
        by_legacy(FORBIDDEN),
        by_sansio(
            INVALID,
            _reason("invalid Sec-WebSocket-Extensions header: expected token at 0 in ="),
        ),
    ),
    by_wsproto(403),
)
ODD_SUBPROTOCOL = by_library(
    by_websockets(
        by_legacy(FORBIDDEN),
        by_sansio(
            INVALID,
            _reason("invalid Sec-WebSocket-Protocol header: expected comma at 2 in a b"),
        ),
    ),
    by_wsproto(403),
)
WITH_BODY = by_library(by_websockets(by_legacy(FORBIDDEN), SILENCE), by_wsproto(403))
WITHOUT_BODY = by_library(
    by_websockets(
        by_legacy(FORBIDDEN),
        since(NO_BODY_IS_NO_BODY, by_sansio(FORBIDDEN), before=SILENCE),
    ),
    by_wsproto(403),
)


def latin_1(lost: Any, kept: Any) -> Any:
    """What the Sans-I/O layer makes of bytes beyond ASCII in a header."""
    without = since(HANDSHAKE_HEADERS_LATIN_1, kept, before=lost)
    read = since(HANDSHAKE_HEADERS_ISO_8859_1, without, before=kept)
    return since(HANDSHAKE_HEADERS_DROPPED, lost, before=read)


FAILED = b"Failed to open a WebSocket connection.\nSee server log for more information.\n"
BEYOND_ASCII = by_library(
    by_websockets(
        since(
            LEGACY_HANDSHAKE_HEADERS_DROPPED,
            NOTHING,
            before=since(
                HANDSHAKE_HEADERS_KEPT,
                by_legacy(FORBIDDEN),
                before=by_legacy("500 Internal Server Error", FAILED),
            ),
        ),
        latin_1(NOTHING, by_sansio(FORBIDDEN)),
    ),
    by_wsproto(403),
)


LONGER_LINE = by_library(
    by_websockets(
        since(HANDSHAKE_LINES_LONGER, by_legacy(FORBIDDEN), before=_NO_REQUEST),
        by_sansio(FORBIDDEN),
    ),
    by_wsproto(403),
)
LONGEST_LINE = by_library(by_websockets(_no_request("line too long"), SILENCE), by_wsproto(403))
MANY_HEADERS = by_library(
    by_websockets(
        since(
            HANDSHAKE_LINES_LONGER,
            _no_request("too many HTTP headers"),
            before=by_legacy(FORBIDDEN),
        ),
        SILENCE,
    ),
    by_wsproto(403),
)

ERROR = b"Internal Server Error"
_ERROR_BY_WSPROTO = Response(
    500,
    {
        "content-type": TEXT,
        "connection": "close",
        "content-length": since(WSPROTO_500_HAS_LENGTH, str(len(ERROR))),
        "transfer-encoding": since(WSPROTO_500_HAS_LENGTH, ABSENT, before="chunked"),
    },
    since(WSPROTO_500_HAS_LENGTH, ERROR, before=chunked(ERROR)),
    "",
    closes=True,
)
_ERROR_BY_LEGACY = Response(
    500,
    {"content-type": TEXT, "content-length": str(len(ERROR)), "connection": "close"},
    ERROR,
    closes=True,
)
BROKEN = by_library(
    by_websockets(
        _ERROR_BY_LEGACY,
        since(
            FAILED_HANDSHAKES_ANSWERED,
            by_sansio("500 Internal Server Error", ERROR),
            before=SILENCE,
        ),
    ),
    since(WSPROTO_500_HAS_BODY, _ERROR_BY_WSPROTO, before=by_wsproto(500)),
)
"""The app fails before it accepts the WebSocket."""

_TOLD = {"x-reason": "no ticket", "content-length": "6", "content-type": TEXT}
_CLOSING = {"date": HTTP_DATE, "connection": "close"}
_SERVER = {"server": _unless_left_out(NAMED)}
_DENIED = Response(401, _TOLD | _CLOSING, b"denied", closes=True)
_FRAMED_TWICE = Response(
    401,
    _TOLD | _CLOSING | {"content-length": ("6", "6"), "content-type": (TEXT, TEXT)},
    ending="Content-Length '6, 6' is not one number",
)
DENIED = by_library(
    by_websockets(
        replace(_DENIED, headers=_DENIED.headers | _SERVER),
        since(DENIALS_FRAMED_ONCE, _DENIED, before=_FRAMED_TWICE),
    ),
    Response(401, _TOLD, b"denied", "", closes=True),
)
"""The app sends a response instead of accepting the WebSocket."""

TO_STATIC_FILES = since(STATIC_FILES_CLOSE_WEBSOCKETS, CLOSED, before=BROKEN)
