"""Repetition of exchanges: which of them share a connection, and for how long that is used."""

from types import SimpleNamespace

import pytest

from starlette_conformance.http.connection import LEFT
from starlette_conformance.model.request import Request
from starlette_conformance.replay import kept_connection
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.kept_connection import IDLE, KeptConnection
from starlette_conformance.replay.repeat import repeat
from starlette_conformance.replay.running_apps import running
from starlette_conformance.replay.side_by_side import send_to_running
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import provision
from tests.miniatures.raw_server import keeps_open, miniature

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST_ONES = (
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/0.9\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n",
)
"""After each of these uvicorn takes no other request, and its response does not say so."""


@pytest.mark.parametrize("stack", ["documented", "latest"])  # httptools, and h11
def test_a_request_that_is_the_last_of_its_connection_spoils_no_other(stack: str) -> None:
    environment = provision(catalogue().named(stack))
    requests = [SentRequest("hello", Request("hello", data)) for data in (GET, *LAST_ONES)]
    with running([environment], [["hello"]]) as (ports,):
        ((first,), _) = send_to_running([environment], [ports], [requests])
        seen = repeat(environment.server, ports, first, 200)
    assert {str(sent): len(each.responses) for sent, each in seen.items()} == {
        str(sent): 1 for sent in requests
    }
    assert sum(each.count for each in seen.values()) > 200


def test_a_connection_is_idle_since_its_last_request(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(kept_connection, "time", SimpleNamespace(monotonic=lambda: now))
    with miniature(keeps_open(OK)) as server:
        connection = KeptConnection(server.port)
        connection.send(GET)
        now += IDLE + 1  # its response waits, and is read late
        _, ended = connection.receive("GET", 0)
        connection.send(GET)
        assert connection.receive("GET", 0)[1] == ended == LEFT
        connection.close()
    assert len(server.requests) == 2  # a connection each
