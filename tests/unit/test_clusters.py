"""News: clusters of what nobody explained, and the entry that each makes ready."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.explain.clusters import Finding, clustered, entry, only_difference
from starlette_conformance.explain.run_diff import (
    News,
    news,
    news_lines,
    news_of_failed,
    news_of_runs,
)
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.request import Request
from starlette_conformance.runs.recorded import Recorded
from tests.miniatures.raw_server import ENVIRONMENT

PLAIN = Response(200, {"content-type": "text/plain"}, b"ok", "OK")
BINARY = with_headers(PLAIN, content_type="application/octet-stream")
OLDER = replace(ENVIRONMENT, name="starlette-1.0", packages={"starlette": "1.0", "h11": "0.14"})
NEWER = replace(ENVIRONMENT, name="starlette-1.1", packages={"starlette": "1.1", "h11": "0.14"})


def asking(target: str, method: str = "GET", app: str = "static_files") -> Request:
    return Request(app, f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n".encode())


FINDINGS = [
    Finding(asking("/data.unknown"), PLAIN, BINARY),
    Finding(asking("/a"), PLAIN, BINARY),
    Finding(asking("/a", "HEAD"), PLAIN, BINARY),
    Finding(asking("/b"), PLAIN, replace(PLAIN, status=404, reason="Not Found")),
]


def test_findings_that_look_alike_are_one_cluster_the_largest_first() -> None:
    assert [len(cluster.findings) for cluster in clustered(FINDINGS)] == [2, 1, 1]


def test_the_shortest_request_is_the_example() -> None:
    assert clustered(FINDINGS)[0].example.request == asking("/a")


def test_numbers_and_tags_make_no_cluster_of_their_own() -> None:
    alike = [
        Finding(asking("/a"), PLAIN, with_headers(PLAIN, etag=f'"{digit * 32}"')) for digit in "ab"
    ]
    assert len(clustered(alike)) == 1


def test_an_entry_is_python_that_makes_a_change() -> None:
    text = entry(clustered(FINDINGS)[0], "starlette", "1.1")
    made: dict[str, object] = {"Change": Change}
    exec(text, made)  # it is to be pasted as it is
    assert made["NAME_IT"] == Change(
        "starlette",
        "1.1",
        "change",
        "GET /a of static_files: header content-type application/octet-stream instead of "
        "text/plain.",
        "https://github.com/Kludex/starlette/releases/tag/1.1",
    )


@pytest.mark.parametrize("value", ['"quoted"', "back\\slash", "é\x00\n", "{}", "'"])
def test_an_entry_is_python_whatever_was_answered(value: str) -> None:
    finding = Finding(asking("/\\\"'"), PLAIN, with_headers(PLAIN, x=value))
    made: dict[str, object] = {"Change": Change}
    exec(entry(clustered([finding])[0], "uvicorn", "9"), made)
    assert isinstance(made["NAME_IT"], Change)


def test_the_only_package_that_differs_is_named() -> None:
    assert only_difference(OLDER, NEWER) == "starlette"
    assert only_difference(OLDER, OLDER) is None
    assert only_difference(OLDER, replace(NEWER, python="3.13.0")) is None


def told(found: News) -> str:
    return "\n".join(found.lines())


def test_a_difference_is_told_with_how_to_repeat_it_and_an_entry() -> None:
    text = told(news(OLDER, NEWER, [(asking("/a"), PLAIN, BINARY)], []))
    assert "1 of 1 answers differ unexplained" in text
    assert "content-type: 'text/plain' -> 'application/octet-stream'" in text
    assert "starlette-conformance serve static_files --stack starlette-1.1 --port 8000" in text
    assert "http://127.0.0.1:8000/a" in text
    assert "NAME_IT = Change(" in text


def test_no_entry_is_drafted_where_more_than_one_package_differs() -> None:
    other = replace(NEWER, packages={"starlette": "1.1", "h11": "0.16"})
    assert "NAME_IT" not in told(news(OLDER, other, [(asking("/a"), PLAIN, BINARY)], []))


def test_a_predicted_difference_is_no_news() -> None:
    known = Effect(
        Change("starlette", "1.1", "change", "x", "https://x"),
        ("static_files",),
        lambda _, answer: answer.headers.get("content-type") == "text/plain",
        lambda _, answer, __: with_headers(answer, content_type="application/octet-stream"),
    )
    found = news(OLDER, NEWER, [(asking("/a"), PLAIN, BINARY)], [known])
    assert (found.compared, found.differing, found.findings) == (1, 1, ())
    gone = with_headers(BINARY, content_type=ABSENT)
    assert news(OLDER, NEWER, [(asking("/a"), PLAIN, gone)], [known]).findings


def run_file(folder: Path, environment: Environment, port: int, answer: str, verdict: str) -> Path:
    """A run of two specs, each with one exchange; only the second differs by `answer`.

    Without packages in the environment, it is that of a stack that was not installable.
    """
    lines: list[dict[str, object]] = [
        {
            "kind": "run",
            "schema": 1,
            "stack": environment.name,
            "started": "2026-01-01T00:00:00+00:00",
            "complete": True,
            "python": environment.python,
            "parser": "h11",
            "loop": "asyncio",
            "hash_seed": 0,
            "packages": dict(environment.packages) or None,
        }
    ]
    for number, (name, body) in enumerate((("same", "ok"), ("other", answer)), 1):
        spec = f"specs/hello/test_hello.py::test_{name}[{environment.name}-x]"
        sent = f"GET /{name} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
        received = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n{body}"
        exchange: dict[str, object] = {"sent": [[0, sent]], "received": [[0, received]]}
        exchange["ended"] = "left by the client"
        about = {"spec": spec, "app": "hello"}
        exchange |= {"kind": "exchange", "id": number, "method": "GET", "closes": False}
        came_to = {"kind": "verdict", "verdict": verdict, "reason": "", "exchanges": [number]}
        lines += [about | exchange, about | came_to | {"changes": {}, "seconds": 0.1}]
    path = folder / f"{environment.name}.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_two_runs_are_compared_whatever_their_ports(tmp_path: Path) -> None:
    older = Recorded(run_file(tmp_path, OLDER, 40_001, "ok", "pass"))
    newer = Recorded(run_file(tmp_path, NEWER, 40_002, "no", "fail"))
    found = news_of_runs(older, newer, [])
    assert (found.compared, found.differing) == (2, 1)
    assert found.findings[0].request == asking("/other", app="hello")


def test_a_release_is_news_where_it_fails_what_its_predecessor_passes(tmp_path: Path) -> None:
    def told_of(before: str, after: str) -> list[News]:
        runs = {
            OLDER.name: run_file(tmp_path, OLDER, 40_001, "ok", before),
            NEWER.name: run_file(tmp_path, NEWER, 40_002, "no", after),
        }
        pairs = [(OLDER.name, NEWER.name), (NEWER.name, "starlette-1.2")]
        return list(news_of_failed(runs, pairs, []))

    assert [len(each.findings) for each in told_of("pass", "fail")] == [1]
    assert told_of("pass", "pass") == []
    assert told_of("fail", "fail") == []


def test_only_a_failing_stack_and_the_one_before_it_are_looked_at(
    tmp_path: Path,
) -> None:
    run_file(tmp_path, OLDER, 40_001, "ok", "pass")
    run_file(tmp_path, NEWER, 40_002, "no", "fail")
    series = [[OLDER.name, NEWER.name, "starlette-1.2"]]
    lines = "\n".join(news_lines(tmp_path, {NEWER.name}, series))
    assert lines.startswith("starlette-1.0 -> starlette-1.1: 1 of 2 answers differ unexplained")
    assert list(news_lines(tmp_path, {"starlette-1.2"}, series)) == []
    assert list(news_lines(tmp_path, set(), series)) == []
    assert list(news_lines(tmp_path, {NEWER.name}, [[OLDER.name], [NEWER.name]])) == []


def test_a_failure_that_shows_in_no_answer_is_told(tmp_path: Path) -> None:
    run_file(tmp_path, OLDER, 40_001, "ok", "pass")
    run_file(tmp_path, NEWER, 40_002, "ok", "fail")
    [line] = news_lines(tmp_path, {NEWER.name}, [[OLDER.name, NEWER.name]])
    assert line.startswith("starlette-1.0 -> starlette-1.1: every answer is as predicted; ")


def test_what_has_no_answers_is_beside_nothing(tmp_path: Path) -> None:
    run_file(tmp_path, NEWER, 40_002, "no", "fail")
    series = [[OLDER.name, NEWER.name]]
    (tmp_path / "cut-off.jsonl").touch()
    assert list(news_lines(tmp_path, {NEWER.name}, series)) == []
    run_file(tmp_path, replace(OLDER, packages={}), 40_001, "ok", "not installable")
    assert list(news_lines(tmp_path, {NEWER.name}, series)) == []


def test_a_record_that_lacks_something_is_told(tmp_path: Path) -> None:
    path = run_file(tmp_path, OLDER, 40_001, "ok", "pass")
    path.write_text(path.read_text("utf-8").replace('"ended"', '"end"'), "utf-8")
    with pytest.raises(UsageError, match=r"starlette-1\.0\.jsonl:2: object missing .* ended; "):
        Recorded(path)
