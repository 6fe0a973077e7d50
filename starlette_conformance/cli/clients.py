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
    help="Send every stream, also where the client has read the same bytes before.",
)  # fmt: skip
@file("--html", "The page: the matrix, and every difference.")
@file("--json", "Every client on every stream.")
def clients(
    clients: tuple[str, ...],
    without_app: bool,
    fresh: bool,
    html: Path | None,
    json: Path | None,
) -> int:
    """Each client reads streams by the HTML standard, and what the app `sse` sends on every release
    of sse-starlette, replayed byte by byte. A terminal shows where clients differ from the
    standard, and the verdict last; -v, a pipe and the page have the whole matrix. `!` marks a
    difference that clients/manifest.toml does not have.

    Exits with 1 if a difference is new or gone, with 3 if a client could not be judged: packages
    are installed from npm and PyPI, and Node, curl and Chromium are those of this machine.
    """
    from starlette_conformance.clients import run as engine

    files = {name: path for name, path in (("html", html), ("json", json)) if path}
    return engine.run(engine.Options(clients, without_app, fresh, files))
