"""`changes`."""

import json as data
from dataclasses import asdict

import click

from starlette_conformance.cli.options import command


@command()
@click.option("--json", is_flag=True, help="As JSON.")
def changes(json: bool) -> int:
    """`starlette-conformance explain NAME` shows one of them in full."""
    from starlette_conformance.stacks.project import ledger

    known = ledger().changes
    if json:
        print(data.dumps([{"name": name} | asdict(c) for name, c in known.items()], indent=2))
        return 0
    for name, change in known.items():
        print(*change.lines(name), sep="\n")
    return 0
