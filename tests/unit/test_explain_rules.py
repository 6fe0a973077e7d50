"""The rules of the explainer that mutation showed to be held by no other test: `python -m
studies.explainer_mutants` drops one at a time.
"""

from dataclasses import replace
from typing import Any

import pytest

from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.differences import differences
from starlette_conformance.explain.explainer import Explainer
from starlette_conformance.explain.groups import NAMED, WIDTH, clusters
from starlette_conformance.explain.parser_quirks import makes
from starlette_conformance.explain.result import Difference, Differing
from starlette_conformance.explain.scenarios import explain_scenario, value_text
from starlette_conformance.model.chance import one_of
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response, since
from starlette_conformance.model.observations import LogLines, Observation
from starlette_conformance.model.request import Request
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Send
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.scenarios.outcome import Outcome
from starlette_conformance.stacks.ledger import Ledger
from tests.miniatures.raw_server import ENVIRONMENT

REQUEST = Request("hello", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n")
PLAIN = WireResponse(Response(200, {"a": "1", "b": "2"}, b"ok", "OK"), ("a", "b"), first=0.01)
CHANGE = Change("starlette", "0.40", "change", "c is 3.", "https://x")

EFFECT = Effect(CHANGE, ("hello",), lambda *_: True, lambda _, a, __: with_headers(a, c="3"))


def on(version: str) -> Environment:
    return replace(ENVIRONMENT, packages={**ENVIRONMENT.packages, "starlette": version})


def one(before: WireResponse, after: WireResponse) -> Difference:
    (found,) = differences(before, after)
    return found


def left(where: str, before: str, after: str, line: str = "GET / HTTP/1.1") -> Differing:
    difference = Difference("value", where, before, after)
    return Differing("hello", (line,), (), (), (difference,), remaining=(difference,))


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        (replace(PLAIN, names=("b", "a")), ("order of headers", "a, b", "b, a")),
        (replace(PLAIN, first=2.0), ("first response", "after 0.0 s", "after 2.0 s")),
        (replace(PLAIN, packed="br"), ("body as sent", "gzip", "br")),
    ],
)
def test_what_differs_beside_the_fields_is_shown_exactly(
    after: WireResponse, shown: tuple[str, str, str]
) -> None:
    found = one(replace(PLAIN, packed="gzip" if after.packed else ""), after)
    assert (found.where, found.before, found.after) == shown


@pytest.mark.parametrize(("length", "has_digest"), [(1, False), (5000, True)])
def test_values_that_are_shown_in_part_have_a_digest(length: int, has_digest: bool) -> None:
    header = replace(PLAIN, response=with_headers(PLAIN.response, a="x" * length))
    assert bool(one(PLAIN, header).digest) == has_digest


def test_an_empty_body_differs_as_a_whole() -> None:
    json = with_headers(PLAIN.response, content_type="application/json")
    before, after = (
        replace(PLAIN, response=replace(json, body=body)) for body in (b"", b'{"a": 1}')
    )
    assert [each.where for each in differences(before, after)] == ["body"]


def test_a_parser_makes_no_difference_but_of_layout() -> None:
    by_h11 = replace(PLAIN, names=("a", "b", "Transfer-Encoding", "Connection"))
    by_httptools = replace(PLAIN, names=("a", "b", "transfer-encoding", "connection"))
    found = differences(by_h11, by_httptools)
    assert [makes(each, by_h11, by_httptools) for each in found] == [True, True]
    status = Difference("status", "status", "200", "404")
    assert not makes(status, by_h11, by_httptools)


@pytest.mark.parametrize(
    ("before", "after", "explained"),
    [
        (("A", "b"), ("a", "b"), True),
        (("a", "B"), ("a", "b"), False),
    ],
)
def test_a_change_spells_the_names_that_it_says(
    before: tuple[str, ...], after: tuple[str, ...], explained: bool
) -> None:
    """With it `a` has capitals, beside what it alters."""
    effect = replace(EFFECT, spells=("a",))
    with_it = with_headers(PLAIN.response, c="3")
    explainer = Explainer([effect], on("0.39"), on("0.40"), {}, {})
    older = WireResponse(with_headers(PLAIN.response, c="2"), (*after, "c"))
    why = explainer.explain(REQUEST, older, WireResponse(with_it, (*before, "c")))
    assert [each.severity for each in why.remaining] == ([] if explained else ["case"])


def test_a_header_that_comes_does_not_hide_that_another_moved() -> None:
    effect = replace(EFFECT, moves=("a", "b"))
    older = WireResponse(with_headers(PLAIN.response, c="2"), ("a", "c", "b"))
    newer = WireResponse(with_headers(PLAIN.response, c="3", d="4"), ("d", "c", "b", "a"))
    why = Explainer([effect], on("0.39"), on("0.40"), {}, {}).explain(REQUEST, older, newer)
    assert [each.where for each in why.remaining] == ["header d"]


