"""`clients`."""

from pathlib import Path

import click

from starlette_conformance.cli.options import command, file


@command()
@click.option(
    "--client", "clients", multiple=True, metavar="NAME[==VERSION]",
    help="Repeatable (default: all of clients/manifest.toml).",
)  # fmt: skip
@click.option(
    "--without-app", is_flag=True,
    help="Only streams by the standard, none of the app on every sse-starlette.",
)  # fmt: skip
@click.option(
    "--fresh", is_flag=True,
    help="Send all anew, even what a client was given the same bytes of before.",
)  # fmt: skip
@file("--json", "Every client on every stream.")
def clients(clients: tuple[str, ...], without_app: bool, fresh: bool, json: Path | None) -> int:
    """Each client reads streams by the HTML standard, and what the app `sse` sends on every release
    of sse-starlette, replayed byte by byte. A cell says on how many of them it is given the right
    events; `!` marks a difference that clients/manifest.toml does not have. -v prints every
    difference.

    Exits with 1 if a difference is new or gone, with 3 if a client could not be judged: packages
    are installed from npm and PyPI, and Node, curl and Chromium are those of this machine.
    """
    from starlette_conformance.clients import run as engine

    return engine.run(clients, without_app, fresh, json)
