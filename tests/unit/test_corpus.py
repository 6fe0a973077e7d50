"""The corpus: what run files hold of requests, and when it is recorded anew."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from starlette_conformance.model.request import Request
from starlette_conformance.replay import corpus
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.replay.spec_index import specs_of
from starlette_conformance.runs.run_file import Run
from starlette_conformance.stacks import project
from starlette_conformance.stacks.cache import VARIABLE
from tests.miniatures.raw_server import ENVIRONMENT, client_of, keeps_open, miniature

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
SPEC = "specs/hello/test_hello.py::test_greets[hello]"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of two specs, one of which asked twice, and another site as well."""
    run = Run(tmp_path / "runs", "miniature")
    run.begin(ENVIRONMENT)
    with miniature(keeps_open(ANSWER)) as server:
        for variant in ("hello", "hello", "static_files_404", "slow_sse"):
            with client_of(server.port) as client:
                run.exchange(SPEC, client.get("/"), variant)
    run.verdict(SPEC, "hello", "pass", "", {"A_CHANGE": True}, 0.1)
    run.end()
    return run.path


def test_what_specs_asked_is_kept_once_for_each_that_it_was_sent_to(run: Path) -> None:
    found = corpus._distinct([run])
    assert [each.variant for each in found] == ["hello", "static_files_404", "sse"]
    assert len({each.request for each in found}) == 1
    assert b"Host: 127.0.0.1:PORT\r\n" in found[0].request.data


def test_the_port_of_a_response_is_masked_though_no_request_names_it(tmp_path: Path) -> None:
    """In a part of the specs, none of those of an app may."""
    run = Run(tmp_path, "miniature")
    run.begin(ENVIRONMENT)
    with miniature(keeps_open(ANSWER)) as server, client_of(server.port) as client:
        location = b"\r\nlocation: http://127.0.0.1:%d/\r\n\r\n" % server.port
        exchange = client.raw(b"GET / HTTP/1.0\r\n\r\n")
        received = [
            replace(each, data=each.data.replace(b"\r\n\r\n", location))
            for each in exchange.received
        ]
        run.exchange(SPEC, replace(exchange, received=tuple(received)))
    run.verdict(SPEC, "hello", "pass", "", {}, 0.1)
    run.end()
    (response,) = RunResponses.read(run.path).responses.values()
    assert response.response.headers["location"] == "http://127.0.0.1:PORT/"


def test_each_spec_is_known_with_what_it_asked(run: Path) -> None:
    (spec,) = specs_of([run])
    assert (spec.name, spec.verdict, spec.changes) == (SPEC, "pass", {"A_CHANGE": True})
    assert spec.sentence == "The server greets."
    assert [(a.variant, a.request.files) for a in spec.sent] == [
        ("hello", "SITE"),
        ("static_files_404", "SITE_404"),
        ("sse", "SITE"),
    ]


def test_a_corpus_reads_back_and_is_not_recorded_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    recorded = []

    def record(folder: Path, _: Console) -> None:
        recorded.append(folder)
        folder.mkdir()
        lines = [["hello", "hello", "GET /\xff"], ["static_files_404", "static_files", "x"]]
        (folder / "requests.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")

    monkeypatch.setattr(corpus, "_record", record)
    for _ in range(2):
        assert corpus.corpus(Console(quiet=True)) == [
            SentRequest("hello", Request("hello", b"GET /\xff")),
            SentRequest("static_files_404", Request("static_files", b"x", "SITE_404")),
        ]
    assert len(recorded) == 1


def test_another_spec_is_another_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "ROOT", tmp_path)
    monkeypatch.setattr(project, "PACKAGE", tmp_path / "starlette_conformance")
    (tmp_path / "specs").mkdir()
    keys = [project.digest(*corpus.SOURCES)]
    for text in ("a", "b"):
        (tmp_path / "specs" / "test_a.py").write_text(text)
        keys.append(project.digest(*corpus.SOURCES))
    assert len(set(keys)) == 3
    assert project.digest(*corpus.SOURCES) == keys[-1]
