"""Effects: what named changes explain of a difference, and what they do not."""

from dataclasses import replace
from typing import Any

import pytest

from harness import effects
from harness.changes import Change
from harness.effects import Effect, between, differing, predicted, with_headers
from harness.environments import Environment
from harness.expect import ABSENT, Response
from harness.project import ROOT, named_changes
from harness.request import Request
from tests.miniatures import ENVIRONMENT

REQUEST = Request("hello", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nCookie: a=b\r\n\r\n")
ANSWER = Response(200, {"content-length": "2"}, b"ok", "OK")


def on(starlette: str) -> Environment:
    return replace(ENVIRONMENT, packages={**ENVIRONMENT.packages, "starlette": starlette})


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
        replace(with_headers(ANSWER, vary="Origin"), interim=(100,)),
    ],
)
def test_what_a_prediction_does_not_cover_is_left(received: Response) -> None:
    assert differing(after([saying("0.40", vary="Origin")], "0.39", "0.40"), received)


def test_differences_name_the_field_and_both_values() -> None:
    other = replace(with_headers(ANSWER, vary="Origin"), body=b"no")
    assert differing(ANSWER, ANSWER) == {}
    assert differing(ANSWER, other) == {"header vary": (ABSENT, "Origin"), "body": (b"ok", b"no")}


LOADED = effects.load(ROOT / "specs" / "predictions.py")


@pytest.mark.parametrize("name", named_changes())
def test_each_change_of_starlette_has_a_prediction(name: str) -> None:
    known = named_changes()[name]
    assert known.package != "starlette" or known in {effect.change for effect in LOADED}


@pytest.mark.parametrize("effect", LOADED, ids=lambda effect: effect.change.sentence[:40])
def test_no_prediction_swallows_whatever_is_answered(effect: Effect) -> None:
    """A rewrite is exact: it cannot give back two answers that it was not told about."""
    request = Request("hello", b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n")
    odd = Response(299, {"date": "DATE", "x-odd": "1"}, b"odd", "Odd")
    older, newer = on(f"{effect.change.first}.dev0"), on(effect.change.first)
    for app in effect.apps:
        found = predicted(between([effect], older, newer), replace(request, app=app), odd)
        assert differing(odd, found) in ({}, {"header vary": (ABSENT, "Origin")})
