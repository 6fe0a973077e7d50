"""What is new on a failing stack, from run files: what nobody explains, and a draft of a change."""

import io
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from starlette_conformance.diff.terminal import render_unexplained
from starlette_conformance.explain.comparison import Comparison, Known, side
from starlette_conformance.explain.result import Diff
from starlette_conformance.explain.what_is_new import (
    compare_runs,
    draft,
    only_difference,
    what_is_new,
)
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.request import Request
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.stacks.ledger import Ledger
from starlette_conformance.stacks.project import ledger
from tests.miniatures.raw_server import ENVIRONMENT
from tests.miniatures.run_files import made, three_releases

PLAIN = Response(200, {"content-type": "text/plain"}, b"ok", "OK")
BINARY = with_headers(PLAIN, content_type="application/octet-stream")
OLDER = replace(ENVIRONMENT, name="starlette-1.0", packages={"starlette": "1.0", "h11": "0.14"})
NEWER = replace(ENVIRONMENT, name="starlette-1.1", packages={"starlette": "1.1", "h11": "0.14"})
NOTHING_KNOWN = Ledger({}, [], {}, {})


def get(target: str, app: str = "static_files") -> SentRequest:
    data = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n".encode()
    return SentRequest(app, Request(app, data))


def compared(
    after: Response,
    newer: Environment = NEWER,
    ledger: Ledger = NOTHING_KNOWN,
    target: str = "/a",
) -> Diff:
    """Where the older stack answers PLAIN."""
    comparison = Comparison(OLDER, newer, ledger)
    before, now = ({get(target): WireResponse(each)} for each in (PLAIN, after))
    return comparison.diff(comparison.explain(before, now))


def drafted(diff: Diff) -> Change:
    """The change that the text makes, pasted as it is."""
    text = draft(diff.unexplained[0], diff.older, diff.newer)
    assert text is not None
    made: dict[str, Change] = {}
    exec(text, {"Change": Change}, made)
    return made["NAME_IT"]


def test_a_draft_is_python_that_makes_a_change() -> None:
    assert drafted(compared(BINARY)) == Change(
        "starlette",
        "1.1",
        "change",
        "GET /a of static_files: header content-type application/octet-stream instead of "
        "text/plain.",
        "https://github.com/Kludex/starlette/releases/tag/1.1",
    )


@pytest.mark.parametrize("value", ['"quoted"', "back\\slash", "é\x00\n", "{}", "'"])
def test_a_draft_is_python_whatever_the_server_sent(value: str) -> None:
    assert drafted(compared(with_headers(PLAIN, x=value), target="/\\\"'"))


def test_the_only_package_that_differs_is_named() -> None:
    older = side(OLDER)
    assert only_difference(older, side(NEWER)) == "starlette"
    assert only_difference(older, older) is None
    assert only_difference(older, side(replace(NEWER, python="3.13.0"))) is None


def rendered(diff: Diff) -> str:
    text = io.StringIO()
    render_unexplained(diff, Console(file=text, width=200))
    return text.getvalue()


def test_a_difference_is_shown_with_how_to_repeat_it_and_a_draft() -> None:
    text = rendered(compared(BINARY))
    assert "1 of 1 responses differ, 1 of them unexplained" in text
    assert (
        "UNEXPLAINED  content-type: text/plain → application/octet-stream  GET /a (static_files)"
    ) in text
    assert "starlette-conformance serve static_files --stack starlette-1.1 --port 8000" in text
    assert "http://127.0.0.1:8000/a" in text
    assert "NAME_IT = Change(" in text


def test_nothing_is_drafted_where_more_than_one_package_differs() -> None:
    other = replace(NEWER, packages={"starlette": "1.1", "h11": "0.16"})
    assert "NAME_IT" not in rendered(compared(BINARY, other))


def test_a_predicted_difference_is_not_new() -> None:
    change = Change("starlette", "1.1", "change", "x", "https://x")
    effect = Effect(
        change,
        ("static_files",),
        lambda _, answer: answer.headers.get("content-type") == "text/plain",
        lambda _, answer, __: with_headers(answer, content_type="application/octet-stream"),
    )
    ledger = Ledger({"NAMED": change}, [effect], {}, {})
    diff = compared(BINARY, ledger=ledger)
    assert (diff.compared, len(diff.differing), diff.unexplained) == (1, 1, ())
    assert compared(with_headers(BINARY, content_type=ABSENT), ledger=ledger).unexplained


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
    older = RunResponses.read(run_file(tmp_path, OLDER, 40_001, "ok", "pass"))
    newer = RunResponses.read(run_file(tmp_path, NEWER, 40_002, "no", "fail"))
    diff = compare_runs(older, newer, NOTHING_KNOWN)
    assert (diff.compared, len(diff.differing)) == (2, 1)
    assert diff.differing[0].line == "GET /other HTTP/1.1"


