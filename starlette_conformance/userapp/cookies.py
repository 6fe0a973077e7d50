"""The cookies of one sequence of requests: what responses set, later requests send.

As RFC 6265 has it, sections 5.2 to 5.4, but for Domain, Secure and SameSite: the app has another
host here than where it is deployed, and no https. Each cookie is read by itself: one that nobody
can read does not affect the others. As in browsers, a cookie of over 4,096 bytes is ignored, and
the oldest go where there are more than 180.
"""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.request import Request

SIZE = 4096
COOKIES = 180
DIGITS = 15
"""Of a number of seconds; more than these are for ever."""
DELIMITERS = re.compile(r"[\t -/;-@\[-`{-~]+")
TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)")
DAY = re.compile(r"\d{1,2}(?!\d)")
YEAR = re.compile(r"\d{2,4}(?!\d)")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FOR_EVER = float("inf")


@dataclass(frozen=True)
class Cookie:
    """A cookie until `expires`, in seconds since the epoch. It has no name where it has no `=`."""

    name: str
    value: str
    path: str
    expires: float = FOR_EVER

    def __str__(self) -> str:
        return f"{self.name}={self.value}" if self.name else self.value

    def is_for(self, path: str) -> bool:
        """RFC 6265 section 5.1.4."""
        whole = path == self.path or self.path.endswith("/") or path[len(self.path) :][:1] == "/"
        return path.startswith(self.path) and whole


class CookieJar:
    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str], Cookie] = {}

    def store(self, request: Request, response: Response) -> None:
        """Keep what a response sets."""
        found = response.headers.get("set-cookie", ABSENT)
        lines = () if found is ABSENT else found if isinstance(found, tuple) else (found,)
        for line in lines:
            cookie = parsed(line, request.raw_path, time.time())
            if cookie is None:
                continue
            key = cookie.name, cookie.path
            if cookie.expires <= time.time():
                self._cookies.pop(key, None)
            else:
                self._cookies[key] = cookie
                if len(self._cookies) > COOKIES:
                    del self._cookies[next(iter(self._cookies))]

    def add_to(self, request: Request) -> Request:
        """The request with the cookies so far, in the place of those of the same name.

        What else its own Cookie header has stays.
        """
        now = time.time()
        alive = [each for each in self._cookies.values() if each.expires > now]
        sent = [each for each in alive if each.is_for(request.raw_path)]
        sent.sort(key=lambda each: len(each.path), reverse=True)
        if not sent:
            return request
        head, end, body = request.data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        theirs = [line for line in lines[1:] if _is_cookie(line)]
        rest = [lines[0], *(line for line in lines[1:] if not _is_cookie(line))]
        pairs: dict[str, list[str]] = {}
        for part in (part for line in theirs for part in line.partition(":")[2].split(";")):
            if part.strip():
                pairs[part.partition("=")[0].strip()] = [part.strip()]
        for cookie in sent:
            pairs[cookie.name] = []
        for cookie in sent:
            pairs[cookie.name].append(str(cookie))
        line = "Cookie: " + "; ".join(text for texts in pairs.values() for text in texts)
        return Request(request.app, "\r\n".join([*rest, line]).encode("latin-1") + end + body)


def _is_cookie(line: str) -> bool:
    return line[:7].lower() == "cookie:"


def parsed(line: str, path: str, now: float) -> Cookie | None:
    """The cookie of a Set-Cookie line, in a response to the request for a path; None for none."""
    pair, *attributes = line.split(";")
    before, equals, after = pair.partition("=")
    name, value = (before.strip(), after.strip()) if equals else ("", pair.strip())
    if not (name or value) or len(name) + len(value) > SIZE:
        return None
    cut = path.rfind("/")
    found = Cookie(name, value, path[:cut] if cut > 0 else "/")
    expires: float | None = None
    age: float | None = None
    for attribute in attributes:
        key, _, text = (part.strip() for part in attribute.partition("="))
        match key.lower():
            case "path" if text.startswith("/"):
                found = Cookie(name, value, text)
            case "expires":
                expires = moment(text) if moment(text) is not None else expires
            case "max-age" if re.fullmatch(r"-?[0-9]+", text):
                age = _age(text)
    until = now + age if age is not None else FOR_EVER if expires is None else expires
    return Cookie(name, value, found.path, until)


def _age(text: str) -> float:
    if text.startswith("-"):
        return -FOR_EVER
    digits = text.lstrip("0")
    return float(digits or "0") if len(digits) <= DIGITS else FOR_EVER


def moment(text: str) -> float | None:
    """A cookie's date, however it is written (RFC 6265 section 5.1.1); None where it is none."""
    clock: tuple[int, ...] = ()
    day = month = year = 0
    for token in DELIMITERS.split(text[:SIZE]):
        if not clock and (found := TIME.match(token)):
            clock = tuple(map(int, found.groups()))
        elif not day and (found := DAY.match(token)):
            day = int(found[0])
        elif not month and token[:3].lower() in MONTHS:
            month = MONTHS.index(token[:3].lower()) + 1
        elif not year and (found := YEAR.match(token)):
            year = int(found[0])
            year += 1900 if 70 <= year <= 99 else 2000 if year <= 69 else 0
    if not (clock and day and month) or year < 1601:
        return None
    try:
        hour, minute, second = clock
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None
