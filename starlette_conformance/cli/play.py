"""`play NAME`: a scenario on one stack."""

import click

from starlette_conformance.cli.options import command


@command(of_stacks=True)
@click.option("--stack", default="latest", show_default=True, metavar="STACK", help="The stack.")
@click.argument(
    "name", required=False, metavar="[NAME]", help="A scenario; without, all are listed."
)
def play(stack: str, name: str | None) -> int:
    """Exits with 0 if the outcome is as expected on the stack, 1 if not."""
    from starlette_conformance.diff import play_scenario

    return play_scenario.play(name, stack)
