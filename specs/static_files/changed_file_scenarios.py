"""A file that is changed, touched, removed or made between two requests."""

import hashlib
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from specs.ledger.changes import ETAG_QUOTED
from specs.ledger.file_responses import file
from specs.ledger.responses import TEXT, UVICORN, not_found, raw_request, text
from starlette_conformance.model.expectations import Response, since
from starlette_conformance.model.observations import ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadResponses, Send, Step

BEGIN, LATER, LATEST = 1744419780, 1744419781, 1744419790
"""Seconds since the epoch, of which two follow each other."""
ONE, TWO, LONGER = b"one\n", b"two\n", b"two-and-more\n"
DONE = text(b"done")


def tag(body: bytes, seconds: int) -> str:
    """Starlette docs staticfiles: the MD5 of modification time and size."""
    return hashlib.md5(f"{seconds}.0-{len(body)}".encode(), usedforsecurity=False).hexdigest()


def etag(body: bytes, seconds: int) -> since:
    value = tag(body, seconds)
    return since(ETAG_QUOTED, f'"{value}"', before=value)


def whole(body: bytes, seconds: int) -> Response:
    found = file(body, TEXT)
    changed = {"last-modified": formatdate(seconds, usegmt=True), "etag": etag(body, seconds)}
    return replace(found, headers=found.headers | changed)


def head(body: bytes, seconds: int) -> Response:
    return Response(200, whole(body, seconds).headers)


def unmodified(body: bytes, seconds: int) -> Response:
    return Response(304, UVICORN | {"etag": etag(body, seconds)})


def get(headers: str = "", method: str = "GET") -> bytes:
    lines = f"{headers}\r\n".encode() if headers else b""
    return raw_request(f"{method} /files/note.txt HTTP/1.1".encode(), lines)


def unless(body: bytes, seconds: int) -> bytes:
    """A request of a client that has this version of the file."""
    return get(f'If-None-Match: "{tag(body, seconds)}"')


def made(path: str) -> bytes:
    return raw_request(f"GET /{path} HTTP/1.1".encode())


EXCHANGES: tuple[tuple[str, bytes, Any], ...] = (
    ("not there yet", get(), not_found()),
    ("make", made(f"write/{BEGIN}/one"), DONE),
    ("made", get(), whole(ONE, BEGIN)),
    (
        "made, and known",
        unless(ONE, BEGIN),
        since(ETAG_QUOTED, unmodified(ONE, BEGIN), before=whole(ONE, BEGIN)),
    ),
    ("rewrite", made(f"write/{LATER}/two"), DONE),
    ("rewritten", get(), whole(TWO, LATER)),
    ("rewritten, and the old one known", unless(ONE, BEGIN), whole(TWO, LATER)),
    (
        "rewritten, and the second known",
        get(f"If-Modified-Since: {formatdate(BEGIN, usegmt=True)}"),
        whole(TWO, LATER),
    ),
    ("lengthen", made(f"write/{LATER}/two-and-more"), DONE),
    ("longer", get(), whole(LONGER, LATER)),
    ("longer, without its body", get(method="HEAD"), head(LONGER, LATER)),
    ("longer, and the old one known", unless(TWO, LATER), whole(LONGER, LATER)),
    (
        "longer, and a part of the old one wanted",
        get(f'Range: bytes=0-1\r\nIf-Range: "{tag(TWO, LATER)}"'),
        whole(LONGER, LATER),
    ),
    ("touch", made(f"touch/{LATEST}"), DONE),
    ("touched, and the old one known", unless(LONGER, LATER), whole(LONGER, LATEST)),
    (
        "touched, and the new one known",
        unless(LONGER, LATEST),
        since(ETAG_QUOTED, unmodified(LONGER, LATEST), before=whole(LONGER, LATEST)),
    ),
    ("remove", made("remove"), DONE),
    ("removed", get(), not_found()),
    ("removed, and the old one known", unless(LONGER, LATEST), not_found()),
    ("make again", made(f"write/{BEGIN}/one"), DONE),
    ("made again", get(), whole(ONE, BEGIN)),
)


def steps() -> tuple[Step, ...]:
    found: list[Step] = []
    for on, request, _ in EXCHANGES:
        method = "HEAD" if request.startswith(b"HEAD") else "GET"
        found += [Send(on, request), ReadResponses(on, method=method)]
    return tuple(found)


SCENARIOS = [
    Scenario(
        "a file changes between two requests",
        "static_files",
        steps(),
        {ResponseOn(on): response for on, _, response in EXCHANGES},
        script="specs/static_files/apps/changing.py",
    )
]
