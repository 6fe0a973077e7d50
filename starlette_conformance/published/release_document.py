"""What the site says of a release: what it changed, what fails, how it compares."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.groups import fix_of
from starlette_conformance.model.changes import Change
from starlette_conformance.model.environment import Environment
from starlette_conformance.published.collected import Collected, Stack
from starlette_conformance.published.compared import Comparisons
from starlette_conformance.published.documents import Failed, Index, NamedChange
from starlette_conformance.published.documents import Release as Document
from starlette_conformance.published.releases import Release
from starlette_conformance.stacks.project import ledger

REASON = 400
"""Characters of why a spec fails."""


def change_page(name: str) -> str:
    return f"change/{name}/index.html"


def release_documents(
    index: Index, collected: Collected, comparisons: Comparisons
) -> list[list[Document]]:
    """Those of each series, the oldest first."""
    return [
        [
            _document(index, before, release, series[-1], collected.stacks, comparisons)
            for before, release in pairwise([None, *series])
            if release
        ]
        for series in collected.series
    ]


def _document(
    index: Index,
    before: Release | None,
    release: Release,
    newest: Release,
    stacks: Mapping[str, Stack],
    comparisons: Comparisons,
) -> Document:
    stack = stacks[release.stack]
    environment = stack.column.environment
    older = stacks[before.stack].column.environment if before else None
    return Document(
        made=index.made,
        tool=index.tool,
        package=release.package,
        version=release.version,
        judged=stack.judged,
        changes=tuple(_between(older, environment)) if older and environment else (),
        lacking=tuple(_lacking(environment)) if environment else (),
        failed=tuple(_failed(stack)),
        previous=comparisons.found.get((before.stack, release.stack)) if before else None,
        newest=comparisons.found.get((release.stack, newest.stack)),
    )


def _between(older: Environment, newer: Environment) -> Iterator[NamedChange]:
    """The changes that lie between two releases, whether a request shows them or not."""
    comparison = Comparison(older, newer, ledger())
    for name, change in comparison.ledger.changes.items():
        if change in comparison.lying_between:
            yield _named(name, change, change in comparison.lost)


def _named(name: str, change: Change, lost: bool) -> NamedChange:
    return NamedChange(
        name=name,
        kind=change.kind,
        sentence=change.sentence,
        link=change.link,
        noticed_by=change.noticed_by,
        lost=lost,
        page=change_page(name),
    )


def _lacking(environment: Environment) -> Iterator[str]:
    for name, change in ledger().changes.items():
        if change.kind == "security" and fix_of(change, environment) == "lacks":
            yield name


def _failed(stack: Stack) -> Iterator[Failed]:
    for (_, spec), cell in stack.column.cells.items():
        if cell.verdict == "fail":
            yield Failed(spec=spec, reason=cell.reason.partition("\n")[0][:REASON])
