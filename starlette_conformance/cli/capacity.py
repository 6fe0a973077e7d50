"""`capacity`, which was `knee`."""

from pathlib import Path

import click

from starlette_conformance.cli.options import STACK, Value, command, file, stacks
from starlette_conformance.model.option_values import seconds


@command(of_stacks=True)
@click.argument("pair", nargs=-1, metavar="[OLD NEW]", type=STACK, help="Compare two stacks.")
@stacks("documented-h11 and latest")
@click.option(
    "--interval", type=Value(seconds), default=1.0, show_default=True, metavar="SECONDS",
    help="Between two events of a stream.",
)  # fmt: skip
@file("--json", "The verdict, and the figures of each step.")
def capacity(
    pair: tuple[str, ...], stacks: tuple[str, ...], interval: float, json: Path | None
) -> int:
    """Runs locust in steps. Exits with 1 if NEW serves fewer than OLD by more than 5 %, and with 3
    if a capacity is not found. `knee` is an older name of this command.
    """
    from starlette_conformance.load import capacity as engine

    return engine.knee(pair, stacks, interval, json)
