"""An app of many features: who may see what, by scopes."""

from specs.features.feature_app import empty, sent, to
from specs.ledger.responses import NO_BODY, text
from starlette_conformance.model.expectations import Response

READS = "X-Scopes: read"
FORBIDDEN, MISSING = text(b"Forbidden", 403), text(b"Not Found", 404)
MEMBERS = "http%3A%2F%2Fexample.org%2Fmembers"


def seen_first(page: str) -> Response:
    location = f"http://example.org/seen?next={MEMBERS}%2F{page}"
    return empty(303, NO_BODY | {"location": location}, "See Other")


SCENARIOS = [
    sent(
        "requests for what needs a scope",
        to("GET /members/", text(b"Ada"), READS),
        to("GET /members/", FORBIDDEN),
        to("GET /members/", FORBIDDEN, "X-Scopes: write"),
        to("GET /members/", text(b"no scopes", 400), "X-Scopes:"),
        to("GET /members/hidden", text(b"read,write"), "X-Scopes: read write"),
        to("GET /members/hidden", MISSING, READS),
        to("GET /members/away", text(b"Ada"), READS),
        to("GET /members/away", seen_first("away")),
        to("GET /members/entered", text(b"entered"), READS),
        to("GET /members/entered?a=1", seen_first("entered%3Fa%3D1")),
    )
]
