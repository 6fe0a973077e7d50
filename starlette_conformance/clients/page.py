"""The page of the matrix of clients: one file that fetches nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from starlette_conformance import output
from starlette_conformance.clients.matrix import Row
from starlette_conformance.clients.recorded import Recorded
from starlette_conformance.clients.table import FOLLOWED, cell
from starlette_conformance.clients.verdict import verdict
from starlette_conformance.output.sanitize import printable

FOLDERS = [Path(__file__).parent, Path(output.__file__).parent]


def page(rows: Sequence[Row], no_longer: Sequence[str], recorded: Recorded, command: str) -> str:
    """As HTML."""
    said, code = verdict(rows, no_longer)
    every = dict.fromkeys(each.behaviour for row in rows for each in row.outcomes)
    behaviours = sorted(every, key=lambda each: each in FOLLOWED)
    templates = Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=True,
        finalize=_seen,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("page.html.j2").render(
        verdict=said,
        good=not code,
        rows=rows,
        behaviours=behaviours,
        cell=cell,
        no_longer=no_longer,
        recorded=recorded,
        command=command,
    )


def _seen(value: Any) -> Any:
    """Text without characters that nobody sees."""
    return printable(value) if isinstance(value, str) else value
