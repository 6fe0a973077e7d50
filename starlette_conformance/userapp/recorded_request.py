"""A request of the user's, and where it stands in the user's file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from starlette_conformance.model.decode import read_bytes
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.request import Request
from starlette_conformance.userapp.bound_values import Binding

Pairs = Iterable[tuple[str, str]]

FILE_LIMIT = 128 * 1024 * 1024
"""Bytes of a file of requests; a browser saves the bodies of responses with them."""

HTTP_1_0 = "HTTP/1.0"
HTTP_1_1 = "HTTP/1.1"
SWITCHING_PROTOCOLS = 101
WEBSOCKET = "WEBSOCKET"
TARGET = re.compile(r"(?:/|\{\{)[!-~]*")
NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VALUE = re.compile(r"[\t -~\x80-\xff]*")


@dataclass(frozen=True)
class Manner:
    """How a client behaves, where it is not the usual one. It disconnects after so many bytes of a
    body, or events; it reads so many bytes a second; or it opens a WebSocket, upon which the body
    of the request says what is sent on it.
    """

    leaves_after: int | None = None
    unit: str = "byte"
    bytes_a_second: int = 0
    websocket: bool = False


@dataclass(frozen=True)
class Step:
    """One request of a sequence; `place` is a file with the line, or the entry, that holds it.

    `own_cookies` says that its Cookie header is sent as it is written, whatever responses set;
    `name` is one that other requests have for it, and `during` that of a stream which is open when
    it is sent. `recorded` is the status that it had when it was recorded, 0 where nobody says,
    `bindings` are what of it earlier responses give, `manner` is how the client behaves. `asset`
    says that a page loaded it, which may name another file on each side; `names` are those of files
    in the recorded response.
    """

    place: str
    request: Request
    own_cookies: bool = False
    name: str = ""
    during: str = ""
    recorded: int = 0
    bindings: tuple[Binding, ...] = ()
    manner: Manner = Manner()
    asset: bool = False
    names: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.request_line} ({self.place})"

    def at(self, places: Mapping[str, str]) -> "Step":
        """By another place for each, also of the responses that give something."""
        bound = tuple(replace(each, place=places[each.place]) for each in self.bindings)
        return replace(self, place=places[self.place], bindings=bound)

    @property
    def request_line(self) -> str:
        """Its method and target, as the file has them."""
        method = WEBSOCKET if self.manner.websocket else self.request.method
        return f"{method} {self.request.target}"


def file_bytes(path: Path) -> bytes:
    """What a file of requests holds. Raises UsageError."""
    advice = ": record fewer requests, or save them without the responses"
    return read_bytes(path, FILE_LIMIT, path, advice)


def file_text(path: Path) -> str:
    """The same of a file of text. Raises UsageError."""
    try:
        return file_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text, at byte {error.start}") from None


def written(
    app: str,
    method: str,
    target: str,
    headers: Pairs,
    body: bytes,
    version: str = HTTP_1_1,
    framed: bool = True,
) -> Request:
    """The request as bytes. Raises UsageError, with what of it cannot be sent.

    Every header goes out as it is given. A body that Transfer-Encoding says is chunked becomes one
    chunk; where neither that nor Content-Length is given, the length is added. What is not
    `framed` is no body of HTTP.
    """
    kept = [(name, value.strip()) for name, value in headers]
    if not TARGET.fullmatch(target):
        raise UsageError(f"the target {target[:80]!r} has a character that must be %-escaped")
    if not NAME.fullmatch(method):
        raise UsageError(f"{method[:40]!r} is not a method")
    for name, value in kept:
        if not NAME.fullmatch(name) or not VALUE.fullmatch(value):
            raise UsageError(f"the header {name[:40]!r} cannot be sent: {value[:40]!r}")
    framing = {name.lower(): value for name, value in kept}
    if not framed:
        pass
    elif framing.keys().isdisjoint({"content-length", "transfer-encoding"}):
        if body or method in {"POST", "PUT", "PATCH"}:
            kept.append(("Content-Length", str(len(body))))
    elif "content-length" not in framing and is_chunked(framing["transfer-encoding"]):
        body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
    lines = [f"{method} {target} {version}", *(f"{name}: {value}" for name, value in kept)]
    return Request(app, "\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def is_chunked(coding: str) -> bool:
    """Whether a value of Transfer-Encoding ends with the coding that delimits a body."""
    return coding.rpartition(",")[2].strip().lower() == "chunked"
