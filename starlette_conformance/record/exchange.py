"""An exchange as it passes, and as an entry of a HAR, version 1.2."""

import time
import zlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from starlette_conformance.http.connection import LIMIT

PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""Content codings that are unpacked, as zlib's `wbits` has them; a HAR has what a client sees."""

Pairs = list[tuple[str, str]]


def pairs(headers: Iterable[tuple[bytes, bytes]]) -> Pairs:
    return [
        (bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in headers
    ]


def values(headers: Pairs, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


@dataclass
class Body:
    """What has passed of a body: its beginning, up to LIMIT, since `diff` compares none that is
    longer, and its size.
    """

    kept: bytearray = field(default_factory=bytearray)
    size: int = 0

    def add(self, data: bytes) -> None:
        self.size += len(data)
        self.kept += data[: LIMIT - len(self.kept)]

    @property
    def is_whole(self) -> bool:
        return self.size == len(self.kept)


@dataclass
class Exchange:
    """A request, and what has come of its response: a `status` of 0 says that nothing has.

    `was_read` says that the request passed to its end.
    """

    method: str
    url: str
    version: str
    headers: Pairs
    request: Body = field(default_factory=Body)
    was_read: bool = False
    status: int = 0
    reason: str = ""
    response_headers: Pairs = field(default_factory=list)
    response: Body = field(default_factory=Body)
    at: float = field(default_factory=time.time)
    _began: float = field(default_factory=time.monotonic)
    _responded: float = 0.0

    def __str__(self) -> str:
        url = self._split
        query = f"?{url.query}" if url and url.query else ""
        return f"{self.method} {url.path}{query}" if url else f"{self.method} {self.url}"

    @property
    def _split(self) -> SplitResult | None:
        """None where it is no URL, as by a Host that is none, or a target such as `*`."""
        try:
            url = urlsplit(self.url)
        except ValueError:
            return None
        return url if url.scheme and url.netloc else None

    def responds(self, status: int, headers: Pairs, reason: str = "") -> None:
        self.status, self.response_headers, self.reason = status, headers, reason
        self._responded = time.monotonic()

    @property
    def announces_body(self) -> bool:
        """Whether the head of the request says that a body follows."""
        names = {name.lower(): value for name, value in self.headers}
        return "transfer-encoding" in names or names.get("content-length", "0").strip() != "0"

    @property
    def problem(self) -> str:
        """Why the request cannot be sent again, in a sentence; empty where it can."""
        if not self._split:
            return f"{self}: not a URL"
        if not self.request.is_whole:
            return f"{self}: a body of {self.request.size:,} bytes, and {LIMIT:,} are kept"
        if self.announces_body and not self.was_read:
            return f"{self}: its body was not read to its end"
        return ""

    def entry(self) -> dict[str, Any]:
        """It ends now."""
        ended = time.monotonic()
        wait = 1000 * ((self._responded or ended) - self._began)
        whole = 1000 * (ended - self._began)
        return {
            "startedDateTime": datetime.fromtimestamp(self.at, UTC).isoformat(),
            "time": whole,
            "request": self._request(),
            "response": self._response(),
            "cache": {},
            "timings": {"send": 0, "wait": wait, "receive": whole - wait},
        }

    def _request(self) -> dict[str, Any]:
        body = bytes(self.request.kept)
        url = self._split
        query = parse_qsl(url.query, keep_blank_values=True) if url else []
        cookies = [each for value in values(self.headers, "cookie") for each in value.split(";")]
        found = {
            "method": self.method,
            "url": self.url,
            "httpVersion": self.version,
            "cookies": _cookies(cookies),
            "headers": _named(self.headers),
            "queryString": _named(query),
            "headersSize": -1,
            "bodySize": len(body),
        }
        kind = ", ".join(values(self.headers, "content-type"))
        return found | ({"postData": {"mimeType": kind, **_text(body)}} if body else {})

    def _response(self) -> dict[str, Any]:
        headers = self.response_headers
        return {
            "status": self.status,
            "statusText": self.reason,
            "httpVersion": self.version,
            "cookies": _cookies([each.split(";")[0] for each in values(headers, "set-cookie")]),
            "headers": _named(headers),
            "content": self._content(),
            "redirectURL": "".join(values(headers, "location")[:1]),
            "headersSize": -1,
            "bodySize": self.response.size,
        }

    def _content(self) -> dict[str, Any]:
        kind = ", ".join(values(self.response_headers, "content-type"))
        if not self.response.is_whole:
            comment = f"longer than {LIMIT:,} bytes: left out"
            return {"size": self.response.size, "mimeType": kind, "comment": comment}
        coding = ", ".join(values(self.response_headers, "content-encoding")).lower()
        body = _unpacked(bytes(self.response.kept), coding)
        return {"size": len(body), "mimeType": kind, **_text(body)}


def _named(pairs: Pairs) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _cookies(texts: list[str]) -> list[dict[str, str]]:
    return _named([(name.strip(), value) for name, _, value in (t.partition("=") for t in texts)])


def _text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": b64encode(body).decode(), "encoding": "base64"}


def _unpacked(body: bytes, coding: str) -> bytes:
    """As it came where it cannot be unpacked, or has not come to its end, or is too long."""
    if coding not in PACKED:
        return body
    unpacking = zlib.decompressobj(PACKED[coding])
    try:
        found = unpacking.decompress(body, LIMIT)
    except zlib.error:
        return body
    return found if unpacking.eof else body
