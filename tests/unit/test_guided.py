"""Guided requests: what is mutated and kept, and how lines are counted."""

from pathlib import Path
from random import Random

import pytest

from starlette_conformance.explore import traced
from starlette_conformance.explore.guided import Guided, TracedApp, learn
from starlette_conformance.explore.lines import counts, left, lines_that_can_run
from starlette_conformance.explore.mutations import MUTATIONS, Draft, mutated
from starlette_conformance.model.app import Words
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.request import Request
from tests.miniatures.raw_server import ENVIRONMENT, closes, miniature

WORDS = Words(["/", "/user"])
GET = Request("hello", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAccept: */*\r\n\r\n")
POST = Request(
    "hello", b"POST /user HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 3\r\n\r\nabc"
)


def test_a_request_in_its_parts_is_the_same_request() -> None:
    for request in (GET, POST):
        random = Random(1)  # its first chance damages nothing
        assert Draft(request, [GET], WORDS, random).data() == request.data


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_each_mutation_changes_a_request_and_keeps_its_head_whole(mutation: object) -> None:
    assert callable(mutation)
    changed = set()
    for seed in range(20):
        draft = Draft(POST, [GET], WORDS, Random(seed))
        before = (draft.method, draft.target, draft.version, [*draft.lines], draft.rest)
        mutation(draft)
        assert b"\r\n\r\n" in draft.data()
        changed.add((draft.method, draft.target, draft.version, draft.lines, draft.rest) != before)
    assert True in changed


def test_requests_behind_each_other_stay_short() -> None:
    draft = Draft(GET, [POST], WORDS, Random(0))
    for _ in range(1000):
        draft.another_behind_it()
    assert len(draft.data()) < 21_000


def test_what_reaches_more_is_kept_and_changed_again() -> None:
    """Each more of a line counts as new: without learning, few requests have several more."""

    def tried(guided: bool) -> list[int]:
        most, seen = 0, []

        def reaches_more(request: Request) -> bool:
            nonlocal most
            accepts = request.data.count(b"Accept: */*")
            seen.append(accepts)
            more, most = accepts > most, max(most, accepts)
            return guided and more

        kept = learn(reaches_more, [GET], WORDS, 400, Random(0))
        assert bool(kept) == guided
        return seen

    assert max(tried(guided=True)) > max(tried(guided=False))


def test_the_same_seed_tries_the_same_requests() -> None:
    def tried(seed: int) -> list[Request]:
        return learn(lambda _: True, [GET, POST], WORDS, 50, Random(seed))

    assert tried(1) == tried(1) != tried(2)
    assert mutated(GET, [POST], WORDS, Random(3)) == mutated(GET, [POST], WORDS, Random(3))


def test_of_an_app_without_requests_none_is_made() -> None:
    assert learn(lambda _: True, [], WORDS, 50, Random(0)) == []


def test_lines_are_counted_and_listed_where_nothing_reaches_them(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    source = "def f():\n    return 1\n\n\ndef g():\n    return '\\d'\n"
    (tmp_path / "a" / "b.py").write_text(source, "utf-8")
    lines = lines_that_can_run(tmp_path)
    assert lines == {
        ("a/b.py", 1): "f",
        ("a/b.py", 2): "f",
        ("a/b.py", 5): "g",
        ("a/b.py", 6): "g",
    }
    by_requests, by_scenarios = {("a/b.py", 1), ("a/b.py", 5)}, {("a/b.py", 1), ("a/b.py", 2)}
    assert counts(lines, by_requests) == {"a": (4, 2)}
    assert left(lines, by_requests | by_scenarios) == ["a/b.py g: 6"]
    guided = Guided("one", [], lines, by_requests, by_scenarios, {("a/b.py", 6)}, [])
    assert guided.counts() == {"a": (4, 0)}
    assert guided.unreached() == []


def traced_miniature(folder: Path) -> Environment:
    (folder / "lines").write_text("0 hello starlette/routing.py 1\n", "ascii")
    return Environment("one", Path("python"), "3.11", ENVIRONMENT.packages, ahead=folder)


def test_lines_are_new_to_an_app_once(tmp_path: Path) -> None:
    copy = traced_miniature(tmp_path)
    response = closes(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
    with miniature(response) as server:
        app = TracedApp("hello", server.port, copy)
        assert not app.reaches_more(GET)
        with (tmp_path / "lines").open("a") as file:
            file.write("0 sse starlette/routing.py 2\n0 hello starlette/routing.py 3\n")
        assert app.reaches_more(GET)
        assert not app.reaches_more(GET)
        assert app.gave_up == ""
    assert traced.LinesRun(copy).more() == {("starlette/routing.py", n) for n in (1, 2, 3)}


def test_an_app_that_ended_is_named_and_gets_no_more(tmp_path: Path) -> None:
    with miniature(closes(b"")) as server:
        pass
    app = TracedApp("hello", server.port, traced_miniature(tmp_path))
    assert not app.reaches_more(GET)
    assert app.gave_up == "hello, traced: it ended, and got no more guided requests"


def test_packages_elsewhere_than_their_interpreter_are_a_usage_error(tmp_path: Path) -> None:
    environment = Environment("one", tmp_path / "bin" / "python", "3.11", ENVIRONMENT.packages)
    with pytest.raises(UsageError, match="in no site-packages of its own"):
        traced.traced(environment, tmp_path / "copy")
