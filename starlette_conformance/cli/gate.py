"""`gate OLD NEW`, of the reference apps or of the user's own."""

from typing import Any

import click

from starlette_conformance.cli.app_options import (
    DECLARED,
    YOURS,
    of_app,
    place_and_packages,
    starts_by_its_server,
    yours,
)
from starlette_conformance.cli.options import Value, command, file, filled, pair
from starlette_conformance.cost.manifest import NAMES as BENCHMARKS
from starlette_conformance.explain.cause import DEFAULT_SECONDS
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.option_values import seconds

OF_AN_APP = (
    *("app", "requests", "cwd", "extra", "groups", "extras", "passed", "origin", "only"),
    *DECLARED,
)


@command(of_stacks=True)
@pair
@click.option(
    "--budget", type=float, default=0.5, show_default=True, metavar="PERCENT",
    help="How much more NEW may cost.",
)  # fmt: skip
@click.option(
    "--syscalls", type=click.FloatRange(min=0), default=0.0, show_default=True, metavar="N",
    help="How many system calls more NEW may make for a request or an event.",
)  # fmt: skip
@click.option(
    "--fresh", is_flag=True,
    help="Run the specs and count instructions, also where an earlier run did so with the same "
    "packages.",
)  # fmt: skip
@click.option(
    "--benchmark", "benchmarks", multiple=True, type=click.Choice(BENCHMARKS), metavar="NAME",
    help=f"Only this one; repeatable: {', '.join(BENCHMARKS)}.",
)  # fmt: skip
@click.option(
    "--old-start", default="", metavar="START",
    help="Start OLD so, and compare nothing but how long a response takes: 'uvicorn --workers 2', "
    "'uvicorn --fd 0' or 'gunicorn'.",
)  # fmt: skip
@click.option("--new-start", default="", metavar="START", help="Start NEW so, as --old-start does.")
@file("--json", "The figures.")
@yours("--app", metavar="MODULE:APP", help="As for uvicorn.")
@file("--requests", "What to send: a file as for `diff`. Each request of it is measured.", YOURS)
@place_and_packages
@yours(
    "--origin", metavar="URL",
    help="Which origin of a HAR the app is, if it has several.",
)  # fmt: skip
@yours(
    "--only", multiple=True, metavar="REQUEST",
    help="Measure only these requests, such as 'GET /me' or '* /api/*', and send all before them "
    "once. Repeatable.",
)  # fmt: skip
@yours(
    "--seconds", type=Value(seconds), default=10.0, show_default=True,
    metavar="SECONDS", help="How long a response may take.",
)  # fmt: skip
@yours(
    "--no-cause", "no_cause", is_flag=True,
    help="Do not find out which package and release makes a request dearer.",
)  # fmt: skip
@yours(
    "--cause-seconds", type=Value(seconds), default=DEFAULT_SECONDS,
    show_default=True, metavar="SECONDS", help="How long that may take.",
)  # fmt: skip
@starts_by_its_server
def gate(**given: Any) -> int:
    """Exits with 0 (pass), 1 (regression) or 3 (inconclusive: noise hides the budget, a stack fails
    its specs, or no request to your app can be measured).
    """
    if not any(map(given.get, OF_AN_APP)):
        from starlette_conformance.cost import gate as engine

        return engine.gate(filled(engine.Options, given))
    if not given["app"] or not given["requests"]:
        raise UsageError("name the app by --app and a file by --requests, or neither")
    if given["old_start"] or given["new_start"]:
        raise UsageError("--old-start and --new-start are for the reference apps")
    if given["fresh"]:
        raise UsageError("--fresh is for the reference apps: counts of yours are never kept")
    if given["benchmarks"]:
        raise UsageError("--benchmark is for the reference apps; --only names requests of --app")
    from starlette_conformance.cost import gate_app

    more = of_app(given) | {"causes": not given["no_cause"]}
    return gate_app.gate(filled(gate_app.Options, given, **more))
