"""`explore OLD NEW`, or `explore --neighbours RANGE`."""

import os
from typing import Any

import click

from starlette_conformance.cli.options import FILE, STACK, command, jobs, json_file


@command(of_stacks=True)
@click.argument("stacks", nargs=-1, metavar="[OLD NEW]", type=STACK, help="Two stacks.")
@click.option(
    "--neighbours",
    metavar="RANGE",
    help="Instead of OLD NEW: each stack of a range, or of an axis such as `releases`, with the "
    "next.",
)
@click.option(
    "--requests", type=int, default=2000, show_default=True, metavar="N", help="Random requests."
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Send other random requests.",
)
@click.option(
    "--run",
    type=FILE,
    metavar="FILE",
    help="A run file whose requests are sent as well (default: the specs are run for one).",
)
@click.option(
    "--quick", is_flag=True, help="Leave slow scenarios out: pauses, pings, signals beside streams."
)
@click.option(
    "--guided",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Also try N requests on a traced copy of NEW, or of the newest of a range, and send those "
    "that reach new lines of its packages.",
)
@click.option(
    "--lines",
    type=FILE,
    metavar="FILE",
    help="Write the lines of its packages that no request and no scenario reaches.",
)
@json_file("The verdict, and what no change explains")
@jobs(os.cpu_count() or 1, "Stacks at a time (default: one a core).")
def explore(**given: Any) -> int:
    """Sends the requests of the specs as well, and plays their scenarios.

    The same --seed gives the same random requests. Guided ones are made of these, and of those of
    specs and clients: a header more or less, another value, method, path, version or body, a second
    request behind it. Those that reach new lines are changed again. The same --seed tries the same
    ones, except where timing decides which lines run.
    """
    from starlette_conformance.explore import explore as engine

    return engine.explore(engine.Options(**given))
