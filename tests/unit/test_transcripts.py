"""Transcripts: documented ones are read, and exchanges are printed in the same form."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.http import curl_transcripts
from starlette_conformance.http.curl_transcripts import (
    INTACT,
    Transcript,
    as_curl_prints,
    by_curl,
    comparable,
)
from starlette_conformance.model.changes import Change
from starlette_conformance.model.expectations import ABSENT, since
from starlette_conformance.model.log_lines import Lines
from tests.miniatures.good_responses import CLOSING, HELLO, STREAM, Good
from tests.miniatures.raw_server import ENVIRONMENT, client_of, keeps_open, miniature

DOCUMENTED = """\
$ curl -v -N 'http://127.0.0.1:8000/?a&b'
* Trying 127.0.0.1:8000...
* Connected to 127.0.0.1 (127.0.0.1) port 8000
> GET /?a&b HTTP/1.1
> Host: 127.0.0.1:8000
> User-Agent: curl/8.5.0
> Accept: */*
>
< HTTP/1.1 200 OK
< date: Sat, 12 Apr 2025 17:32:55 GMT
< server: uvicorn
< content-length: 19
< content-type: text/plain; charset=utf-8
<
* Connection #0 to host 127.0.0.1 left intact
Hello Starlette !!!
"""
LINES = [
    "> GET /?a&b HTTP/1.1",
    "> Host: 127.0.0.1:PORT",
    "> User-Agent: curl/8.5.0",
    "> Accept: */*",
    ">",
    "< HTTP/1.1 200 OK",
    "< date: DATE",
    "< server: uvicorn",
    "< content-length: 19",
    "< content-type: text/plain; charset=utf-8",
    "<",
    "Hello Starlette !!!",
    INTACT,
]
REQUEST = [("User-Agent", "curl/8.5.0"), ("Accept", "*/*")]


@pytest.fixture
def transcript(tmp_path: Path) -> Transcript:
    path = tmp_path / "hello.txt"
    path.write_text(DOCUMENTED, "utf-8")
    return Transcript.read(path)


def test_a_transcript_is_a_command_and_what_it_printed(transcript: Transcript) -> None:
    assert transcript.command == ["curl", "-v", "-N", "http://127.0.0.1:8000/?a&b"]
    assert transcript.lines == LINES
    assert transcript.request == ("GET", "/?a&b", REQUEST)
    assert transcript.chunks is None


def test_all_transcripts_of_the_project_can_be_read() -> None:
    paths = sorted((Path(__file__).parent.parent.parent / "specs" / "transcripts").glob("*.txt"))
    assert paths
    for path in paths:
        transcript = Transcript.read(path)
        assert transcript.command[0] == "curl"
        assert transcript.request[0] == "GET"
        assert "< date: DATE" in transcript.lines
    assert Transcript.read(paths[0].with_name("sse.txt")).chunks == 5


def test_what_depends_on_day_port_and_curl_is_made_comparable() -> None:
    assert comparable(
        ["* Trying...", "< Date: today", "< x-date: today", "> Host: 127.0.0.1:1", "<\r", INTACT]
    ) == ["< Date: DATE", "< x-date: today", "> Host: 127.0.0.1:PORT", "<", INTACT]


CHANGE = Change("starlette", "0.46.1", "feature", "One more.", "https://example.org")


@pytest.mark.parametrize(
    ("instead", "expected"),
    [
        ([], []),
        (["< server: other"], ["< server: other"]),
        (["< server: uvicorn", "< x: 1"], ["< server: uvicorn", "< x: 1"]),
        ([since(CHANGE, "< new: 1", before=ABSENT)], ["< new: 1"]),
        ([since(CHANGE, ABSENT, before="< old: 1")], []),
    ],
)
def test_a_line_may_be_changed(
    transcript: Transcript, instead: list[Any], expected: list[str]
) -> None:
    changed = transcript.changed({"< server: uvicorn": instead})
    assert Lines([], ENVIRONMENT).compare(changed).expected == [*LINES[:7], *expected, *LINES[8:]]
    assert transcript.lines == LINES


def test_a_line_that_is_not_there_cannot_be_changed(transcript: Transcript) -> None:
    with pytest.raises(KeyError, match="x-powered-by"):
        transcript.changed({"< x-powered-by: PHP": []})


def test_an_exchange_is_printed_as_curl_would() -> None:
    with miniature(keeps_open(HELLO.answer)) as server, client_of(server.port) as client:
        assert as_curl_prints(client.get("/?a&b", REQUEST)) == LINES


@pytest.mark.parametrize("good", [HELLO, CLOSING, STREAM], ids=["hello", "closing", "stream"])
def test_the_real_curl_prints_the_same(transcript: Transcript, good: Good) -> None:
    with miniature(good.script(good.answer)) as server, client_of(server.port) as client:
        printed = as_curl_prints(client.get("/?a&b", REQUEST))
        if shutil.which("curl"):
            assert by_curl(transcript, server.port) == printed
    assert (INTACT in printed) is (good is not CLOSING)


def test_curl_heeds_no_proxy_and_no_settings_of_the_user(
    transcript: Transcript, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".curlrc").write_text('header = "X-Mine: 1"\n')
    monkeypatch.setenv("CURL_HOME", str(tmp_path))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with miniature(keeps_open(HELLO.answer)) as server:
        if shutil.which("curl"):
            assert by_curl(transcript, server.port) == LINES


@pytest.mark.parametrize("events", [2, 3])
def test_curl_leaves_a_stream_after_the_documented_events(
    transcript: Transcript, events: int
) -> None:
    """All three come at once, and no more are told than the transcript has."""
    counted = [line for number in range(1, events + 1) for line in (f"data: {number}", "")]
    watched = replace(transcript, lines=[*LINES[:11], *counted])
    assert watched.chunks == events
    answer = STREAM.without(b"0\r\n\r\n")
    with miniature(keeps_open(answer)) as server, client_of(server.port) as client:
        printed = as_curl_prints(client.request("GET", "/?a&b", REQUEST, chunks=events))
        if shutil.which("curl"):
            assert by_curl(watched, server.port) == printed
    assert printed[-2 * events :] == counted
    assert INTACT not in printed


def test_a_curl_that_does_not_finish_is_told(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curl_transcripts, "CURL_SECONDS", 0.3)
    with miniature(keeps_open(b"")) as server:
        if shutil.which("curl"):
            with pytest.raises(TimeoutError, match=r"curl did not finish within 0\.3 s"):
                by_curl(transcript, server.port)
