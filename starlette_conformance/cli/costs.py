"""`costs`."""

from pathlib import Path

import click

from starlette_conformance.cli.options import STACK, Value, command, json_file, stacks
from starlette_conformance.cost.manifest import BASE
from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.output_files import kept


@command(of_stacks=True)
@stacks("the releases at which something changed")
@click.option(
    "--base", default=BASE, show_default=True, type=STACK, metavar="STACK",
    help="Which stack is 100 %.",
)  # fmt: skip
@click.option(
    "--results", type=Value(kept), default=Path("costs.jsonl"), show_default=True,
    metavar="FILE", help="Where counts are kept; a later run measures only what it lacks.",
)  # fmt: skip
@json_file("The counts by stack")
def costs(stacks: tuple[str, ...], base: str, results: Path, json: Path | None) -> int:
    """`starlette-conformance report RUN... --costs FILE` draws them."""
    if json and json.suffix == ".jsonl":
        raise UsageError(f"--json {json}: counts are kept by --results FILE, which may be .jsonl")
    from starlette_conformance.cost import costs as engine

    return engine.costs(stacks, base, results, json)
