"""What was answered to a request to upgrade, before uvicorn 0.19.0 began to ignore it."""

from specs.ledger.changes import UPGRADE_REFUSAL_EXPLAINED, WEBSOCKET_HINT_QUOTED
from specs.ledger.responses import TEXT, content
from starlette_conformance.model.expectations import Response, by_parser, chunked, since

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
