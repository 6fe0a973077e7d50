"""The data of the report, in the shape of `schema.json`.

Pure: it is made from the columns and the ledger alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from starlette_conformance.clients.results import Results
from starlette_conformance.explain.groups import STANDINGS, fix_of
from starlette_conformance.explain.severity import SEVERITIES
from starlette_conformance.model.changes import Change, news
from starlette_conformance.report import exchange_data
from starlette_conformance.report.clients_data import clients_data, not_judged
from starlette_conformance.report.explanations import (
    Explanations,
    counts_between,
    explanation,
    phase_of,
)
from starlette_conformance.report.merged_runs import Cell, Column, Numbered, Pool, Row
from starlette_conformance.report.order import compared_first, in_order, rows_of
from starlette_conformance.report.phases import PhaseFinder
from starlette_conformance.report.recorded_requests import RecordedRequests
from starlette_conformance.report.scenario_phases import scenario_phases
from starlette_conformance.runs.rerun_commands import of_spec
from starlette_conformance.stacks.catalogue import Catalogue
from starlette_conformance.stacks.ledger import Ledger

SCHEMA = 4


def report_data(
    columns: Iterable[Column],
    pool: Pool,
    known: Catalogue,
    ledger: Ledger,
    costs: Sequence[Mapping[str, Any]] = (),
    clients: Results | None = None,
) -> dict[str, Any]:
    """Everything that the page shows. Of the runs of one stack, the newest counts."""
    newest = {column.identity: column for column in sorted(columns, key=lambda each: each.started)}
    groups = in_order(newest.values(), known)
    ordered = [column for group in groups.values() for column in group]
    rows = rows_of(ordered)
    recorded = RecordedRequests(ordered, len(pool.requests.things))
    cells: Numbered[dict[str, Any]] = Numbered()
    numbers = {
        row: [_number(cells, row, column.cells.get(row), recorded) for column in ordered]
        for row in rows
    }
    place = {id(column): number for number, column in enumerate(ordered)}
    places = [[place[id(column)] for column in group] for group in groups.values()]
    pair = compared_first(ordered, groups, known)
    stacks = [_stack(column, ledger.changes) for column in ordered]
    finder = PhaseFinder(ordered, pool, ledger)
    phases = [finder.find(request) for request in recorded.all]
    explanations = Explanations(ledger)
    requests = [
        exchange_data.request_data(request, pool, ledger) | explanations.add(of_request)
        for request, of_request in zip(recorded.all, phases, strict=True)
    ]
    scenarios = [
        exchange_data.scenario_data(each.scenario, ledger) | explanations.add_scenario(each)
        for each in scenario_phases(ledger.scenarios, ordered)
    ]
    has = [stack["has"] for stack in stacks]
    return {
        "schema": SCHEMA,
        "pair": pair,
        "counts": counts_between(pair, has, requests, explanations.table),
        "counts_of_scenarios": counts_between(pair, has, scenarios, explanations.table),
        "groups": [
            {"name": name, "stacks": stacks} for name, stacks in zip(groups, places, strict=True)
        ],
        "severities": list(SEVERITIES),
        "standings": {f"{had}/{has}": word for (had, has), word in STANDINGS.items()},
        "stacks": stacks,
        "changes": dict(_changes(ledger)),
        "specs": [_spec(row, numbers[row]) for row in rows],
        "cells": cells.things,
        "requests": requests,
        "scenarios": scenarios,
        "responses": [exchange_data.response_data(wire) for wire in pool.responses.things],
        "differences": explanations.differences,
        "explanations": explanations.table,
        "turns": [turn for group in places for turn in _turns(group, requests)],
        "costs": _costs(costs, ordered, known),
        "clients": clients and clients_data(clients),
        "failed": [
            each for number, column in enumerate(ordered) for each in _failed(column, number, rows)
        ],
        "not_judged": _not_judged(ordered, len(rows)) + (not_judged(clients) if clients else []),
    }


def _number(
    cells: Numbered[dict[str, Any]], row: Row, cell: Cell | None, recorded: RecordedRequests
) -> int | None:
    """The number of a cell among the distinct ones."""
    if cell is None:
        return None
    sent = tuple(recorded.of(row, cell))
    data = {"verdict": cell.verdict, "reason": cell.reason, "changes": dict(cell.changes)}
    key = cell.verdict, cell.reason, cell.changes, sent
    return cells.number(data | {"requests": list(sent)}, key)


def _turns(group: Sequence[int], requests: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Where the response to a request changed from one stack of a group to the next that got it."""
    for number, request in enumerate(requests):
        phase = phase_of(request)
        since: int | None = None
        for stack in (each for each in group if each in phase):
            if since is not None:
                why = explanation(request, phase[since], phase[stack])
                if why is not None:
                    turn = {"request": number, "since": since, "stack": stack}
                    yield turn | {"explanation": why}
            since = stack


UNTOLD = ("reached_by", "present", "beside")
"""Fields of a change that the page does not show."""


def _changes(ledger: Ledger) -> Iterator[tuple[str, dict[str, Any]]]:
    """The named changes, each with the reason why no request shows it, where none does."""
    unseen = {change: why for why, changes in ledger.unseen.items() for change in changes}
    for name, change in ledger.changes.items():
        if change.link.startswith("https://"):
            words = {"comes": news(change.kind, gone=False), "goes": news(change.kind, gone=True)}
            fields = asdict(change) | {"news": words, "unseen": unseen.get(change)}
            yield name, {field: fields[field] for field in fields if field not in UNTOLD}


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
        "rerun_options": list(column.rerun_options),
        "rerun_name": column.rerun_name,
        "has": [n for n, each in changes.items() if environment and each.applies_to(environment)],
        "fixes": {
            name: fix_of(change, environment)
            for name, change in changes.items()
            if environment and change.kind == "security"
        },
    }


def _failed(column: Column, number: int, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """The verdicts `fail` of a stack, each with the command that runs it once more."""
    for place, row in enumerate(rows):
        cell = column.cells.get(row)
        if cell and cell.verdict == "fail" and column.rerun_name:
            command = of_spec(row[1], column.rerun_name, column.rerun_options)
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
            if not cell.judged:
                reasons.setdefault(cell.verdict, []).append(cell.reason)
        said = [
            f"{verdict}: {len(texts):,} spec{'s' * (len(texts) > 1)}; {max(texts, key=texts.count)}"
            for verdict, texts in reasons.items()
        ]
        missing = specs - len(column.cells)
        lacking = f"; {missing:,} of {specs:,} specs have no verdict" if missing else ""
        if column.finished is None:
            said.append(f"the run was cut off{lacking}")
        elif not column.complete:
            said.append(f"only a part was selected, {len(column.cells):,} specs{lacking}")
        found += [{"stack": number, "text": text} for text in said]
    return found
