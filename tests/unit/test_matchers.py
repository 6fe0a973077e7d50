"""What an expectation accepts where the answer depends on chance."""

import time
from email.utils import formatdate

import pytest

from starlette_conformance.model.expectations import HTTP_DATE, Response, unordered
from starlette_conformance.model.mismatch import differences


def now(offset: float = 0.0) -> str:
    return formatdate(time.time() + offset, usegmt=True)


def test_a_date_of_now_is_accepted() -> None:
    assert HTTP_DATE.accepts(now(), time.time())
    assert HTTP_DATE.accepts(now(-3600), time.time() - 3600)


WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


OTHER_DATES = {
    "empty": "",
    "a word": "now",
    "half a minute ago": now(-30),
    "an hour ago": now(-3600),
    "in an hour": now(3600),
    "UTC": now().replace("GMT", "UTC"),
    "an offset": now().replace("GMT", "+0000"),
    "lower case": now().lower(),
    "no zone": now().removesuffix(" GMT"),
    "a space": now() + " ",
    "no weekday": now()[5:],
    "a wrong weekday": WEEKDAYS[(WEEKDAYS.index(now()[:3]) + 1) % 7] + now()[3:],
    "the form of RFC 850": time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime()),
    "the form of asctime": time.asctime(time.gmtime()),
    "no such day": "Sat, 32 Apr 2025 17:32:55 GMT",
}


@pytest.mark.parametrize("name", OTHER_DATES)
def test_another_date_or_form_is_not_accepted(name: str) -> None:
    assert not HTTP_DATE.accepts(OTHER_DATES[name], time.time())


@pytest.mark.parametrize("text", ["GET, HEAD", "HEAD, GET"])
def test_unordered_accepts_any_order(text: str) -> None:
    assert unordered("GET", "HEAD").accepts(text, 0.0)


@pytest.mark.parametrize(
    "text", ["", "GET", "GET, HEAD, GET", "GET, PUT", "GET,HEAD", "get, head", "GET, HEAD, "]
)
def test_unordered_accepts_nothing_else(text: str) -> None:
    assert not unordered("GET", "HEAD").accepts(text, 0.0)


def test_unordered_is_compared_without_order() -> None:
    assert unordered("GET", "HEAD") == unordered("HEAD", "GET")
    assert len({unordered("GET", "HEAD"), unordered("HEAD", "GET")}) == 1
    assert unordered("GET") != unordered("GET", "GET")
    assert repr(unordered("GET", "HEAD")) == "GET, HEAD in any order"


def test_a_matcher_accepts_one_text_and_no_list_of_them() -> None:
    headers = {"date": (now(), now())}
    found = differences(Response(200, headers, reason="OK"), Response(200, {"date": HTTP_DATE}))
    assert [difference.where for difference in found] == ["header date"]
