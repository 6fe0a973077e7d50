"""`changes`."""

from dataclasses import asdict

import click

from starlette_conformance.cli.options import command


@command()
@click.option("--json", is_flag=True, help="As JSON.")
def changes(json: bool) -> int:
    """`starlette-conformance explain NAME` shows one of them in full."""
    from starlette_conformance.output.output_files import as_json
    from starlette_conformance.output.printing import write_line
    from starlette_conformance.stacks.project import ledger

    known = ledger().changes
    if json:
        rows = [{"name": name} | asdict(change) for name, change in known.items()]
        write_line(as_json(rows, indent=2))
        return 0
    for name, change in known.items():
        write_line("\n".join(change.lines(name)))
    return 0
