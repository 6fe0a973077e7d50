"""`play NAME`: a scenario on one stack."""

from pathlib import Path

import click

from starlette_conformance.cli.options import command, json_file, stack


@command(of_stacks=True)
@stack("latest")
@click.argument(
    "name", required=False, metavar="[NAME]", help="The scenario; without one, all are listed."
)
@json_file("What is seen, and what is not as expected")
def play(stack: str, name: str | None, json: Path | None) -> int:
    """Exits with 0 if the outcome is as expected on the stack, with 1 if not."""
    from starlette_conformance.diff import play_scenario

    return play_scenario.play(name, stack, json)
