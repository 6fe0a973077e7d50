"""`capacity`, which was `knee`."""

from pathlib import Path

import click

from starlette_conformance.cli.options import Value, command, file, stacks
from starlette_conformance.model.option_values import seconds


@command(of_stacks=True)
@stacks("documented and latest")
@click.option(
    "--interval", type=Value(seconds), default=1.0, show_default=True, metavar="SECONDS",
    help="Between two events of a stream.",
)  # fmt: skip
@file("--json", "The figures of each step.")
def capacity(stacks: tuple[str, ...], interval: float, json: Path | None) -> int:
    """Runs locust in steps. `knee` is an older name of this command."""
    from starlette_conformance.load import capacity as engine

    return engine.knee(stacks, interval, json)
