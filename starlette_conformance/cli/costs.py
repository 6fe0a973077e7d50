"""`costs`."""

from pathlib import Path

import click

from starlette_conformance.cli.options import STACK, Value, command, stacks
from starlette_conformance.cost.manifest import BASE
from starlette_conformance.output.output_files import kept


@command(of_stacks=True)
@stacks("the releases at which something changed")
@click.option(
    "--base", default=BASE, show_default=True, type=STACK, metavar="STACK",
    help="Which stack is 100 %.",
)  # fmt: skip
@click.option(
    "--json", "file", type=Value(kept), default=Path("costs.jsonl"), show_default=True,
    metavar="FILE", help="Where counts are kept; a later run measures only what it lacks.",
)  # fmt: skip
def costs(stacks: tuple[str, ...], base: str, file: Path) -> int:
    """`starlette-conformance report RUN... --costs FILE` draws them."""
    from starlette_conformance.cost import costs as engine

    return engine.costs(stacks, base, file)
