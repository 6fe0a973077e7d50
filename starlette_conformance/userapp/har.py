"""Requests from a HAR file, version 1.2, as the developer tools of browsers save them.

Of each entry these fields are used, and no others: `startedDateTime` for the order,
`request.method`, `request.url`, `request.headers`, `request.postData` (`text`, which may be of
`encoding` base64, or `params` of a form), and `request.bodySize`, or else Content-Length, which
must be what the text comes to. Of `response`, the replay is held against `status`, and values in
`headers` and `content.text` that a later request sends are taken from the replay. A file of a page
(`assets.py`) is requested by the name that the replay's page has for it. `comment` of the log is
shown: `record` says there what it left out. Whoever records by the developer tools of a browser
should switch the sanitising off, or log in within the recording: browsers leave out cookies and
Authorization.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette_conformance.model.decode import checked, from_json
from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.find_bindings import Given
from starlette_conformance.userapp.har_format import Har, Saved
from starlette_conformance.userapp.recorded_entries import Entry, steps_of
from starlette_conformance.userapp.recorded_request import Step, file_bytes

STATUSES = range(100, 600)
LONGEST = 500
"""Characters of a comment that are shown."""


def requests(path: Path, app: str, origin: str | None) -> tuple[list[Step], list[str]]:
    """The requests of a HAR, and a sentence on what is left out. Raises UsageError."""
    log = from_json(file_bytes(path), Har, f"{path}: not a HAR file").log
    entries = [_entry(path, number, entry) for number, entry in enumerate(log.entries, 1)]
    steps, sentences = steps_of(path, entries, app, origin)
    if isinstance(log.comment, str) and log.comment:
        sentences.append(f"{path.name}: {log.comment[:LONGEST]}")
    return steps, sentences


def _entry(path: Path, number: int, entry: Any) -> Entry:
    where = f"{path}: entry {number} is not one of HAR 1.2"
    found = checked(entry, Saved, where)
    try:
        at = datetime.fromisoformat(found.started_date_time)
        url = urlsplit(found.request.url)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from None
    status = found.response.status
    return Entry(
        f", entry {number}",
        url,
        found.request,
        status if isinstance(status, int) and status in STATUSES else 0,
        Given.of(found.response.headers, found.response.content),
        at if at.tzinfo else at.replace(tzinfo=UTC),
    )
