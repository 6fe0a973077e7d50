"""In which order the report has what run files hold: columns by release, rows by app."""

from collections.abc import Iterable, Mapping, Sequence

from packaging.version import Version

from starlette_conformance.model.versions import or_earliest
from starlette_conformance.report.merged_runs import Column, Row
from starlette_conformance.stacks.catalogue import Catalogue
from starlette_conformance.stacks.project import apps

ORDER = ("starlette", "sse-starlette", "uvicorn", "python")
"""What stacks on no axis are put in order by."""


def in_order(columns: Iterable[Column], known: Catalogue) -> dict[str, list[Column]]:
    """Columns in the order of releases, by group: those on no axis by parser, then each series. One
    that lies on two axes stands once, in the longer series.
    """
    columns = list(columns)
    series = known.series({column.stack for column in columns})
    on_axis = {stack for stacks in series for stack in stacks}
    rest = sorted((each for each in columns if each.stack not in on_axis), key=_versions)
    found: dict[str, list[Column]] = {}
    for each in rest:
        parser = f"on no axis, {each.environment.parser}" if each.environment else "not installable"
        found.setdefault(parser, []).append(each)
    longest = {stack: those for those in sorted(series, key=len) for stack in those}
    for whole in series:
        stacks = [stack for stack in whole if longest[stack] is whole]
        if not stacks:
            continue
        group = [each for stack in stacks for each in columns if each.stack == stack]
        first, last = stacks[0], stacks[-1]
        found[first if len(stacks) == 1 else f"{first} to {last}"] = group
    return found


def _versions(column: Column) -> list[Version]:
    packages = column.environment.packages if column.environment else {}
    python = column.environment.python if column.environment else "0"
    return [or_earliest({"python": python, **packages}.get(name, "0")) for name in ORDER]


def rows_of(columns: Iterable[Column]) -> list[Row]:
    """By app; within an app as the specs are run."""
    found = dict.fromkeys(row for column in columns for row in column.cells)
    place = {app: number for number, app in enumerate(apps())}
    return sorted(found, key=lambda row: place.get(row[0], len(place)))


def compared_first(
    columns: Sequence[Column], groups: Mapping[str, Sequence[Column]], known: Catalogue
) -> list[int]:
    """The two that the page compares first: the documented release, and the newest beside it.

    Where the documented one is the newest, it is compared with the oldest; where each is alone in
    its group, the oldest of all with the newest.
    """
    pair = _documented_first(columns, groups, known)
    if pair[0] == pair[1]:
        by_age = sorted(range(len(columns)), key=lambda number: _versions(columns[number]))
        return [by_age[0], by_age[-1]]
    return pair


def _documented_first(
    columns: Sequence[Column], groups: Mapping[str, Sequence[Column]], known: Catalogue
) -> list[int]:
    named = {each.stack: each for each in columns}
    documented = named.get("documented")
    if documented is None and "documented" in known.stacks:
        pins = known.stacks["documented"].requirements
        documented = next(
            (each for each in columns if f"starlette=={_pinned(each, 'starlette')}" in pins), None
        )
    if documented is None:
        longest = max(groups.values(), key=len)
        return [columns.index(longest[0]), columns.index(longest[-1])]
    group = next(group for group in groups.values() if documented in group)
    newest = named.get("latest", max(groups.values(), key=len)[-1])
    other = group[-1] if len(group) > 1 else newest
    if other is documented:
        return [columns.index(group[0]), columns.index(documented)]
    return [columns.index(documented), columns.index(other)]


def _pinned(column: Column, package: str) -> str:
    return column.environment.packages.get(package, "") if column.environment else ""
