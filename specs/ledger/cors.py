"""What is asked from another origin, and what CORSMiddleware says to that."""

from specs.ledger.changes import PREFLIGHT_VARIES
from specs.ledger.responses import CORS, TEXT, content
from starlette_conformance.model.expectations import Response, since

ORIGIN = {"Origin": "https://example.org"}

TO_ANY_ORIGIN = CORS | {"access-control-allow-origin": "*"}
"""What it adds to the response to a request that names its origin."""

PREFLIGHT = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET",
    "access-control-allow-headers": "Accept, Accept-Language, Content-Language, Content-Type",
    "access-control-max-age": "600",
    "vary": since(
        PREFLIGHT_VARIES,
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
        "Access-Control-Request-Private-Network",
    ),
}
"""What every response of its own says."""

GRANTED = Response(200, content(b"OK", TEXT, PREFLIGHT), b"OK")

METHOD = "Access-Control-Request-Method"
HEADERS = "Access-Control-Request-Headers"
PRIVATE_NETWORK = "Access-Control-Request-Private-Network"


def preflight(method: str, *headers: tuple[str, str]) -> list[tuple[str, str]]:
    """The headers of a preflight, in their order."""
    return [*ORIGIN.items(), (METHOD, method), *headers]


def refused(reason: str) -> Response:
    """Its response to a preflight for something that is not allowed."""
    body = f"Disallowed CORS {reason}".encode()
    return Response(400, content(body, TEXT, PREFLIGHT), body)
