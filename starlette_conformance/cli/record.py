"""`record --app MODULE:APP -o FILE`."""

import sys
from pathlib import Path
from typing import Any

import click

from starlette_conformance.cli.app_options import of_app, place_and_packages, starts_one, yours
from starlette_conformance.cli.options import FILE, STACK, Value, command, filled
from starlette_conformance.cli.project_options import ProjectOptions
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.option_values import port


@command(of_stacks=True)
@click.option(
    "--output", "-o", type=FILE, required=True, metavar="FILE", help="The HAR, which is replaced."
)
@click.option(
    "--stack", default=sys.executable, type=STACK, metavar="STACK",
    help="What the app runs on (default: the Python of this command).",
)  # fmt: skip
@click.option(
    "--port", type=Value(port), default=0, metavar="PORT",
    help="Of the proxy, on 127.0.0.1 (default: the kernel picks one).",
)  # fmt: skip
@yours("--app", metavar="MODULE:APP", help="As for uvicorn.")
@place_and_packages
@starts_one
@click.pass_context
def record(context: click.Context, /, **_: Any) -> int:
    """Starts the app behind a proxy, prints the URL to open, and writes each exchange to the file,
    until Ctrl-C. `diff OLD NEW --app ... --requests FILE` sends the requests. The file holds
    cookies, tokens and passwords. All options but --output may stand in
    `[tool.starlette-conformance]` of pyproject.toml.
    """
    project = ProjectOptions(context.params["cwd"] or Path())
    project.fill(context)
    from starlette_conformance.record import record_app

    given = context.params
    if not (given["app"] or given["start"]):
        raise UsageError("no app: name it by --app, or --start")
    return record_app.record(filled(record_app.Options, given, **of_app(given)))
