"""The page of the matrix of clients: one file that fetches nothing."""

from collections.abc import Sequence
from pathlib import Path

from starlette_conformance.clients.matrix import Row
from starlette_conformance.clients.recorded import Recorded
from starlette_conformance.clients.table import FOLLOWED, cell
from starlette_conformance.clients.verdict import verdict
from starlette_conformance.output.templates import templates


def page(rows: Sequence[Row], no_longer: Sequence[str], recorded: Recorded, command: str) -> str:
    """As HTML."""
    said, code = verdict(rows, no_longer)
    every = dict.fromkeys(each.behaviour for row in rows for each in row.outcomes)
    behaviours = sorted(every, key=lambda each: each in FOLLOWED)
    found = templates(True, Path(__file__).parent)
    return found.get_template("page.html.j2").render(
        verdict=said,
        good=not code,
        rows=rows,
        behaviours=behaviours,
        cell=cell,
        no_longer=no_longer,
        recorded=recorded,
        command=command,
    )
