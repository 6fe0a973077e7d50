"""The options by which `diff` makes requests to an app of the user's own, where there are none."""

import click

from starlette_conformance.cli.app_options import YOURS
from starlette_conformance.cli.options import Function, Option, Value, file
from starlette_conformance.model.option_values import seconds
from starlette_conformance.userapp.generate.limits import REQUESTS, SECONDS


def makes(function: Function) -> Function:
    """Every one of them."""
    for decorate in (
        click.option(
            "--seed", cls=Option, topic=YOURS, type=click.IntRange(min=0), default=0,
            show_default=True, metavar="N", help="Make other requests.",
        ),
        click.option(
            "--value", "values", cls=Option, topic=YOURS, multiple=True, metavar="NAME=VALUE",
            help="Parameters, and fields of a body or form, have this value; repeatable.",
        ),
        click.option(
            "--header", "headers", cls=Option, topic=YOURS, multiple=True, metavar="'NAME: VALUE'",
            help="Each request that is made has this header; repeatable.",
        ),
        click.option(
            "--making-seconds", cls=Option, topic=YOURS, type=Value(seconds), default=SECONDS,
            show_default=True, metavar="SECONDS",
            help="How long making requests may take, and sending them first.",
        ),
        click.option(
            "--most-requests", cls=Option, topic=YOURS, type=click.IntRange(1, 20_000),
            default=REQUESTS, show_default=True, metavar="N", help="Make so many at the most.",
        ),
        file("--write-requests", "Write the requests that are made to this .http file.", YOURS),
    ):  # fmt: skip
        function = decorate(function)
    return function
