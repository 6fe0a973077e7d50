"""Recorded requests, whatever file they come from, as steps of a replay.

Pseudo headers of HTTP/2 (`:path` and the like), and the headers of a connection, are left out, the
Cookie headers of HTTP/2 are put together (RFC 9113 section 8.2.3), and Host is the URL's. What was
not sent to the app by HTTP is left out as well, and listed: other hosts, WebSockets, `data:` and
`blob:`.
"""

import binascii
import itertools
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, urlencode

from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.assets import is_asset, names_in
from starlette_conformance.userapp.find_bindings import Given, bindings
from starlette_conformance.userapp.form_bodies import FORM
from starlette_conformance.userapp.har_format import Post, Sent
from starlette_conformance.userapp.recorded_request import Step, written

NOT_SENT = {"data", "blob", "about", "chrome-extension", "moz-extension", "file"}
DIGITS = 18
LENGTH = re.compile(rf"[0-9]{{1,{DIGITS}}}")
NOTHING_GIVEN = Given()
NOBODY_SAYS = datetime.min.replace(tzinfo=UTC)
"""When: in the order of the file, then."""
LISTED = 12
"""Origins that are listed of one file."""
SHOWN = 200
"""Characters of an origin that are shown."""
OF_THE_CONNECTION = {
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
"""Headers that are made anew: those of a connection (RFC 9110 section 7.6.1), Host, the length."""


@dataclass(frozen=True)
class Entry:
    """An entry as far as it is used; `place` is in the file: `, entry 3`, or `:12`."""

    place: str
    url: SplitResult
    request: Sent
    status: int = 0
    given: Given = NOTHING_GIVEN
    at: datetime = NOBODY_SAYS

    @property
    def origin(self) -> str:
        return f"{self.url.scheme}://{self.url.netloc}"


def steps_of(
    path: Path, recorded: Iterable[Entry], app: str, origin: str | None
) -> tuple[list[Step], list[str]]:
    """The requests in the order in which they were sent, and a sentence on what is left out.

    `origin` names the app's, such as http://127.0.0.1:8000, where there are several. Raises
    UsageError, with the file and the entry.
    """
    entries = sorted(recorded, key=lambda entry: entry.at)
    sent, left_out = [], Counter[str]()
    for entry in entries:
        if entry.url.scheme in NOT_SENT:
            left_out[f"of {entry.url.scheme}:"] += 1
        elif entry.url.scheme in {"ws", "wss"} or _upgrades(entry):
            left_out["to a WebSocket"] += 1
        else:
            sent.append(entry)
    chosen = origin.rstrip("/") if origin else _only_origin(path, sent)
    left_out.update(f"to {entry.origin}" for entry in sent if entry.origin != chosen)
    others = _origins(sent)
    sent = [entry for entry in sent if entry.origin == chosen]
    steps = [_step(path, entry, app) for entry in sent]
    if not steps:
        raise UsageError(f"{path}: there is no request to {chosen} in it, but to {others}")
    sentences = [
        f"{path.name}: {count} requests {what[:SHOWN]} are left out"
        for what, count in itertools.islice(left_out.items(), LISTED)
    ]
    if more := sum(left_out.values()) - sum(itertools.islice(left_out.values(), LISTED)):
        sentences.append(f"{path.name}: {more} more requests to other origins are left out")
    exchanges = [
        (step.place, step.request, entry.given) for step, entry in zip(steps, sent, strict=True)
    ]
    found = zip(steps, sent, bindings(exchanges), strict=True)
    return [
        replace(step, bindings=bound, names=names_in(entry.given.text))
        for step, entry, bound in found
    ], sentences


def _upgrades(entry: Entry) -> bool:
    headers = ((each.name.lower(), each.value.lower()) for each in entry.request.headers)
    return ("upgrade", "websocket") in headers


def _only_origin(path: Path, entries: list[Entry]) -> str:
    if not entries:
        raise UsageError(f"{path}: there is no request in it")
    if len({entry.origin for entry in entries}) > 1:
        listed = _origins(entries)
        raise UsageError(f"{path}: it has requests to {listed}: name the app's by --origin")
    return entries[0].origin


def _origins(entries: list[Entry]) -> str:
    counts = Counter(entry.origin for entry in entries).most_common()
    more = f", and {len(counts) - LISTED} more" if len(counts) > LISTED else ""
    shown = ", ".join(f"{origin[:SHOWN]} ({count})" for origin, count in counts[:LISTED])
    return f"{shown}{more}" or "none"


def _step(path: Path, entry: Entry, app: str) -> Step:
    place = f"{path.name}{entry.place}"
    url, request = entry.url, entry.request
    headers = [(each.name, each.value) for each in request.headers]
    cookies = "; ".join(value for name, value in headers if name.lower() == "cookie")
    headers = [("Host", url.netloc.rpartition("@")[2]), *_end_to_end(headers)]
    headers += [("Cookie", cookies)] if cookies else []
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        whole = written(app, request.method, target, headers, _body(request))
        return Step(place, whole, recorded=entry.status, asset=is_asset(whole))
    except UsageError as error:
        raise UsageError(f"{path}{entry.place.replace(', ', ': ', 1)}: {error}") from None


def _end_to_end(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without pseudo headers, cookies, and the headers of the recorded connection."""
    listed = (value for name, value in headers if name.lower() == "connection")
    named = {word.strip().lower() for value in listed for word in value.split(",")}
    left_out = OF_THE_CONNECTION | named | {"cookie"}
    return [(n, v) for n, v in headers if not n.startswith(":") and n.lower() not in left_out]


def _body(request: Sent) -> bytes:
    """The body. Raises UsageError where the file does not have it as it was sent."""
    size, body = _size(request), _text(request.post_data or Post())
    if size not in (0, len(body)):
        raise UsageError(
            f"its body had {size} bytes, and the file has {len(body)} of text: what is not text, "
            "such as an upload, cannot be replayed from a HAR; take that request out"
        )
    return body


def _text(post: Post) -> bytes:
    """What the file has of a body. Raises UsageError."""
    text = post.text or ""
    if not text and post.params and not (post.kind or "").lower().startswith(FORM):
        raise UsageError(f"the file has the parts of a {post.kind} body, not the body")
    try:
        if not text and post.params:
            text = urlencode([(each.name, each.value) for each in post.params])
        body = text.encode()
        return b64decode(body, validate=True) if post.encoding == "base64" else body
    except UnicodeEncodeError:
        raise UsageError("its body has half a character, which cannot be sent") from None
    except binascii.Error as error:
        raise UsageError(f"its body is not base64: {error}") from None


def _size(request: Sent) -> int:
    """How long the body was as it was sent; 0 where the file does not say."""
    if isinstance(request.body_size, int) and request.body_size > 0:
        return request.body_size
    lengths = [h.value for h in request.headers if h.name.lower() == "content-length"]
    if lengths and not LENGTH.fullmatch(lengths[0].strip()):
        raise UsageError(f"Content-Length {lengths[0][:40]!r} is not one number")
    return int(lengths[0]) if lengths else 0
