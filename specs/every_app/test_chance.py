"""What depends on chance: nothing but what the specs declare, whatever the hash seed is."""

from dataclasses import replace

import pytest

from specs.ledger.responses import OTHER_METHODS
from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import HTTP_DATE, Response, unordered

ORIGIN = {"Origin": "http://example.com"}
PREFLIGHT = ORIGIN | {
    "Access-Control-Request-Method": "DELETE",
    "Access-Control-Request-Headers": "X-B, X-A, Content-Language, Accept",
}


def like(exchange: Exchange) -> Response:
    """What another server is to answer, which may list Allow in another order."""
    found = exchange.response
    headers = found.headers | {"date": HTTP_DATE}
    if "allow" in headers:
        headers["allow"] = unordered(*headers["allow"].split(", "))
    return replace(found, headers=headers, body=exchange.message.body)


@pytest.mark.source("RFC 9110 section 10.2.1", "RFC 9110 section 12.5.5")
@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        *((method, "/stream", ORIGIN) for method in OTHER_METHODS),
        ("POST", "/", {}),
        ("OPTIONS", "/", PREFLIGHT),
        ("OPTIONS", "/missing", PREFLIGHT | {"Access-Control-Request-Private-Network": "true"}),
        ("GET", "/stream/", {"Host": "app", "Cookie": "a=b"}),
        ("HEAD", "/missing", ORIGIN),
    ],
)
def test_answers_alike_under_another_hash_seed(
    sse: Client, documented_sse: Client, method: str, target: str, headers: dict[str, str]
) -> None:
    response = sse.request(method, target, headers)
    assert documented_sse.request(method, target, headers) == like(response)
