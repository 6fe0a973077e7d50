"""What is answered to a request to upgrade, which uvicorn ignores since 0.19.0."""

from typing import Any

from specs.ledger.changes import (
    UPGRADE_REFUSAL_EXPLAINED,
    UPGRADES_IGNORED,
    WEBSOCKET_HINT_QUOTED,
)
from specs.ledger.handshakes import CLOSED, NO_KEY_OR_VERSION, unless_taken
from specs.ledger.responses import TEXT, WEBSOCKET, content
from starlette_conformance.model.expectations import Response, by_parser, chunked, since

UPGRADES = {
    "WebSocket": WEBSOCKET,
    "WebSocket in capitals": b"UPGRADE: WEBSOCKET\r\nCONNECTION: UPGRADE\r\n",
    "h2c": b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n",
    "TLS": b"Upgrade: TLS/1.0\r\nConnection: Upgrade\r\n",
    "beside keep-alive": b"Upgrade: h2c\r\nConnection: keep-alive, Upgrade\r\n",
    "after keep-alive": b"Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n",
}
HANDSHAKES = {"WebSocket": CLOSED, "WebSocket in capitals": NO_KEY_OR_VERSION}
"""What a library that reads them answers to those by GET; by POST, the suite websockets asks."""

UNSUPPORTED = "Unsupported upgrade request."
LACKING = (
    "No supported WebSocket library detected. Please use 'pip install uvicorn[standard]', or "
    "install 'websockets' or 'wsproto' manually."
)
LACKING_QUOTED = LACKING.replace(
    "'pip install uvicorn[standard]'", "\"pip install 'uvicorn[standard]'\""
)
LACKING_LOGGED = since(WEBSOCKET_HINT_QUOTED, LACKING_QUOTED, before=LACKING)

NO_TUNNEL = Response(
    400, content(LACKING.encode(), TEXT, {"connection": "close"}), LACKING.encode(), closes=True
)
"""Also to CONNECT, with httptools."""

BY_H11 = Response(
    400,
    {"content-type": TEXT, "connection": "close", "transfer-encoding": "chunked"},
    since(
        UPGRADE_REFUSAL_EXPLAINED,
        chunked(LACKING.encode()),
        before=chunked(UNSUPPORTED.encode()),
    ),
    closes=True,
)
NO_UPGRADE = by_parser(h11=BY_H11, httptools=NO_TUNNEL)


def ignored(name: str, responses: Any) -> Any:
    """What is answered since upgrades are not heeded, unless a library reads it."""
    expected = since(UPGRADES_IGNORED, responses, before=[NO_UPGRADE])
    return unless_taken(expected, [HANDSHAKES[name]]) if name in HANDSHAKES else expected
