"""json_cors: what a browser asks before it asks from another origin."""

import pytest

from specs.ledger.changes import HEADERS_REFUSED_ONCE, PRIVATE_NETWORK_REFUSED
from specs.ledger.cors import (
    GRANTED,
    HEADERS,
    METHOD,
    ORIGIN,
    PRIVATE_NETWORK,
    TO_ANY_ORIGIN,
    preflight,
    refused,
)
from specs.ledger.responses import CORS, not_allowed, response_to, text
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import since


@pytest.mark.source("Fetch #cors-preflight-fetch")
@pytest.mark.parametrize("target", ["/", "/user/Vader", "/missing"])
@pytest.mark.parametrize(
    "headers",
    [{}, {HEADERS: "Accept"}, {HEADERS: "accept-language, CONTENT-TYPE"}, {"Cookie": "a=b"}],
)
def test_grants_a_preflight_anywhere(
    json_cors: Client, target: str, headers: dict[str, str]
) -> None:
    assert json_cors.options(target, preflight("GET", *headers.items())) == GRANTED


@pytest.mark.source("Fetch #cors-preflight-fetch")
@pytest.mark.parametrize("origin", ["http://127.0.0.1:9", "null", ""])
def test_grants_a_preflight_of_every_origin(json_cors: Client, origin: str) -> None:
    assert json_cors.options("/", {"Origin": origin, METHOD: "GET"}) == GRANTED


@pytest.mark.source("Fetch #cors-preflight-fetch")
@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", ""])
def test_refuses_a_preflight_for_another_method(json_cors: Client, method: str) -> None:
    assert json_cors.options("/user/Vader", preflight(method)) == refused("method")


TWO = since(HEADERS_REFUSED_ONCE, refused("headers"), before=refused("headers, headers"))
METHOD_AND_TWO = since(
    HEADERS_REFUSED_ONCE, refused("method, headers"), before=refused("method, headers, headers")
)


@pytest.mark.source("Fetch #cors-preflight-fetch", "starlette docs middleware")
@pytest.mark.parametrize(
    ("method", "names", "response"),
    [
        ("GET", "X-Token", refused("headers")),
        ("GET", "Accept, X-Token", refused("headers")),
        ("GET", "authorization", refused("headers")),
        ("GET", "*", refused("headers")),
        ("GET", "", refused("headers")),
        ("GET", "Accept,", refused("headers")),
        ("PUT", "X-Token", refused("method, headers")),
        ("GET", "X-Token, X-Other", TWO),
        ("PUT", "X-Token, Accept, X-Other", METHOD_AND_TWO),
    ],
)
def test_refuses_a_preflight_for_other_headers(
    json_cors: Client, method: str, names: str, response: object
) -> None:
    assert json_cors.options("/user/Vader", preflight(method, (HEADERS, names))) == response


@pytest.mark.source("RFC 9110 section 5.3")
@pytest.mark.parametrize(
    ("lines", "response"),
    [(("Accept", "X-Token"), GRANTED), (("X-Token", "Accept"), refused("headers"))],
)
def test_reads_only_the_first_line_of_headers(
    json_cors: Client, lines: tuple[str, ...], response: object
) -> None:
    headers = preflight("GET", *((HEADERS, line) for line in lines))
    assert json_cors.options("/user/Vader", headers) == response


@pytest.mark.source("starlette docs middleware")
@pytest.mark.parametrize("value", ["true", "false", ""])
def test_refuses_a_preflight_for_a_private_network(json_cors: Client, value: str) -> None:
    expected = since(PRIVATE_NETWORK_REFUSED, refused("private-network"), before=GRANTED)
    assert json_cors.options("/user/Vader", preflight("GET", (PRIVATE_NETWORK, value))) == expected


@pytest.mark.source("starlette docs middleware")
def test_tells_all_that_it_refuses(json_cors: Client) -> None:
    refusals = "method, headers"
    expected = since(
        PRIVATE_NETWORK_REFUSED, refused(f"{refusals}, private-network"), before=refused(refusals)
    )
    headers = preflight("PUT", (PRIVATE_NETWORK, "true"), (HEADERS, "X-Token"))
    assert json_cors.options("/user/Vader", headers) == expected


@pytest.mark.source("Fetch #cors-preflight-fetch")
@pytest.mark.parametrize("headers", [ORIGIN, ORIGIN | {HEADERS: "Accept"}, {METHOD: "GET"}])
def test_takes_half_a_preflight_for_a_plain_request(
    json_cors: Client, headers: dict[str, str]
) -> None:
    expected = not_allowed(TO_ANY_ORIGIN if "Origin" in headers else CORS)
    assert json_cors.options("/user/Vader", headers) == expected


@pytest.mark.source("Fetch #cors-preflight-fetch")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_takes_no_other_method_for_a_preflight(json_cors: Client, method: str) -> None:
    expected = response_to(method, text(b"Hello Starlette !!!", headers=TO_ANY_ORIGIN))
    assert json_cors.request(method, "/", preflight("GET")) == expected
