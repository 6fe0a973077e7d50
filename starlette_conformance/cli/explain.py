"""`explain NAME`, a change or a spec."""

import click

from starlette_conformance.cli.options import command


@command()
@click.argument("name", metavar="NAME", help="A change, or a part of a spec's node id.")
def explain(name: str) -> int:
    """`starlette-conformance changes` lists the changes."""
    from starlette_conformance.diff import change_details

    return change_details.explain(name)
