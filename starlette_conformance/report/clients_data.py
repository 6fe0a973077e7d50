"""What real clients made of streams, as data, in the shape of `schema.json`."""

from typing import Any

from starlette_conformance.clients.results import OfClient, Results
from starlette_conformance.report.merged_runs import Numbered


def clients_data(results: Results) -> dict[str, Any]:
    """A row for each client: what was sent to it, and what came of that."""
    streams: Numbered[dict[str, Any]] = Numbered()
    outcomes: Numbered[dict[str, str]] = Numbered()
    rows = []
    for row in results.clients:
        cells = []
        for each in row.streams:
            stream = _stream(each.stream, each.behaviour, results.releases.get(each.stream, ()))
            key = each.difference, each.known, each.link
            outcome = {"difference": each.difference, "known": each.known, "link": each.link}
            number = streams.number(stream, (each.stream, each.behaviour))
            cells.append([number, outcomes.number(outcome, key)])
        about = {"client": row.client, "version": row.version, "not_judged": row.not_judged}
        rows.append(about | {"cells": cells})
    return {"streams": streams.things, "outcomes": outcomes.things, "rows": rows}


def not_judged(results: Results) -> list[dict[str, Any]]:
    """A sentence on each client and each release that the matrix lacks."""
    said = [f"{_named(row)}: {row.not_judged}" for row in results.clients if row.not_judged]
    said += [f"not recorded for clients: {each}" for each in results.not_recorded]
    return [{"stack": None, "text": text} for text in said]


def _stream(name: str, behaviour: str, releases: tuple[str, ...]) -> dict[str, Any]:
    """One that releases of a package send is named after the package and the first of them."""
    package = name.removesuffix(f"-{releases[0]}") if releases else None
    return {"name": name, "behaviour": behaviour, "package": package, "releases": releases}


def _named(row: OfClient) -> str:
    return f"client {row.client} {row.version}".rstrip()