SERIES = [[OLDER.name, NEWER.name, "starlette-1.2"]]


def new(folder: Path, failing: str | None, series: list[list[str]] = SERIES) -> list[Diff]:
    return list(what_is_new(folder, {failing} if failing else set(), series, NOTHING_KNOWN))


@pytest.mark.parametrize(
    ("before", "after", "count"), [("pass", "fail", 1), ("pass", "pass", 0), ("fail", "fail", 0)]
)
def test_a_release_is_compared_where_it_fails_what_its_predecessor_passes(
    before: str, after: str, count: int, tmp_path: Path
) -> None:
    run_file(tmp_path, OLDER, 40_001, "ok", before)
    run_file(tmp_path, NEWER, 40_002, "no", after)
    assert len(new(tmp_path, NEWER.name)) == count


def test_only_a_failing_stack_and_the_one_before_it_are_compared(tmp_path: Path) -> None:
    run_file(tmp_path, OLDER, 40_001, "ok", "pass")
    run_file(tmp_path, NEWER, 40_002, "no", "fail")
    (diff,) = new(tmp_path, NEWER.name)
    assert rendered(diff).startswith("starlette-1.0 -> starlette-1.1: 1 of 2 responses differ, ")
    assert new(tmp_path, "starlette-1.2") == []
    assert new(tmp_path, None) == []
    assert new(tmp_path, NEWER.name, [[OLDER.name], [NEWER.name]]) == []


def test_a_failure_that_shows_in_no_response_is_reported(tmp_path: Path) -> None:
    run_file(tmp_path, OLDER, 40_001, "ok", "pass")
    run_file(tmp_path, NEWER, 40_002, "ok", "fail")
    (diff,) = new(tmp_path, NEWER.name)
    assert rendered(diff).startswith(
        "starlette-1.0 -> starlette-1.1: every response is as the named changes predict"
    )


def test_what_has_no_responses_is_compared_with_nothing(tmp_path: Path) -> None:
    run_file(tmp_path, NEWER, 40_002, "no", "fail")
    (tmp_path / "cut-off.jsonl").touch()
    assert new(tmp_path, NEWER.name) == []
    run_file(tmp_path, replace(OLDER, packages={}), 40_001, "ok", "not installable")
    assert new(tmp_path, NEWER.name) == []


def test_a_record_that_lacks_something_is_a_usage_error(tmp_path: Path) -> None:
    path = run_file(tmp_path, OLDER, 40_001, "ok", "pass")
    path.write_text(path.read_text("utf-8").replace('"ended"', '"end"'), "utf-8")
    with pytest.raises(UsageError, match=r"starlette-1\.0\.jsonl:2: object missing .* ended; "):
        RunResponses.read(path)


def test_what_is_known_of_other_pairs_changes_nothing(tmp_path: Path) -> None:
    three_releases(tmp_path)
    made(tmp_path, "1.9.0", varies=False)
    runs = [RunResponses.read(path) for path in sorted(tmp_path.glob("*.jsonl"))]
    known: Known = {}
    pairs = [*itertools.permutations(runs, 2)]
    alone = [compare_runs(older, newer, ledger()) for older, newer in pairs]
    for again in (False, True):
        for (older, newer), expected in zip(pairs, alone, strict=True):
            before = len(known)
            assert compare_runs(older, newer, ledger(), known) == expected
            assert (len(known) == before) == again


def test_the_same_responses_between_other_stacks_are_explained_anew() -> None:
    known: Known = {}
    before, after = ({get("/a"): WireResponse(each)} for each in (PLAIN, BINARY))
    change = Change("starlette", "1.2", "change", "It is binary.", "https://example.org")
    effect = Effect(change, ("static_files",), lambda *_: True, lambda *_: BINARY)
    ledger_of_one = Ledger({"BINARY": change}, [effect], {}, {})
    for newer in (NEWER, replace(NEWER, packages={"starlette": "1.2", "h11": "0.14"})):
        comparison = Comparison(OLDER, newer, ledger_of_one)
        (found,) = comparison.explain(before, after, known=known).values()
        assert bool(found.remaining) == (newer is NEWER)
