"""All apps: what is refused is refused alike, whatever clients, browsers and proxies send along."""

from typing import Any

import pytest

from specs.basic_auth.test_basic_auth import ADMIN, INCOMPLETE, MALFORMED, WRONG, basic
from specs.every_app.test_unread import HEADERS
from specs.ledger.changes import RANGES
from specs.ledger.cors import preflight, refused
from specs.ledger.file_responses import MALFORMED as MALFORMED_RANGE
from specs.ledger.file_responses import NOT_ALLOWED, WHOLE_PAGE, not_satisfiable
from specs.ledger.responses import CORS, not_allowed, not_found
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import since

Headers = list[tuple[str, str]]
NO_RANGE = since(RANGES, MALFORMED_RANGE, before=WHOLE_PAGE)
BEYOND = since(RANGES, not_satisfiable(), before=WHOLE_PAGE)

REFUSED: dict[str, list[tuple[str, str, Headers, Any]]] = {
    "hello": [
        ("GET", "/missing", [], not_found()),
        ("POST", "/", [], not_allowed()),
    ],
    "json_cors": [
        ("GET", "/missing", [], not_found(CORS)),
        ("POST", "/user/Vader", [], not_allowed(CORS)),
        ("OPTIONS", "/user/Vader", preflight("POST"), refused("method")),
    ],
    "static_files": [
        ("GET", "/missing", [], not_found()),
        ("POST", "/", [], NOT_ALLOWED),
        ("GET", "/", [("Range", "bytes")], NO_RANGE),
        ("GET", "/", [("Range", "bytes=433-")], BEYOND),
    ],
    "basic_auth": [
        ("GET", "/", [("Authorization", "Basic")], MALFORMED),
        ("GET", "/", [("Authorization", basic(b"admin"))], INCOMPLETE),
        ("GET", "/", [("Authorization", basic(b"admin:wrong"))], WRONG),
        ("GET", "/missing", [("Authorization", ADMIN)], not_found()),
        ("POST", "/", [("Authorization", ADMIN)], not_allowed()),
    ],
    "sse": [
        ("GET", "/missing", [], not_found(CORS)),
        ("POST", "/stream", [], not_allowed(CORS)),
    ],
}
"""By app: the method, the target and the headers of what it refuses, and how."""

READ = {"static_files": ("If-Range",)}
"""What an app heeds of those headers: a range of another version of the file is none."""
THOSE = [each for name in HEADERS if name.startswith("those of") for each in HEADERS[name]]


@pytest.mark.source("RFC 9110 section 5.1", "RFC 9110 section 15.5")
def test_refuses_alike_beside_headers(apps: list[Client]) -> None:
    for client in apps:
        more = [each for each in THOSE if each[0] not in READ.get(client.app, ())]
        for method, target, headers, response in REFUSED[client.app]:
            assert client.request(method, target, [*headers, *more]) == response
