"""The options by which `diff` makes requests to an app of the user's own, where there are none."""

import click

from starlette_conformance.cli.app_options import YOURS, yours
from starlette_conformance.cli.options import Function, Value, file
from starlette_conformance.model.option_values import seconds
from starlette_conformance.userapp.generate.limits import REQUESTS, SECONDS


def makes(function: Function) -> Function:
    """Every one of them."""
    for decorate in (
        yours(
            "--seed", type=click.IntRange(min=0), default=0,
            show_default=True, metavar="N", help="Make other requests.",
        ),
        yours(
            "--value", "values", multiple=True, metavar="NAME=VALUE",
            help="Parameters, and fields of a body or form, have this value; repeatable.",
        ),
        yours(
            "--header", "headers", multiple=True, metavar="'NAME: VALUE'",
            help="Each request that is made has this header; repeatable.",
        ),
        yours(
            "--making-seconds", type=Value(seconds), default=SECONDS,
            show_default=True, metavar="SECONDS",
            help="How long making requests may take, and sending them first.",
        ),
        yours(
            "--most-requests", type=click.IntRange(1, 20_000),
            default=REQUESTS, show_default=True, metavar="N", help="Make at most N requests.",
        ),
        file("--write-requests", "Write the requests that are made to this .http file.", YOURS),
    ):  # fmt: skip
        function = decorate(function)
    return function
