"""An Atom feed (RFC 4287) of what each release changed. An entry keeps its id and its date."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette_conformance.published.documents import HistoryLine, Index, Release
from starlette_conformance.published.pages import template_of

ENTRIES = 50
"""Of the newest releases."""


def feed(
    index: Index, series: Iterable[Sequence[Release]], lines: Iterable[HistoryLine], url: str
) -> str:
    """`url` is the address of the site, with a / behind; empty where it is not known, and links are
    relative.
    """
    first: dict[tuple[str | None, str | None], datetime] = {}
    for line in lines:
        moment = first.setdefault((line.package, line.version), line.started)
        first[line.package, line.version] = min(moment, line.started)
    entries = [
        _entry(release, first.get((release.package, release.version), release.judged.started), url)
        for releases in series
        for release in releases
        if release.previous
    ]
    entries.reverse()  # of releases that were seen at one time, the newest comes first
    entries.sort(key=lambda entry: entry["updated"].date(), reverse=True)
    updated = max((entry["updated"] for entry in entries), default=index.made)
    identity = _identity(url or "starlette-conformance")
    return template_of("feed.xml.j2").render(
        entries=entries[:ENTRIES], updated=updated, url=url, id=identity
    )


def _entry(release: Release, seen: datetime, url: str) -> dict[str, Any]:
    assert release.previous
    name = f"{release.package} {release.version}"
    return {
        "id": _identity(f"{url}release/{release.package}/{release.version}"),
        "title": f"{name}: {release.previous.summary}",
        "updated": seen,
        "link": f"{url}{release.previous.page}",
        "release": release,
    }


def _identity(name: str) -> str:
    return uuid5(NAMESPACE_URL, name).urn
