"""`gate OLD NEW`, of the reference apps or of the user's own."""

from pathlib import Path
from typing import Any

import click

from starlette_conformance.cli.app_options import (
    NAMES,
    YOURS,
    place_and_packages,
    starts_by_its_server,
)
from starlette_conformance.cli.options import Option, Value, command, file, pair
from starlette_conformance.cost.manifest import NAMES as BENCHMARKS
from starlette_conformance.explain.cause import DEFAULT_SECONDS
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.option_values import seconds


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
    help="Run the specs, and count instructions, anew where an earlier run did so with the same "
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
@click.option("--app", cls=Option, topic=YOURS, metavar="MODULE:APP", help="As for uvicorn.")
@file("--requests", "What to send: a file as for `diff`. Each request of it is measured.", YOURS)
@place_and_packages
@click.option(
    "--origin", cls=Option, topic=YOURS, metavar="URL",
    help="Which origin of a HAR the app is, if it has several.",
)  # fmt: skip
@click.option(
    "--only", cls=Option, topic=YOURS, multiple=True, metavar="REQUEST",
    help="Measure only these requests, such as 'GET /me' or '* /api/*', and send all before them "
    "once. Repeatable.",
)  # fmt: skip
@click.option(
    "--seconds", cls=Option, topic=YOURS, type=Value(seconds), default=10.0, show_default=True,
    metavar="SECONDS", help="How long a response may take.",
)  # fmt: skip
@click.option(
    "--no-cause", "no_cause", is_flag=True, cls=Option, topic=YOURS,
    help="Do not find out which package and release makes a request dearer.",
)  # fmt: skip
@click.option(
    "--cause-seconds", cls=Option, topic=YOURS, type=Value(seconds), default=DEFAULT_SECONDS,
    show_default=True, metavar="SECONDS", help="How long that may take.",
)  # fmt: skip
@starts_by_its_server
def gate(
    app: str | None,
    requests: Path | None,
    cwd: Path | None,
    extra: tuple[str, ...],
    groups: tuple[str, ...],
    extras: tuple[str, ...],
    passed: tuple[str, ...],
    origin: str | None,
    seconds: float,
    only: tuple[str, ...],
    no_cause: bool,
    cause_seconds: float,
    benchmarks: tuple[str, ...],
    old_start: str,
    new_start: str,
    fresh: bool,
    **given: Any,
) -> int:
    """Exits with 0 (pass), 1 (regression) or 3 (inconclusive: noise hides the budget, a stack fails
    its specs, or no request to your app can be measured).
    """
    starting = {name: value for name in NAMES if (value := given.pop(name, None))}
    if not any((app, requests, cwd, extra, groups, extras, passed, origin, only, starting)):
        from starlette_conformance.cost import gate as engine

        named = {"old_start": old_start, "new_start": new_start, **given}
        return engine.gate(engine.Options(benchmarks=benchmarks, fresh=fresh, **named))
    if not app or not requests:
        raise UsageError("name the app by --app and a file by --requests, or neither")
    if old_start or new_start:
        raise UsageError("--old-start and --new-start are for the reference apps")
    if fresh:
        raise UsageError("--fresh is for the reference apps: counts of yours are never kept")
    if benchmarks:
        raise UsageError("--benchmark is for the reference apps; --only names requests of --app")
    from starlette_conformance.cost import gate_app
    from starlette_conformance.stacks.locks.pin import Chosen
    from starlette_conformance.userapp.start_options import StartOptions

    return gate_app.gate(
        gate_app.Options(
            app=app,
            requests=requests,
            cwd=cwd,
            extra=extra,
            chosen=Chosen(groups, extras),
            passed=passed,
            origin=origin,
            seconds=seconds,
            only=only,
            causes=not no_cause,
            cause_seconds=cause_seconds,
            starting=StartOptions(**starting),
            **given,
        )
    )
