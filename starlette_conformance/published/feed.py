"""An Atom feed (RFC 4287) of what each release changed. An entry keeps its id and its date."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette_conformance.diff.left_out import count
from starlette_conformance.model.changes import Kind
from starlette_conformance.published.documents import Compared, HistoryLine, Index, Release
from starlette_conformance.published.pages import template_of

ENTRIES = 50
"""Of the newest releases."""
KINDS: dict[Kind, tuple[str, str]] = {
    "security": ("security fix", "security fixes"),
    "regression": ("regression", "regressions"),
    "change": ("change", "changes"),
    "feature": ("feature", "features"),
    "fix": ("fix", "fixes"),
}
"""The most urgent first, one and several."""


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
    return {
        "id": _identity(f"{url}release/{release.package}/{release.version}"),
        "title": f"{release.name}: {_what_changed(release, release.previous)}",
        "updated": seen,
        "link": f"{url}{release.previous.page}",
        "release": release,
    }


def _what_changed(release: Release, compared: Compared) -> str:
    """What a reader of titles alone wants to know: `1 security fix, 2 fixes`."""
    unexplained = compared.responses.unexplained + compared.scenarios.unexplained
    parts = [count(unexplained, "unexplained difference")] if unexplained else []
    kinds = Counter((change.kind, change.lost) for change in release.changes)
    for kind, name in KINDS.items():
        parts += [
            f"{count(number, *name)}{' gone' if gone else ''}"
            for gone in (False, True)
            if (number := kinds[kind, gone])
        ]
    judged = " (judged in part)" if compared.exit_code == 3 else ""
    return f"{', '.join(parts) or 'nothing that clients see'}{judged}"


def _identity(name: str) -> str:
    return uuid5(NAMESPACE_URL, name).urn
