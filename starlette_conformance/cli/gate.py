"""`gate OLD NEW`."""

from typing import Any

import click

from starlette_conformance.cli.options import command, file, pair
from starlette_conformance.cost.manifest import MANIFEST


@command(of_stacks=True)
@pair
@click.option(
    "--budget", type=float, default=0.5, show_default=True, metavar="PERCENT",
    help="How much more NEW may cost.",
)  # fmt: skip
@click.option(
    "--syscalls", type=click.FloatRange(min=0), default=0.0, show_default=True, metavar="N",
    help="How many system calls more NEW may make for a request or an event.",
)  # fmt: skip
@click.option(
    "--benchmark", "benchmarks", multiple=True, type=click.Choice(list(MANIFEST)), metavar="NAME",
    help=f"Only this one; repeatable: {', '.join(MANIFEST)}.",
)  # fmt: skip
@file("--json", "The figures.")
def gate(**given: Any) -> int:
    """Exits with 0 (pass), 1 (regression) or 3 (inconclusive: noise hides the budget, or a stack
    fails its specs).
    """
    from starlette_conformance.cost import gate as engine

    return engine.gate(engine.Options(**given))
