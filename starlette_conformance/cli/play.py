"""`play NAME`: a scenario on one stack."""

import click

from starlette_conformance.cli.options import command, stack


@command(of_stacks=True)
@stack("latest")
@click.argument(
    "name", required=False, metavar="[NAME]", help="The scenario; without one, all are listed."
)
def play(stack: str, name: str | None) -> int:
    """Exits with 0 if the outcome is as expected on the stack, with 1 if not."""
    from starlette_conformance.diff import play_scenario

    return play_scenario.play(name, stack)
