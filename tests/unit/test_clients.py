"""Requests as clients send them: facts with a source, crossed with paths, the same each time."""

import tomllib
from datetime import date

from starlette_conformance.model.request import Request
from starlette_conformance.replay.clients import (
    FILE,
    HttpClient,
    client_requests,
    http_clients,
    request_bytes,
)
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.stacks.project import apps

CORPUS = [
    SentRequest("hello", Request("hello", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")),
    SentRequest(
        "static_files",
        Request("static_files", b'GET /a HTTP/1.1\r\nHost: a\r\nIf-None-Match: "1"\r\n\r\n'),
    ),
    SentRequest("hello", Request("hello", b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n")),
]
RELOAD = HttpClient("reloads", ("Host: a", "If-None-Match: ETAG"))


def test_every_client_is_recorded_or_has_a_source() -> None:
    for client in tomllib.loads(FILE.read_text("utf-8"))["client"]:
        recorded, source = client.get("recorded"), client.get("source", "")
        assert isinstance(recorded, date) != source.startswith("https://"), client["name"]


def test_the_clients_differ() -> None:
    names = [client.name for client in http_clients()]
    assert len(names) == len(set(names)) > 20
    lines = {line.partition(":")[0].lower() for each in http_clients() for line in each.headers}
    assert lines >= {"sec-fetch-site", "via", "forwarded", "x-forwarded-for", "cookie", "from"}


def test_the_same_requests_come_each_time_and_to_paths_that_specs_ask_for() -> None:
    found = client_requests(CORPUS)
    assert found == client_requests(CORPUS)
    chosen = [sent for sent in found if sent.variant == "hello"]
    named = {path for client in http_clients() for path in client.paths}
    assert {sent.request.target for sent in chosen} == {"/", *named}
    assert {sent.variant for sent in found} == set(apps())


def test_a_reload_has_the_tag_that_is_known_of_the_path() -> None:
    lines = request_bytes(RELOAD, "/a", {"/a": '"1"'}).split(b"\r\n")
    assert lines == [b"GET /a HTTP/1.1", b"Host: a", b'If-None-Match: "1"', b"", b""]
    assert request_bytes(RELOAD, "/b", {}) == b"GET /b HTTP/1.1\r\nHost: a\r\n\r\n"
