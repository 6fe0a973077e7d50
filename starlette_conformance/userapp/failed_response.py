"""Whether a response says that the app, or its server, failed."""

from starlette_conformance.http.normalize import LEFT as LEFT_OPEN
from starlette_conformance.model.expectations import WHOLE
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.servers.adapter import Adapter


def is_of_the_server(wire: WireResponse, server: Adapter) -> bool:
    """Whether the server responded, as it does for an app that raises: one that closes after a 500
    announces it then, and Starlette announces nothing.
    """
    if wire.response.status != 500 or not server.may_close(500, announced=False):
        return False
    return bool(wire.response.headers.get("connection") == "close")


def failed(wire: WireResponse) -> bool:
    """Whether the server failed: 5xx, no response, or one that it cut off."""
    response = wire.response
    return not 0 < response.status < 500 or response.ending not in {WHOLE, *LEFT_OPEN}
