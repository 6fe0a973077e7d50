"""json_cors: what a proxy on the same machine says of the client, which uvicorn believes."""

import pytest

from specs.edge.logs import accessed
from specs.edge.proxy_scenarios import REDIRECTED, REQUEST, SCENARIOS, forwarded, to
from specs.ledger.changes import (
    CONTROLS_TAKEN,
    FORWARDED_SCHEME_CHECKED,
    FORWARDED_TWICE_IGNORED,
)
from specs.ledger.file_responses import BROKEN
from specs.ledger.raw_requests import REFUSED
from specs.ledger.responses import (
    CORS,
    EMPTY_BY_HTTP_1_0,
    by_http_1_0,
    redirect,
    until_it_closes,
)
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import ABSENT, by_parser, since
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize(
    ("value", "before"),
    [
        (b"ftp", "ftp://"),
        (b"HTTPS", "HTTPS://"),
        (b"https, http", "https,%20http://"),
        (b"", "//"),
    ],
)
def test_takes_no_scheme_but_those_of_http_and_websocket(
    json_cors: Client, value: bytes, before: str
) -> None:
    scheme = since(FORWARDED_SCHEME_CHECKED, "http://", before=before)
    assert json_cors.raw(forwarded(b"X-Forwarded-Proto: " + value)) == to(scheme)


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss"])
def test_redirects_to_the_scheme_that_the_proxy_names(json_cors: Client, scheme: str) -> None:
    assert json_cors.raw(forwarded(b"X-Forwarded-Proto:" + scheme.encode())) == to(f"{scheme}://")


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("first", [b"http", b"https", b"ftp"])
@pytest.mark.parametrize("scheme", ["http", "https", "wss"])
def test_takes_the_last_of_several_schemes(json_cors: Client, first: bytes, scheme: str) -> None:
    request = forwarded(b"X-Forwarded-Proto: " + first, b"X-Forwarded-Proto: " + scheme.encode())
    expected = since(FORWARDED_TWICE_IGNORED, "http://", before=f"{scheme}://")
    assert json_cors.raw(request) == to(expected)


@pytest.mark.source("uvicorn docs settings", "RFC 9112 section 3.3")
@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss"])
def test_redirects_to_its_own_address_for_want_of_a_host(json_cors: Client, scheme: str) -> None:
    head = f"GET /user/Vader/ HTTP/1.0\r\nX-Forwarded-Proto: {scheme}\r\n\r\n"
    location = f"{scheme}://{json_cors.itself}/user/Vader"
    expected = by_http_1_0(redirect(location, CORS | EMPTY_BY_HTTP_1_0))
    assert until_it_closes(json_cors, head.encode()) == expected


@pytest.mark.source("uvicorn docs settings", "RFC 9112 section 3.3")
def test_redirects_where_a_proxy_names_an_unknown_scheme_and_nobody_a_host(
    json_cors: Client,
) -> None:
    head = b"GET /user/Vader/ HTTP/1.0\r\nX-Forwarded-Proto: ftp\r\n\r\n"
    location = f"http://{json_cors.itself}/user/Vader"
    redirected = by_http_1_0(redirect(location, CORS | EMPTY_BY_HTTP_1_0))
    expected = since(FORWARDED_SCHEME_CHECKED, redirected, before=by_http_1_0(BROKEN))
    assert until_it_closes(json_cors, head) == expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_logs_the_client_that_the_proxy_names(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings", "CVE-2020-7694")
def test_logs_an_escape_sequence_that_its_parser_lets_through(json_cors: Client) -> None:
    with json_cors.logged() as lines:
        exchange = json_cors.raw(forwarded(b"X-Forwarded-For: \x1b[31m"))
    taken = since(CONTROLS_TAKEN, to("http://"), before=REFUSED)
    assert exchange == by_parser(h11=taken, httptools=REFUSED)
    line = accessed("\x1b[31m:0", REQUEST, REDIRECTED)
    shown = by_parser(h11=since(CONTROLS_TAKEN, line, before=ABSENT), httptools=ABSENT)
    escaping = [line for line in lines if "\x1b" in line and REQUEST in line]
    assert Lines(escaping, json_cors.environment) == [shown]
