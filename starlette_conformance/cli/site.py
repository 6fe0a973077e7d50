"""`site`: run files as a static site."""

from pathlib import Path

import click

from starlette_conformance.cli.options import FILE, command, json_file, runs


@command()
@runs
@click.option(
    "--output", type=FILE, default=Path("public"), show_default=True, metavar="DIR",
    help="Where the site goes.",
)  # fmt: skip
@click.option(
    "--history", type=FILE, metavar="DIR",
    help="Add to the history in this folder, and copy it (default: history in the site).",
)  # fmt: skip
@click.option(
    "--url", default="", metavar="URL", help="The address of the site, for the links of its feed."
)
@json_file("What was made, and which runs were cut off")
def site(
    runs: tuple[Path, ...], output: Path, history: Path | None, url: str, json: Path | None
) -> int:
    """Has a page for each release, change and pair of releases, JSON, badges and a feed. It opens
    as a file, and fetches nothing. Exits with 1 if a run was cut off, with 3 if no spec judged a
    stack.
    """
    from starlette_conformance.published import site as published

    address = f"{url.rstrip('/')}/" if url else ""
    return published.site(published.Options(runs, output, history, address, json))
