"""Handshakes where a WebSocket library is installed: what the ledger explains between releases."""

from pathlib import Path

import pytest

from specs.ledger.handshake_effects import _as_seen
from specs.ledger.handshakes import CLOSED, handshake
from specs.ledger.upgrades import LACKING, UNSUPPORTED
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.http.normalize import OWN_NAME, masked
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response, resolve
from starlette_conformance.model.request import Request
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.servers import DEFAULT
from starlette_conformance.stacks.project import ledger

SENT = SentRequest("hello", Request("hello", handshake()))
UPGRADE = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
TO_H2C = SentRequest("hello", Request("hello", UPGRADE))


def stack(uvicorn: str, websockets: str) -> Environment:
    packages = {"starlette": "1.10.0", "h11": "0.16.0", "uvicorn": uvicorn}
    if websockets:
        packages["websockets"] = websockets
    return Environment(f"{uvicorn}-{websockets}", Path(), "3.11.7", packages)


def closed(environment: Environment) -> WireResponse:
    """The response to a handshake that no route takes."""
    response = resolve(CLOSED, environment).value
    return WireResponse(_as_seen(response), tuple(filter(None, map(str, response.lines or ()))))


@pytest.mark.parametrize(
    ("older", "newer", "changes"),
    [
        (("0.19.0", "17.4"), ("0.20.0", "17.4"), {"HANDSHAKES_NAME_NO_SERVER": 1}),
        (("0.19.0", "10.3"), ("0.20.0", "10.3"), {}),
        (("0.49.0", "10.0"), ("0.49.0", "10.1"), {}),
        (("0.49.0", "10.3"), ("0.49.0", "10.4"), {"SERVER_CAN_BE_LEFT_OUT": 1}),
        (("0.49.0", "9.1"), ("0.49.0", "10.0"), {"HANDSHAKES_SURVIVE": 1}),
        (("0.49.0", "17.4"), ("0.50.0", "17.4"), {"SANSIO_BY_DEFAULT": 1}),
        (("0.49.0", "13.0"), ("0.50.0", "13.0"), {"SANSIO_BY_DEFAULT": 1}),
    ],
)
def test_one_release_of_one_package_is_explained_beside_any_of_the_other(
    older: tuple[str, str], newer: tuple[str, str], changes: dict[str, int]
) -> None:
    one, other = stack(*older), stack(*newer)
    comparison = Comparison(one, other, ledger())
    explained = comparison.explain({SENT: closed(one)}, {SENT: closed(other)})
    counts = comparison.diff(explained).counts
    assert (counts["unexplained"], counts["changes"]) == (0, changes)


def test_versions_in_server_are_masked() -> None:
    head = b"HTTP/1.1 403 Forbidden\r\nServer: Python/3.11 websockets/10.1\r\n\r\n"
    response = masked(head, "GET", "closed", True, True, 1, DEFAULT)
    assert response.headers == {"server": OWN_NAME}
    another = masked(head.replace(b"Python/3.11 ", b""), "GET", "closed", True, True, 1, DEFAULT)
    assert another.headers == {"server": "websockets/10.1"}


@pytest.mark.parametrize(
    ("library", "after"), [("17.4", UNSUPPORTED), ("", LACKING)], ids=["library", "none"]
)
def test_no_library_is_lacking_where_there_is_one(library: str, after: str) -> None:
    older, newer = stack("0.17.4", library), stack("0.17.5", library)
    texts = (UNSUPPORTED, after)
    one, other = (WireResponse(Response(400, {}, text.encode(), closes=True)) for text in texts)
    comparison = Comparison(older, newer, ledger())
    explained = comparison.explain({TO_H2C: one}, {TO_H2C: other})
    assert comparison.diff(explained).counts["unexplained"] == 0
