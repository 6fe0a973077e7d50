"""The cookies of one sequence of requests: what answers set, later requests send.

Path and expiry are heeded, as by a browser. Domain, Secure and SameSite are not: the app has
another host here than where it is deployed, and no https.
"""

from email.message import Message
from http.client import HTTPResponse
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, cast
from urllib.request import Request as Asking

from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.request import Request

ORIGIN = "http://127.0.0.1"


class _Lenient(DefaultCookiePolicy):
    """Whatever the Domain and Secure of a cookie are, the app that set it gets it back."""

    def set_ok_domain(self, *_: Any) -> bool:
        return True

    def return_ok_domain(self, *_: Any) -> bool:
        return True

    def domain_return_ok(self, *_: Any) -> bool:
        return True

    def return_ok_secure(self, *_: Any) -> bool:
        return True


class _Answered:
    """As much of a response of http.client as a cookie jar looks at."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self._message = Message()
        for line in lines:
            self._message["Set-Cookie"] = line

    def info(self) -> Message:
        return self._message


class Jar:
    def __init__(self) -> None:
        self._jar = CookieJar(_Lenient())

    def take(self, request: Request, response: Response) -> None:
        """Keep what an answer sets."""
        found = response.headers.get("set-cookie", ABSENT)
        if found is not ABSENT:
            lines = found if isinstance(found, tuple) else (found,)
            answered = cast("HTTPResponse", _Answered(lines))
            self._jar.extract_cookies(answered, _asking(request))

    def given(self, request: Request) -> Request:
        """The request with the cookies so far, in the place of those of the same name.

        What else its own Cookie header has stays.
        """
        asking = _asking(request)
        self._jar.add_cookie_header(asking)
        mine = _pairs(asking.get_header("Cookie", "") or "")
        if not mine:
            return request
        head, end, body = request.data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        theirs = [line for line in lines[1:] if line.lower().startswith("cookie:")]
        kept = _pairs("; ".join(line.partition(":")[2].strip() for line in theirs))
        cookies = {**kept, **mine}
        line = "Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items())
        rest = [each for each in lines if each not in theirs]
        return Request(request.app, "\r\n".join([*rest, line]).encode("latin-1") + end + body)


def _asking(request: Request) -> Asking:
    return Asking(ORIGIN + request.target)  # noqa: S310  (for the jar only)


def _pairs(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(";") if part.strip())
    return {name: value for name, _, value in pairs}
