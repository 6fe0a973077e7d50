"""`diff OLD NEW`, of the reference apps or of the user's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from starlette_conformance.cli.app_options import (
    DECLARED,
    YOURS,
    of_app,
    place_and_packages,
    starts,
    yours,
)
from starlette_conformance.cli.making_options import makes
from starlette_conformance.cli.options import STACK, Value, command, file, filled
from starlette_conformance.cli.project_options import ProjectOptions
from starlette_conformance.explain.cause import DEFAULT_SECONDS
from starlette_conformance.explain.differences import SLOWER
from starlette_conformance.explain.exit_code import FAIL_ON
from starlette_conformance.http.event_stream import EVENTS
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.option_values import seconds
from starlette_conformance.stacks.project import apps

OF_AN_APP = (
    *("app", "requests", "write_requests", "values", "headers", "origin", "cwd"),
    *("extra", "groups", "extras", "passed", "sandbox", *DECLARED),
)


@command(of_stacks=True)
@click.argument("old", metavar="OLD", type=STACK, required=False, help="The stack of today.")
@click.argument("new", metavar="NEW", type=STACK, required=False, help="The stack to come.")
@click.option(
    "--only", multiple=True, metavar="APP",
    help="This app only; with --app, compare only these requests, such as 'GET /me' or '* /api/*', "
    "and send all. Repeatable.",
)  # fmt: skip
@click.option(
    "--quick", is_flag=True,
    help="Leave out repetitions, and scenarios that take more than a second or two.",
)  # fmt: skip
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(FAIL_ON),
    metavar="KIND",
    help="Exit with 1 if a difference has this severity, or its change is of this kind, although "
    f"it is explained; repeatable: {', '.join(FAIL_ON)}.",
)
@click.option(
    "--repeat", type=click.IntRange(min=0), metavar="N",
    help="Repeat exchanges on the same server, up to 64 at once, until each app got N requests "
    "(default: 500).",
)  # fmt: skip
@click.option(
    "--fresh", is_flag=True,
    help="Send all requests to both stacks, also those that an earlier run recorded of the same "
    "packages.",
)  # fmt: skip
@click.option(
    "--published", metavar="DIR|URL",
    help="Run nothing: compare what a site, made by `site`, has recorded of both.",
)  # fmt: skip
@file("--json", "The diff as data; `-` is standard output, here and below.")
@file("--markdown", "For a job's summary page.")
@file("--html", "As a page of its own.")
@file("--junit", "A test case for each change.")
@file("--annotations", "For GitHub Actions: a workflow command for each finding.")
@yours("--app", metavar="MODULE:APP", help="As for uvicorn.")
@file(
    "--requests",
    "What to send: a .http, .har, .curl, .yaml (VCR.py, Insomnia) or .json (Postman, Insomnia) "
    "file. Without it, requests are made of the app: of its OpenAPI document, its routes, its "
    "pages.",
    YOURS,
)
@makes
@place_and_packages
@yours(
    "--sandbox", is_flag=True,
    help="The app reaches 127.0.0.1 alone, and there nothing but itself. Packages come before.",
)  # fmt: skip
@yours(
    "--origin", metavar="URL",
    help="Which origin of a HAR the app is, if it has several.",
)  # fmt: skip
@yours(
    "--seconds", type=Value(seconds), default=10.0, show_default=True,
    metavar="SECONDS", help="How long a response may take, and a stream be waited for to end.",
)  # fmt: skip
@yours(
    "--events", type=click.IntRange(min=1), default=EVENTS,
    show_default=True, metavar="N",
    help="Compare the first N events of a stream that does not end by then.",
)  # fmt: skip
@yours(
    "--unlike-recorded", type=click.FloatRange(0, 100), default=10.0,
    show_default=True, metavar="PERCENT",
    help="Exit with 3 if more requests get another status from OLD than was recorded.",
)  # fmt: skip
@file("--accept", "Differences that were reviewed (default: accepted.toml in --cwd).", YOURS)
@yours(
    "--write-accepted", is_flag=True,
    help="Add an entry to that file for each difference that makes this exit with 1.",
)  # fmt: skip
@yours(
    "--slower", type=Value(seconds), default=SLOWER, show_default=True,
    metavar="SECONDS", help="Report a response that NEW sends this much later in each run.",
)  # fmt: skip
@click.option(
    "--clients", is_flag=True,
    help="Let clients of clients/manifest.toml read streams that differ, if installed, and name "
    "those that notice. Without it, only what they were given before counts.",
)  # fmt: skip
@click.option(
    "--no-cause", "no_cause", is_flag=True,
    help="Do not find out which package and release makes a difference.",
)  # fmt: skip
@click.option(
    "--cause-seconds", type=Value(seconds), default=DEFAULT_SECONDS,
    show_default=True, metavar="SECONDS", help="How long that may take.",
)  # fmt: skip
@starts
@click.pass_context
def diff(context: click.Context, /, **_: Any) -> int:
    """Exits with 0 if every difference is explained, or accepted, even if statuses change:
    `--fail-on any` makes that a failure. Exits with 1 if a stack does not respond the same each
    time. Every option may stand in
    `[tool.starlette-conformance]` of pyproject.toml, in --cwd or this folder: `old = "..."`.
    """
    project = ProjectOptions(context.params["cwd"] or Path())
    project.fill(context)
    for name in ("old", "new"):
        if not context.params[name]:
            raise UsageError(
                f"no {name.upper()}: name two stacks, or write old and new below "
                f"[tool.starlette-conformance] of {project.path}"
            )
    return _diff(project, context.params)


def _diff(project: ProjectOptions, given: Mapping[str, Any]) -> int:
    of_an_app = any(given[name] for name in OF_AN_APP)
    runs = given["quick"] or given["fresh"] or given["repeat"] is not None
    causes = not given["no_cause"]
    if given["published"] and (of_an_app or runs or given["clients"]):
        left_out = "--app, --quick, --fresh, --repeat and --clients"
        raise UsageError(f"--published runs nothing: leave out {left_out}")
    if of_an_app:
        from starlette_conformance.userapp import diff_app, ignore
        from starlette_conformance.userapp.generate.limits import Limits, headers_of, values_of

        _check_app(given, runs)
        making = Limits(
            given["most_requests"], given["making_seconds"], given["seed"],
            values_of(given["values"]), headers_of(given["headers"]),
        )  # fmt: skip
        rules = ignore.rules(project.ignore, project.ignore_places, project.path)
        more = of_app(given) | {"causes": causes, "making": making, "rules": rules}
        return diff_app.diff(filled(diff_app.Options, given, **more))
    if given["accept"] or given["write_accepted"]:
        raise UsageError("--accept and --write-accepted are for --app, or --start")
    if unknown := [name for name in given["only"] if name not in apps()]:
        raise UsageError(f"--only {unknown[0]}: not one of {', '.join(apps())}")
    if given["published"]:
        from starlette_conformance.published import diff_published

        return diff_published.diff(filled(diff_published.Options, given))
    from starlette_conformance.diff import reference_apps

    return reference_apps.diff(filled(reference_apps.Options, given, causes=causes))


def _check_app(given: Mapping[str, Any], runs: bool) -> None:
    """Raises UsageError."""
    if not (given["app"] or given["start"]):
        raise UsageError("no app: name it by --app, or --start, or leave out what is for it")
    if given["requests"] and given["write_requests"]:
        raise UsageError("--write-requests writes those that are made, without --requests")
    if str(given["write_requests"]) == "-":
        raise UsageError("--write-requests -: name a file, which ends with .http")
    if given["origin"] and not given["requests"]:
        raise UsageError("--origin is for a HAR, which --requests names")
    if runs:
        named = "--quick, --fresh and --repeat"
        raise UsageError(f"{named} are for the reference apps, not for --app")
