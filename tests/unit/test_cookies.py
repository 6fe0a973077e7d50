"""The cookies of a sequence of requests: what is kept, for how long, and what is sent of it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.userapp.cookies import COOKIES, CookieJar, moment, parsed


def request(target: str, cookie: str = "") -> Request:
    line = f"Cookie: {cookie}\r\n" if cookie else ""
    return Request("m:app", f"GET {target} HTTP/1.1\r\nHost: x\r\n{line}\r\nbody".encode())


def setting(*cookies: str) -> Response:
    return Response(200, {"set-cookie": cookies if len(cookies) > 1 else cookies[0]})


def sent(*cookies: str, target: str = "/a/b", at: str = "/a/b") -> str:
    """The value of Cookie after a response that sets some."""
    cookie_jar = CookieJar()
    cookie_jar.store(request(at), setting(*cookies))
    return dict(cookie_jar.add_to(request(target)).headers).get("cookie", "")


def test_a_cookie_is_sent_as_a_browser_would() -> None:
    cookie_jar = CookieJar()
    assert cookie_jar.add_to(request("/", "a=1")) == request("/", "a=1")
    cookie_jar.store(
        request("/login"), setting("a=2; Path=/; Secure; Domain=x.org", "b=3; Path=/admin")
    )
    assert cookie_jar.add_to(request("/")) == request("/", "a=2")
    assert cookie_jar.add_to(request("/", "c=0; a=1")) == request("/", "c=0; a=2")
    assert cookie_jar.add_to(request("/", "a=1; c=0")) == request("/", "a=2; c=0")
    assert cookie_jar.add_to(request("/admin/x")) == request("/admin/x", "b=3; a=2")
    cookie_jar.store(request("/logout"), setting("a=; Max-Age=0; Path=/; Domain=x.org"))
    assert cookie_jar.add_to(request("/")) == request("/")


@pytest.mark.parametrize("age", ["1" * 4000, "-" + "1" * 4000, "1" * 100_000, "1e9", "\xb2", ""])
def test_a_cookie_whose_age_is_odd_takes_no_other_with_it(age: str) -> None:
    got = sent(f"odd=1; Max-Age={age}", "session=2", f"last=3; Expires={age}")
    assert got.replace("odd=1; ", "") == "session=2; last=3"
    assert got.startswith("odd=1") is not age.startswith("-")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("a=1; Max-Age=60", "a=1"),
        ("a=1; max-age=-1", ""),
        ("a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=1"),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", ""),
        ("a=1; Expires=Thu, 01-Jan-70 00:00:00 GMT", ""),
        ("a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", "a=1"),
        ("a=1; Expires=never", "a=1"),
        (" a = 1 ; HttpOnly", "a=1"),
        ('a="x y"', 'a="x y"'),
        ("a=b=c", "a=b=c"),
        ("no-name", "no-name"),
        ("=", ""),
        ("; Path=/", ""),
        ("a=" + "x" * 4096, ""),
    ],
)
def test_a_cookie_is_read_as_rfc_6265_has_it(line: str, kept: str) -> None:
    assert sent(line) == kept


@pytest.mark.parametrize(
    ("path", "target", "kept"),
    [
        ("", "/a/c?d", True),
        ("", "/ab", False),
        ("", "/", False),
        ("; Path=/", "/x", True),
        ("; Path=/a/", "/a/x", True),
        ("; Path=/a/", "/a", False),
        ("; Path=x", "/a", True),
    ],
)
def test_a_cookie_is_for_its_path(path: str, target: str, kept: bool) -> None:
    assert bool(sent(f"a=1{path}", target=target)) is kept


def test_a_date_is_read_however_it_is_written() -> None:
    written = "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"
    assert {moment(each) for each in (*written, "Sun Nov  6 08:49:37 1994")} == {784111777.0}
    wrong = "Sun, 32 Nov 1994 08:49:37", "06 Nov 1994", "06 Nov 1994 25:00:00", "1 2 3", ""
    assert {moment(each) for each in wrong} == {None}


def test_no_app_fills_the_memory_with_cookies() -> None:
    cookie_jar = CookieJar()
    cookie_jar.store(request("/"), setting(*(f"n{number}=1" for number in range(2 * COOKIES))))
    kept = dict(cookie_jar.add_to(request("/")).headers)["cookie"].split("; ")
    assert kept == [f"n{number}=1" for number in range(COOKIES, 2 * COOKIES)]


@given(st.text(alphabet='a1=;,:-/ \t"\xe9\0' + "ExpiresMaxAgePath", max_size=60))
def test_any_line_is_a_cookie_or_none(line: str) -> None:
    found = parsed(line, "/a", time.time())
    assert found is None or found.path.startswith("/")
    assert found is None or isinstance(found.expires, float)
