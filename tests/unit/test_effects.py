"""Effects: what named changes explain of a difference, and what they do not."""

from dataclasses import replace
from typing import Any

import pytest

from starlette_conformance.model.changes import Change
from starlette_conformance.model.depends_on import changes_in
from starlette_conformance.model.effects import (
    Effect,
    between,
    differing,
    likened,
    predicted,
    with_headers,
)
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, CONTINUE, Response
from starlette_conformance.model.request import Request
from starlette_conformance.stacks.project import ledger
from tests.miniatures.raw_server import ENVIRONMENT

REQUEST = Request("hello", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nCookie: a=b\r\n\r\n")
ANSWER = Response(200, {"content-length": "2"}, b"ok", "OK")


def on(version: str, package: str = "starlette") -> Environment:
    return replace(ENVIRONMENT, packages={**ENVIRONMENT.packages, package: version})


def change(first: str, last: str | None = None) -> Change:
    return Change("starlette", first, "change", "It says something else.", "https://x", last)


def saying(first: str, last: str | None = None, **headers: Any) -> Effect:
    return Effect(
        change(first, last),
        ("hello",),
        lambda request, _: request.header("cookie") is not None,
        lambda _, answer, __: with_headers(answer, **headers),
        lambda _, answer, __: with_headers(answer, **dict.fromkeys(headers, ABSENT)),
    )


def after(known: list[Effect], older: str, newer: str, request: Request = REQUEST) -> Response:
    return predicted(between(known, on(older), on(newer)), request, ANSWER)


def test_a_change_between_two_stacks_is_predicted() -> None:
    expected = with_headers(ANSWER, vary="Origin")
    assert after([saying("0.40", vary="Origin")], "0.39", "0.40") == expected


@pytest.mark.parametrize(("older", "newer"), [("0.38", "0.39"), ("0.40", "0.41"), ("0.41", "0.39")])
def test_a_change_that_lies_elsewhere_predicts_nothing(older: str, newer: str) -> None:
    assert after([saying("0.40", vary="Origin")], older, newer) == ANSWER


def test_a_change_of_another_app_or_of_another_request_predicts_nothing() -> None:
    known = [saying("0.40", vary="Origin")]
    assert after(known, "0.39", "0.40", replace(REQUEST, app="sse")) == ANSWER
    other = Request("hello", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert after(known, "0.39", "0.40", other) == ANSWER


def test_a_change_that_went_away_is_taken_back() -> None:
    known = [saying("0.40", "0.41", vary="Origin")]
    said = with_headers(ANSWER, vary="Origin")
    assert predicted(between(known, on("0.41"), on("0.42")), REQUEST, said) == ANSWER
    assert after(known, "0.39", "0.42") == ANSWER


def test_changes_follow_each_other_in_the_order_of_their_releases() -> None:
    known = [saying("0.42", vary="b"), saying("0.41", vary="a")]
    assert after(known, "0.40", "0.42").headers["vary"] == "b"
    assert after(known, "0.40", "0.41").headers["vary"] == "a"


@pytest.mark.parametrize(
    "received",
    [
        with_headers(ANSWER, vary="Cookie"),
        with_headers(ANSWER, vary="Origin", etag="x"),
        replace(with_headers(ANSWER, vary="Origin"), body=b"OK"),
        replace(with_headers(ANSWER, vary="Origin"), closes=True),
        replace(with_headers(ANSWER, vary="Origin"), interim=(CONTINUE,)),
    ],
)
def test_what_a_prediction_does_not_cover_is_left(received: Response) -> None:
    assert differing(after([saying("0.40", vary="Origin")], "0.39", "0.40"), received)


TWIN = replace(REQUEST, data=REQUEST.data.replace(b"a=b", b"c=d"))


def likening(first: str) -> Effect:
    return replace(saying(first, vary="Origin"), as_if=lambda _: TWIN)


def test_a_request_is_answered_as_another_one_was() -> None:
    other = replace(ANSWER, body=b"other")
    steps = between([likening("0.41"), saying("0.40", etag="x")], on("0.39"), on("0.41"))
    found = predicted(steps, REQUEST, ANSWER, {TWIN: other})
    assert found == with_headers(other, vary="Origin", etag="x")


def test_what_the_other_one_is_answered_must_be_known() -> None:
    steps = between([likening("0.41")], on("0.40"), on("0.41"))
    assert predicted(steps, REQUEST, ANSWER) == ANSWER
    assert likened([likening("0.41"), saying("0.41")], [REQUEST]) == [TWIN]


def test_a_change_of_one_parser_is_not_seen_with_another() -> None:
    known = [replace(saying("0.40", vary="Origin"), parser="httptools")]
    assert after(known, "0.39", "0.40") == ANSWER
    assert after([replace(known[0], parser="h11")], "0.39", "0.40") != ANSWER


def test_what_a_parser_does_is_seen_where_the_parsers_differ() -> None:
    does = [replace(saying("0.40", vary="Origin"), change=None, parser="httptools")]
    other = on("1", "httptools")
    assert predicted(between(does, on("0.40"), other), REQUEST, ANSWER).headers["vary"] == "Origin"
    assert between(does, on("0.40"), on("0.40")) == between(does, other, other) == []


def test_differences_name_the_field_and_both_values() -> None:
    other = replace(with_headers(ANSWER, vary="Origin"), body=b"no")
    assert differing(ANSWER, ANSWER) == {}
    assert differing(ANSWER, other) == {"header vary": (ABSENT, "Origin"), "body": (b"ok", b"no")}


LOADED = ledger().effects


UNASKED = ledger().unseen


@pytest.mark.parametrize("name", ledger().changes)
def test_each_change_has_a_prediction_or_a_scenario_or_a_reason_to_have_none(name: str) -> None:
    known = ledger().changes[name]
    excused = known in {change for changes in UNASKED.values() for change in changes}
    played = any(known in changes_in(scenario.expected) for scenario in ledger().scenarios)
    assert excused is not (played or known in {effect.change for effect in LOADED})


@pytest.mark.parametrize("effect", LOADED, ids=lambda effect: str(effect.change)[:60])
def test_no_prediction_swallows_whatever_is_answered(effect: Effect) -> None:
    """A rewrite is exact: it cannot give back two answers that it was not told about."""
    request = Request("hello", b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n")
    odd = Response(299, {"date": "DATE", "x-odd": "1"}, b"odd", "Odd")
    known = effect.change or change("0.40")
    package, first = known.package, known.first
    older, newer = (
        replace(found, packages={**found.packages, effect.parser or "h11": "1"})
        for found in (on(f"{first}.dev0", package), on(first, package))
    )
    for app in effect.apps:
        found = predicted(between([effect], older, newer), replace(request, app=app), odd)
        assert differing(odd, found) in ({}, {"header vary": (ABSENT, "Origin")})


BY_H11 = on("0.54.0", "uvicorn")
BY_HTTPTOOLS = replace(BY_H11, packages={**BY_H11.packages, "httptools": "0.8.0"})


def by_httptools(data: bytes, others: bool = True) -> Response:
    """The prediction with httptools for a request that h11 answers 418, and all others ANSWER."""
    request, tea = Request("hello", data), Response(418, {}, b"tea")
    steps = between(LOADED, BY_H11, BY_HTTPTOOLS)
    asked = likened([effect for effect in LOADED if effect.change is None], [request])
    return predicted(steps, request, tea, dict.fromkeys(asked, ANSWER) if others else {})


def test_what_httptools_refuses_is_predicted() -> None:
    found = by_httptools(b"GET / HTTP/1.1\nHost: a\n\n")
    assert (found.status, found.body) == (400, b"Invalid HTTP request received.")


def test_what_only_httptools_reads_is_answered_as_if_written_out() -> None:
    without_host = b"GET / HTTP/1.1\r\n\r\n"
    assert by_httptools(without_host) == ANSWER
    assert by_httptools(without_host, others=False).status == 418
    assert by_httptools(without_host * 2).ending == "more after the end"
