"""`explain NAME`, a change or a spec."""

from pathlib import Path

import click

from starlette_conformance.cli.options import command, json_file


@command()
@click.argument("name", metavar="NAME", help="A change, or a part of a spec's node id.")
@json_file("The change, and the lines that are printed")
def explain(name: str, json: Path | None) -> int:
    """`starlette-conformance changes` lists the changes."""
    from starlette_conformance.diff import change_details

    return change_details.explain(name, json)
