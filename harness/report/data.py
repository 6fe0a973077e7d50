"""The data of the report, in the shape of `schema.json`.

Pure: it is made from the columns, the named changes and their effects alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from packaging.version import InvalidVersion, Version

from harness.by_hand import PORT, asked
from harness.catalogue import Catalogue
from harness.changes import Change
from harness.effects import Effect
from harness.expect import Response
from harness.project import APPS
from harness.report.reading import Cell, Column, Numbered, Pool, Row
from harness.report.turns import Turns
from harness.request import Request

SCHEMA = 1
ORDER = ("starlette", "sse-starlette", "uvicorn", "python")
"""What stacks on no axis are put in order by."""


def report_data(
    columns: Iterable[Column],
    pool: Pool,
    known: Catalogue,
    changes: Mapping[str, Change],
    effects: Sequence[Effect],
    costs: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Everything that the page shows. Of the runs of one stack, the newest counts."""
    newest = {column.identity: column for column in sorted(columns, key=lambda each: each.started)}
    groups = in_order(newest.values(), known)
    ordered = [column for group in groups.values() for column in group]
    rows = _rows(ordered)
    cells: Numbered[Cell] = Numbered()
    numbers = {
        row: [
            cells.number(column.cells[row], column.cells[row]) if row in column.cells else None
            for column in ordered
        ]
        for row in rows
    }
    place = {id(column): number for number, column in enumerate(ordered)}
    places = [[place[id(column)] for column in group] for group in groups.values()]
    between = Turns(ordered, rows, pool, changes, effects)
    return {
        "schema": SCHEMA,
        "pair": _pair(ordered, groups, known),
        "groups": [
            {"name": name, "stacks": stacks} for name, stacks in zip(groups, places, strict=True)
        ],
        "stacks": [_stack(column, changes) for column in ordered],
        "changes": {
            name: asdict(change) for name, change in changes.items() if _is_web(change.link)
        },
        "specs": [_spec(row, numbers[row]) for row in rows],
        "cells": [_cell(cell) for cell in cells.things],
        "requests": [_request(request) for request in pool.requests.things],
        "answers": [_answer(answer) for answer in pool.answers.things],
        "turns": [turn for group in places for turn in between.of(group)],
        "costs": _costs(costs, ordered, known),
        "not_judged": _not_judged(ordered, len(rows)),
    }


def in_order(columns: Iterable[Column], known: Catalogue) -> dict[str, list[Column]]:
    """Columns in the order of releases, by group: those on no axis by parser, then each series."""
    columns = list(columns)
    series = known.series({column.stack for column in columns})
    on_axis = {stack for stacks in series for stack in stacks}
    rest = sorted((each for each in columns if each.stack not in on_axis), key=_versions)
    found: dict[str, list[Column]] = {}
    for each in rest:
        parser = f"on no axis, {each.environment.parser}" if each.environment else "not installable"
        found.setdefault(parser, []).append(each)
    for stacks in series:
        group = [each for stack in stacks for each in columns if each.stack == stack]
        first, last = stacks[0], stacks[-1]
        found[first if len(stacks) == 1 else f"{first} to {last}"] = group
    return found


def _versions(column: Column) -> list[Version]:
    packages = column.environment.packages if column.environment else {}
    python = column.environment.python if column.environment else "0"
    return [_version({"python": python, **packages}.get(name, "0")) for name in ORDER]


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")


def _rows(columns: Iterable[Column]) -> list[Row]:
    """By app; within an app as the specs are run."""
    found = dict.fromkeys(row for column in columns for row in column.cells)
    place = {app: number for number, app in enumerate(APPS)}
    return sorted(found, key=lambda row: place.get(row[0], len(place)))


def _pair(
    columns: Sequence[Column], groups: Mapping[str, Sequence[Column]], known: Catalogue
) -> list[int]:
    """The two that the page compares first: the documented release, and the newest beside it."""
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
    return [columns.index(documented), columns.index(group[-1] if len(group) > 1 else newest)]


def _pinned(column: Column, package: str) -> str:
    return column.environment.packages.get(package, "") if column.environment else ""


def _stack(column: Column, changes: Mapping[str, Change]) -> dict[str, Any]:
    environment = column.environment
    return {
        "name": column.stack,
        "started": column.started,
        "finished": column.finished,
        "complete": column.complete,
        "hash_seed": column.hash_seed,
        "python": environment and environment.python,
        "parser": environment and environment.parser,
        "loop": environment and environment.loop,
        "packages": environment and dict(environment.packages),
        "has": [n for n, each in changes.items() if environment and each.applies_to(environment)],
    }


def _spec(row: Row, cells: list[int | None]) -> dict[str, Any]:
    app, spec = row
    file, _, function = spec.rpartition("::")
    name, bracket, case = function.partition("[")
    return {
        "app": app,
        "id": spec,
        "file": file,
        "name": name.removeprefix("test_").replace("_", " "),
        "case": case.removesuffix("]") if bracket else "",
        "cells": cells,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return asdict(cell) | {"changes": dict(cell.changes)}


def _request(request: Request) -> dict[str, str]:
    return {
        "app": request.app,
        "text": request.data.decode("latin-1"),
        "by_hand": asked(request.to(PORT)),
    }


def _answer(answer: Response) -> dict[str, Any]:
    headers = [
        [name, value]
        for name, values in answer.headers.items()
        for value in (values if isinstance(values, tuple) else (values,))
    ]
    return {
        "version": answer.version,
        "status": answer.status,
        "reason": answer.reason,
        "headers": headers,
        "body": answer.body.decode("latin-1"),
        "ending": answer.ending,
        "closes": answer.closes,
        "interim": list(answer.interim),
    }


def _costs(
    prices: Iterable[Mapping[str, Any]], columns: Sequence[Column], known: Catalogue
) -> list[dict[str, Any]]:
    """In the order of the catalogue, so that stacks of an axis are neighbours."""
    place = {name: number for number, name in enumerate(known.stacks)}
    ordered = sorted(prices, key=lambda price: place.get(price["stack"], -1))
    return [_cost(price, columns, known) for price in ordered]


def _cost(price: Mapping[str, Any], columns: Sequence[Column], known: Catalogue) -> dict[str, Any]:
    """A stack's costs, and its column where it has one with the same packages."""
    column = None
    stack = known.stacks.get(price["stack"])
    for number, each in enumerate(columns):
        if each.stack == price["stack"] and dict(each.identity[1]) == price["packages"]:
            column = number
    return {
        "name": price["stack"],
        "stack": column,
        "axis": stack.axis if stack else None,
        "instructions": {name: float(value) for name, value in price["instructions"].items()},
    }


def _not_judged(columns: Sequence[Column], specs: int) -> list[dict[str, Any]]:
    """What could not be judged, and why: a stack's number, and a sentence."""
    found = []
    for number, column in enumerate(columns):
        reasons: dict[str, list[str]] = {}
        for cell in column.cells.values():
            if cell.verdict not in ("pass", "fail"):
                reasons.setdefault(cell.verdict, []).append(cell.reason)
        said = [
            f"{verdict}: {len(texts)} specs; {max(texts, key=texts.count)}"
            for verdict, texts in reasons.items()
        ]
        missing = specs - len(column.cells)
        if column.finished is None:
            said.append(f"the run was cut off; {missing} of {specs} specs have no verdict")
        elif not column.complete:
            said.append(f"only a part was asked for; {missing} of {specs} specs have no verdict")
        found += [{"stack": number, "text": text} for text in said]
    return found


def _is_web(link: str) -> bool:
    return link.startswith("https://")