@pytest.mark.parametrize(("length", "groups"), [(WIDTH, 2), (WIDTH + 1, 1)])
def test_long_values_look_alike(length: int, groups: int) -> None:
    found = clusters(left("header a", "1", letter * length) for letter in "xy")
    assert len(found) == groups
    assert not any(group.explained for group in found)


@pytest.mark.parametrize(
    ("fields", "more"), [(NAMED, ""), (NAMED + 1, ", and 1 more"), (NAMED + 2, ", and 2 more")]
)
def test_the_name_of_a_group_has_a_few_fields(fields: int, more: str) -> None:
    every = tuple(Difference("status", f"field {n:02}", "1", "2") for n in range(fields))
    (group,) = clusters([Differing("hello", ("GET /",), (), (), every, remaining=every)])
    assert group.name == ", ".join(each.where for each in every[:NAMED]) + more
    assert len(group.fields) == fields


def test_a_field_of_many_responses_of_scenarios_is_one_group() -> None:
    """A wrong Date is one finding, whatever the connections are called that it comes on."""
    dates = [
        [
            Difference("value", f"{response} on {name}: header date", "IMF-fixdate", "now")
            for response in ("first", "second")[:number]
        ]
        for number, name in ((1, "a"), (2, "b"), (2, "the connection"))
    ]
    alone, *others = (
        Differing("hello", (f"start {n}",), (), (), tuple(each), remaining=tuple(each))
        for n, each in enumerate(dates)
    )
    status = Difference("status", "first on b: status", "200", "500")
    more = replace(others[0], remaining=(*others[0].remaining, status))
    date, broken = sorted(clusters([alone, others[1], more]), key=lambda group: group.name)
    assert (date.name, len(date.exchanges)) == ("header date", 3)
    assert (broken.name, len(broken.exchanges)) == ("status", 1)


def test_the_shortest_request_of_a_group_is_its_example() -> None:
    lines = ("GET /long HTTP/1.1", "GET / HTTP/1.1", "GET /longer HTTP/1.1")
    (group,) = clusters(left("header a", "1", "2", line) for line in lines)
    assert group.example.line == "GET / HTTP/1.1"


def test_what_no_longer_comes_by_chance_is_a_difference() -> None:
    scenario = Scenario(
        "one", "hello", (Send("a", b"GET / HTTP/1.1\r\n\r\n"),), {LogLines(): one_of(["x"], [])}
    )
    for came in (["y"], ["x", "x"]):
        why = explain_scenario(
            scenario, Outcome({"log": ["x"]}, ENVIRONMENT), Outcome({"log": came}, ENVIRONMENT)
        )
        assert [each.where for each in why.remaining] == ["log"]


@pytest.mark.parametrize(
    ("value", "text"), [((b"a", b"b"), "ab"), ((), "()"), ((1, 2), "(1, 2)"), (b"a", "a"), (7, "7")]
)
def test_chunks_are_shown_as_the_body_that_they_make(value: object, text: str) -> None:
    assert value_text(value) == text


def test_numbers_look_alike() -> None:
    found = clusters(
        left("header a", before, after) for before, after in (("12", "345"), ("67", "89"))
    )
    assert len(found) == 1


def test_a_header_that_comes_twice_is_no_order() -> None:
    twice = replace(PLAIN, names=("b", "a", "a"))
    assert differences(PLAIN, twice) == []


@pytest.mark.parametrize(("older", "wanted"), [("0.14.2", False), ("0.15.0", True)])
def test_a_scenario_is_played_where_both_stacks_have_what_it_needs(
    older: str, wanted: bool
) -> None:
    scenario = Scenario("one", "hello", (), {LogLines(): []}, needs=("starlette>=0.15",))
    for sides in ((on(older), on("1.0.0")), (on("1.0.0"), on(older))):
        assert Comparison(*sides, Ledger({}, [], {}, {})).wants_scenario(scenario) == wanted


@pytest.mark.parametrize(("newer", "wanted"), [("0.14.2", False), ("1.0.0", True)])
def test_a_scenario_is_played_by_change_where_one_lies_between_that_it_shows(
    newer: str, wanted: bool
) -> None:
    change = Change("starlette", "0.15.0", "fix", "It says more.", "https://x")
    lines: dict[Observation, Any] = {LogLines(): since(change, ["more"], before=[])}
    scenario = Scenario("one", "hello", (), lines, by_change=True)
    known = Comparison(on("0.14.0"), on(newer), Ledger({"MORE": change}, [], {}, {}))
    assert known.wants_scenario(scenario) == wanted
    assert Comparison(*known.sides, known.ledger, all_named=False).wants_scenario(scenario)


@pytest.mark.parametrize(("slow", "wanted"), [(False, True), (True, False)])
def test_a_script_is_played_in_any_case_where_that_takes_no_time(slow: bool, wanted: bool) -> None:
    scenario = Scenario("one", "hello", (), {LogLines(): []}, script="specs/x.py", slow=slow)
    known = Comparison(on("0.14.0"), on("1.0.0"), Ledger({}, [], {}, {}))
    assert known.wants_scenario(scenario) == wanted
