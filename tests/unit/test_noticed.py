"""Who notices a stream that changed: which pairs are tried, on whom, and what is said of it."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from starlette_conformance.clients import noticed, run_client
from starlette_conformance.clients.manifest import Client, ClientTable
from starlette_conformance.clients.noticed import noticing, of_other_form
from starlette_conformance.diff import files, who_notices
from starlette_conformance.diff.terminal import render
from starlette_conformance.diff.verdict import render_verdict
from starlette_conformance.diff.who_notices import noticed as phrase
from starlette_conformance.explain.changed_streams import changed_streams, observed
from starlette_conformance.explain.noticed import Noticed
from starlette_conformance.explain.result import Diff
from starlette_conformance.explain.side import Side
from starlette_conformance.model.expectations import Response

BY_LF = """
import json, sys, urllib.request
for stream, url in enumerate(json.load(sys.stdin)["urls"]):
    with urllib.request.urlopen(url) as response:
        for text in response.read().decode().split("\\n\\n")[:-1]:
            print(json.dumps({"stream": stream, "data": text.removeprefix("data: ")}))
    print(json.dumps({"stream": stream, "end": True}))
"""
"""A client that finds no events but between LF."""
TINY = Client(ClientTable("tiny", "pypi", "tiny.py", shows=("data",)), "1.0", "2026-01-01")
LF, CRLF = b"data: 1\n\ndata: 2\n\n", b"data: 1\r\n\r\ndata: 2\r\n\r\n"
PAIR = (CRLF, LF)
SIDE = Side("a", (), "h11", "asyncio", "3.13")


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STARLETTE_CONFORMANCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(noticed, "is_installed", lambda _: True)
    runs(monkeypatch, tmp_path, BY_LF)


def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    file = tmp_path / "tiny.py"
    file.write_text(script, "utf-8")
    monkeypatch.setattr(run_client, "command", lambda *_: [sys.executable, str(file)])


def stream(body: object, kind: str = "text/event-stream; charset=utf-8") -> Response:
    return Response(200, {"content-type": kind}, body)


@pytest.mark.parametrize(
    ("pair", "tried"),
    [
        ((b"data: 1\n\n", b"data: 2\n\n"), []),
        ((b"data: 1\r\n\r\n", b"data: 2\n\n"), [(b"data: 1\r\n\r\n", b"data: 1\n\n")]),
        ((b"data: 1\n\n", b"\n"), [(b"data: 1\n\n", b"\n")]),
        ((b": ping\n\ndata: 1\n\n", b"data: 2\n\n"), [(b": ping\n\ndata: 1\n\n", b"data: 1\n\n")]),
    ],
)  # fmt: skip
def test_streams_are_tried_that_differ_in_more_than_values(
    pair: tuple[bytes, bytes], tried: list[tuple[bytes, bytes]]
) -> None:
    assert of_other_form([pair]) == tried


def test_a_client_that_reads_the_streams_otherwise_notices() -> None:
    found = noticing([TINY], [PAIR], run=True)
    assert (found.noticing, found.alike, found.nothing) == ([TINY], [], [])
    assert found.names() == ["tiny"]


def test_a_client_that_reads_them_alike_does_not() -> None:
    assert noticing([TINY], [(LF, LF + b": ping")], run=True).alike == [TINY]
    assert noticing([TINY], [(CRLF, CRLF + b": ping")], run=True).nothing == [TINY]


def test_nobody_is_run_who_is_not_to_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def judged(run: bool) -> list[Client]:
        found = noticing([TINY], [PAIR], run)
        return [*found.noticing, *found.alike, *found.nothing]

    assert judged(run=False) == []
    monkeypatch.setattr(noticed, "is_installed", lambda _: False)
    assert judged(run=True) == []
    monkeypatch.setattr(noticed, "is_installed", lambda _: True)
    assert judged(run=True) == [TINY]
    runs(monkeypatch, tmp_path, "raise SystemExit(3)")
    assert judged(run=False) == [TINY]  # what it was given is kept
    assert noticing([TINY], [(LF, LF + LF)], run=True).noticing == []


def test_versions_are_named_where_not_all_notice() -> None:
    older = Client(TINY.table, "0.9", TINY.exclude_newer)
    assert noticed.Noticing([older, TINY], [], []).names() == ["tiny"]
    assert noticed.Noticing([older], [TINY], []).names() == ["tiny 0.9"]
    assert noticed.Noticing([older], [], [TINY]).names() == ["tiny 0.9"]


def test_what_differs_are_bodies_of_streams() -> None:
    page = stream(b"a", "text/html")
    assert changed_streams([(stream(CRLF), stream((LF[:9], LF[9:])))]) == (PAIR,)
    assert changed_streams([(stream(LF), stream(LF)), (page, stream(LF)), (page, page)]) == ()
    assert changed_streams([(stream(LF), stream(b"x" * 70_000)), (None, "text")]) == ()
    twice = observed({"a": stream(CRLF), "b": [page]}, {"a": stream(LF), "c": 1})
    assert changed_streams([*twice, (stream(CRLF), stream(LF))]) == (PAIR,)


def test_a_diff_says_who_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    shows_bytes = Client(ClientTable("curl", "program", "x.py", shows=("bytes",)), "", "2026")

    def clients() -> tuple[Sequence[Client], tuple[()]]:
        return [shows_bytes, TINY], ()

    monkeypatch.setattr(who_notices, "read", clients)
    diff = Diff(SIDE, SIDE, 1, streams=(PAIR,))
    untried = who_notices.with_noticed(diff, run=False).noticed
    assert untried == Noticed(1, not_judged=1)
    assert "1 not judged (`clients` installs" in phrase(untried)
    found = who_notices.with_noticed(diff, run=True).noticed
    assert found == Noticed(1, ("tiny",), ("tiny 1.0",), judged=1)
    assert (
        phrase(found) == "who notices the stream that differs, by experiment: 1 of 1 clients: tiny"
    )
    assert who_notices.with_noticed(Diff(SIDE, SIDE, 1), run=True).noticed is None


def test_nobody_who_notices_and_who_reads_nothing_is_said() -> None:
    found = phrase(Noticed(2, judged=4, nothing=1))
    assert found == (
        "who notices 2 changed streams, by experiment: none of 4 clients; 1 read neither side"
    )


def test_every_rendering_says_who_notices() -> None:
    diff = Diff(SIDE, SIDE, 1, noticed=Noticed(1, ("tiny",), ("tiny 1.0",), judged=1))
    console = Console(file=StringIO(), width=200)
    render(diff, console)
    render_verdict(diff, console, [])
    texts = [*console.file.getvalue().split("a -> a")[1:]]  # type: ignore[attr-defined]
    texts += [files.as_markdown(diff), files.as_html(diff)]
    assert ["1 of 1 clients: tiny" in text for text in texts] == [True] * 4
    assert files.document(diff)["noticed"]["clients"] == ("tiny 1.0",)
    assert "who notices" not in files.as_markdown(replace(diff, noticed=None))
