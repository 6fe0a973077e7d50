"""What two stacks are compared by: slow requests only for their changes, and what nothing shows."""

from dataclasses import replace

import pytest

from starlette_conformance.explain.asserted import by_assertion, changes_asserted, until_cut
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.exit_code import exit_code
from starlette_conformance.explain.explainer import Explained
from starlette_conformance.explain.result import Difference
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.stacks.ledger import Ledger
from tests.miniatures.raw_server import ENVIRONMENT

SAYS_C = Change("starlette", "0.40", "fix", "It says c.", "https://x")
LOGS = Change("starlette", "0.40", "regression", "It logs.", "https://x")
PINGS = Change("starlette", "0.41", "change", "It pings.", "https://x")
QUIET = Change("starlette", "0.40", "fix", "It says d, with httptools.", "https://x")
EFFECTS = [
    Effect(SAYS_C, ("hello",), lambda *_: True, lambda _, a, __: with_headers(a, c="3")),
    Effect(QUIET, ("hello",), lambda *_: True, lambda _, a, __: a, parser="httptools"),
]
LEDGER = Ledger(
    {"SAYS_C": SAYS_C, "LOGS": LOGS, "PINGS": PINGS, "QUIET": QUIET},
    EFFECTS,
    {"it is only logged": [LOGS]},
    {},
    {"silent": [PINGS]},
)
PLAIN, SAYING = WireResponse(Response(200)), WireResponse(Response(200, {"c": "3"}), ("c",))
QUICK = SentRequest("hello", Request("hello", b"GET / HTTP/1.1\r\n\r\n"))
SLOW = replace(QUICK, variant="silent")


def on(version: str) -> Environment:
    return replace(ENVIRONMENT, packages={**ENVIRONMENT.packages, "starlette": version})


def test_a_slow_request_is_compared_only_where_a_change_that_it_shows_lies_between() -> None:
    comparison = Comparison(on("0.39"), on("0.40"), LEDGER)
    assert [comparison.wants(sent) for sent in (QUICK, SLOW)] == [True, False]
    both = dict.fromkeys((QUICK, SLOW), PLAIN)
    assert list(comparison.explain(both, both)) == [QUICK]
    assert Comparison(on("0.41"), on("0.40"), LEDGER).wants(SLOW)


def test_where_changes_may_have_no_name_slow_requests_look_for_them() -> None:
    assert Comparison(on("0.39"), on("0.40"), LEDGER, all_named=False).wants(SLOW)


@pytest.mark.parametrize(
    ("older", "newer", "lost"), [("0.39", "0.40", False), ("0.40", "0.39", True)]
)
def test_a_change_that_no_request_shows_is_named_with_the_reason(
    older: str, newer: str, lost: bool
) -> None:
    comparison = Comparison(on(older), on(newer), LEDGER)
    responses = {QUICK: PLAIN}, {QUICK: SAYING}
    explained = comparison.explain(*(reversed(responses) if lost else responses))
    diff = comparison.diff(explained)
    assert [group.name for group in diff.explained] == ["SAYS_C"]
    assert [(each.name, each.lost, each.why) for each in diff.not_shown] == [
        ("LOGS", lost, "it is only logged"),
        ("QUIET", lost, "it shows with httptools only"),
    ]
    kinds = ("fix", "regression", "feature", "change", "security")
    assert [exit_code(diff, [kind]) for kind in kinds] == [1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("app", "why"),
    [
        ("hello", "none of the requests that were compared shows it"),
        ("sse", "it shows in responses of hello, and none was compared"),
    ],
)
def test_a_change_with_an_effect_that_nothing_shows_is_named_too(app: str, why: str) -> None:
    comparison = Comparison(on("0.39"), on("0.40"), LEDGER)
    both = {SentRequest(app, Request(app, b"GET / HTTP/1.1\r\n\r\n")): PLAIN}
    names = {
        each.name: each.why for each in comparison.diff(comparison.explain(both, both)).not_shown
    }
    assert names["SAYS_C"] == why


@pytest.mark.parametrize(
    ("python", "why"),
    [
        ("3.11.7", "it shows with python>=3.12 only"),
        ("3.12.0", "none of the requests that were compared shows it"),
    ],
)
def test_a_change_that_another_python_would_show_is_named_with_it(python: str, why: str) -> None:
    older, newer = (replace(on(version), python=python) for version in ("0.39", "0.40"))
    beside = Ledger({"WAITS": replace(LOGS, beside="python>=3.12")}, [], {}, {}, {})
    (named,) = Comparison(older, newer, beside).diff({}).not_shown
    assert (named.name, named.why) == ("WAITS", why)


def test_counts_are_by_request_severity_and_change() -> None:
    comparison = Comparison(on("0.39"), on("0.40"), LEDGER)
    other = SentRequest("hello", Request("hello", b"GET /a HTTP/1.1\r\n\r\n"))
    broken = WireResponse(Response(500, {"c": "3"}), ("c",))
    explained = comparison.explain({QUICK: PLAIN, other: PLAIN}, {QUICK: SAYING, other: broken})
    assert comparison.diff(explained).counts == {
        "compared": 2,
        "differing": 2,
        "unexplained": 1,
        "severities": {"status": 1, "presence": 1},
        "changes": {"SAYS_C": 1},
    }


LEFT = Difference("value", "header a", "1", "2")
UNEXPLAINED = Explained(PLAIN, PLAIN, (LEFT,), {}, (LEFT,))


def test_what_effects_leave_is_explained_by_what_a_passing_spec_asserted() -> None:
    assert changes_asserted({"A": True, "B": False}, {"A": False, "B": False}) == ["A"]
    assert by_assertion(UNEXPLAINED, [], parsers_differ=False) == UNEXPLAINED
    for changes, parsers_differ, reason in (([LOGS], False, LOGS), ([LOGS], True, None)):
        explained = by_assertion(UNEXPLAINED, changes, parsers_differ)
        assert (explained.reasons, explained.remaining) == ({reason: (LEFT,)}, ())
    whole = replace(UNEXPLAINED, remaining=())
    assert by_assertion(whole, [LOGS], parsers_differ=False) == whole


@pytest.mark.parametrize("cut", ["no last chunk: closed by the server", "the body does not end: x"])
def test_how_far_a_stream_went_on_before_it_was_cut_off_is_no_difference(cut: str) -> None:
    event = Difference("body", "body event 2", None, "data: 2")
    short, long = b"data: 1\r\n\r\n", b"data: 1\r\n\r\ndata: 2\r\n\r\n"

    def kept(before: bytes, after: bytes, ending: str = cut) -> tuple[Difference, ...]:
        one, other = (
            replace(PLAIN, response=replace(PLAIN.response, body=body, ending=how))
            for body, how in ((before, cut), (after, ending))
        )
        found = until_cut(Explained(one, other, (event, LEFT), {}, (event, LEFT)))
        assert found.differences == found.remaining
        return found.remaining

    assert kept(short, long) == kept(long, short) == (LEFT,)
    assert kept(short.replace(b"1", b"2"), long) == (event, LEFT)
    assert kept(short, long, "whole") == (event, LEFT)
