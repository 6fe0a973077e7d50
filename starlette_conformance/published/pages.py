"""The pages of the site beside the report and the diffs: the start, and one a change."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Template

from starlette_conformance.diff.files import context, templates
from starlette_conformance.model.changes import Change
from starlette_conformance.published.collected import Collected
from starlette_conformance.published.compared import Comparisons
from starlette_conformance.published.documents import Index, Release
from starlette_conformance.published.release_document import change_page
from starlette_conformance.stacks.project import ledger

PAGES = Path(__file__).parent / "pages"
DOCS = "docs/index.html"


def start(index: Index, series: Sequence[Sequence[Release]], docs: bool) -> str:
    """The newest releases first, those of the longest series before others."""
    shown = [list(reversed(releases)) for releases in sorted(series, key=len, reverse=True)]
    others = [judged for judged in index.stacks if judged.package is None]
    return _page("start.html.j2", "", index, series=shown, others=others, docs=docs)


def changes(
    index: Index, collected: Collected, comparisons: Comparisons
) -> Iterator[tuple[str, str]]:
    """By path, the list of all changes and the page of each."""
    known = ledger().changes
    by_package: dict[str, dict[str, Change]] = {}
    for name, change in known.items():
        by_package.setdefault(change.package, {})[name] = change
    yield "change/index.html", _page("changes.html.j2", "../", index, packages=by_package)
    unseen = {change: why for why, those in ledger().unseen.items() for change in those}
    for name, change in known.items():
        example = comparisons.examples.get(name)
        given = context(example.diff) if example else {"diff": None}
        yield (
            change_page(name),
            _page(
                "change.html.j2",
                "../../",
                index,
                **given | {"name": name, "change": change, "example": example},
                why=unseen.get(change, "no pair of releases here shows it"),
                has=_having(change, collected),
            ),
        )


def _having(change: Change, collected: Collected) -> list[str]:
    """Of each series that has both, which releases have it: `starlette 0.39.0 to 1.10.0`."""
    found = []
    for series in collected.series:
        columns = ((release, collected.stacks[release.stack].column) for release in series)
        having = [
            release.version
            for release, column in columns
            if column.environment and change.applies_to(column.environment)
        ]
        if having and len(having) < len(series):
            ends = " to ".join(dict.fromkeys((having[0], having[-1])))
            found.append(f"{series[0].package} {ends}")
    return found


def _page(template: str, way_home: str, index: Index, **given: Any) -> str:
    return template_of(template).render(**given | {"home": way_home, "index": index})


def template_of(name: str) -> Template:
    return templates(True, PAGES).get_template(name)
