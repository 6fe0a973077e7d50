"""The data of the report, in the shape of `schema.json`.

Pure: it is made from the columns, the named changes and their effects alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from starlette_conformance.http.curl_commands import PORT, asked
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.report.merged_runs import Cell, Column, Numbered, Pool, Row
from starlette_conformance.report.order import compared_first, in_order, rows_of
from starlette_conformance.report.turns import Turns
from starlette_conformance.runs.rerun_commands import of_spec
from starlette_conformance.stacks.catalogue import Catalogue

SCHEMA = 1


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
    rows = rows_of(ordered)
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
        "pair": compared_first(ordered, groups, known),
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
        "failed": [
            each for number, column in enumerate(ordered) for each in _failed(column, number, rows)
        ],
        "not_judged": _not_judged(ordered, len(rows)),
    }


def _stack(column: Column, changes: Mapping[str, Change]) -> dict[str, Any]:
    environment = column.environment
    return {
        "name": column.stack,
        "started": column.started,
        "finished": column.finished,
        "complete": column.complete,
        "hash_seed": column.hash_seed,
        "python": environment and environment.python,
        "implementation": environment and environment.implementation,
        "parser": environment and environment.parser,
        "loop": environment and environment.loop,
        "packages": environment and dict(environment.packages),
        "again": list(column.again),
        "called": column.called,
        "has": [n for n, each in changes.items() if environment and each.applies_to(environment)],
    }


def _failed(column: Column, number: int, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """The verdicts `fail` of a stack, each with the command that asks for it once more."""
    for place, row in enumerate(rows):
        cell = column.cells.get(row)
        if cell and cell.verdict == "fail" and column.called:
            command = of_spec(row[1], column.called, column.again)
            yield {"stack": number, "spec": place, "command": command}


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
