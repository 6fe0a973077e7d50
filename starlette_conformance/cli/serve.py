"""`serve APP`."""

import click

from starlette_conformance.cli.options import Value, command, stack
from starlette_conformance.model.app import USUAL_SITE
from starlette_conformance.model.option_values import port
from starlette_conformance.stacks.project import apps, variants

SITES = [name for name, (_, variant) in variants().items() if variant.site != USUAL_SITE]
NAMES = [*apps(), *SITES]


@command(of_stacks=True)
@click.argument("app", metavar="APP", type=click.Choice(NAMES), help=f"{', '.join(NAMES)}.")
@stack("latest")
@click.option(
    "--port", type=Value(port), default=8000, show_default=True, metavar="PORT",
    help="On 127.0.0.1; with 0 the kernel picks one.",
)  # fmt: skip
def serve(app: str, stack: str, port: int) -> int:
    """The app runs as the specs run it, until Ctrl-C."""
    from starlette_conformance.stacks import foreground

    return foreground.serve(app, stack, port)
