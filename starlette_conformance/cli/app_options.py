"""The options by which commands start an app of the user's own."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import click

from starlette_conformance.cli.options import FILE, Function, Option, Value
from starlette_conformance.model.option_values import seconds

YOURS = "Your own app, instead of the reference apps"
STARTS = "Your own app: how it starts"

yours = partial(click.option, cls=Option, topic=YOURS)
_starting = partial(click.option, cls=Option, topic=STARTS)
_repeatable = partial(_starting, multiple=True)

DECLARED = {
    "start": _starting(
        "--start", metavar="COMMAND", help="Instead of --app: any server or program, with {port}."
    ),
    "factory": _starting(
        "--factory", is_flag=True, help="The name of --app is a function that makes it."
    ),
    "server_options": _repeatable(
        "--server-option", "server_options", metavar="OPTION",
        help="Pass this to uvicorn, such as '--root-path /site'; repeatable.",
    ),
    "ready": _starting(
        "--ready", metavar="PATH", help="Wait until a GET of this path is 2xx or 3xx."
    ),
    "start_seconds": _starting(
        "--start-seconds", type=Value(seconds), metavar="SECONDS",
        help="How long a start, and a --before, may take (default: 60).",
    ),
    "before": _repeatable(
        "--before", metavar="COMMAND",
        help="Run this in the app's folder before each start; repeatable.",
    ),
    "env": _repeatable("--env", metavar="NAME=VALUE", help="Set this variable; repeatable."),
    "env_file": _starting(
        "--env-file", type=FILE, metavar="FILE", help="Set those of a .env file."
    ),
    "old_env": _repeatable("--old-env", metavar="NAME=VALUE", help="On OLD only."),
    "new_env": _repeatable("--new-env", metavar="NAME=VALUE", help="On NEW only."),
    "old_cwd": _starting("--old-cwd", type=FILE, metavar="DIR", help="The app's folder on OLD."),
    "new_cwd": _starting("--new-cwd", type=FILE, metavar="DIR", help="The app's folder on NEW."),
    "in_place": _starting(
        "--in-place", is_flag=True,
        help="Run in the app's folder itself. Without it, each process gets a copy.",
    ),
    "copied": _repeatable(
        "--copy", "copied", metavar="PATH",
        help="Copy this, too, although .gitignore excludes it; repeatable.",
    ),
}  # fmt: skip
"""By the names of their values."""

OF_A_PAIR = {"old_env", "new_env", "old_cwd", "new_cwd"}
"""Those that only a comparison of two has."""


def starts(function: Function) -> Function:
    """Every one of them."""
    return _declared(function, DECLARED)


def starts_one(function: Function) -> Function:
    """Those of an app that starts on one stack."""
    return _declared(function, DECLARED.keys() - OF_A_PAIR)


def starts_by_its_server(function: Function) -> Function:
    """Those of an app that no command of the user's starts."""
    return _declared(function, DECLARED.keys() - {"start"})


def _declared(function: Function, names: Collection[str]) -> Function:
    for name in reversed(DECLARED):
        if name in names:
            function = DECLARED[name](function)
    return function


def of_app(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of a command's values, how an app starts, and what of lock files is installed for it."""
    from starlette_conformance.stacks.locks.pin import Chosen
    from starlette_conformance.userapp.start_options import StartOptions

    starting = {name: given[name] for name in DECLARED if given.get(name)}
    chosen = Chosen(given["groups"], given["extras"])
    return {"starting": StartOptions(**starting), "chosen": chosen}


def place_and_packages(function: Function) -> Function:
    """Where the app lies, what is installed for it, and what it is passed."""
    for decorate in (
        yours(
            "--pass-env", "passed", multiple=True, metavar="NAME",
            help="Pass this environment variable of yours to the app, or those of a pattern such "
            "as 'DB_*'; repeatable. A name that looks like a secret is passed by its full name "
            "only.",
        ),
        yours(
            "--extra", "extras", multiple=True, metavar="NAME",
            help="Of lock files, install this extra of the project, too; repeatable.",
        ),
        yours(
            "--group", "groups", multiple=True, metavar="NAME",
            help="Of lock files, install this dependency group, too; repeatable.",
        ),
        yours(
            "--with", "extra", multiple=True, metavar="REQUIREMENT",
            help="Install this beside the stack; repeatable.",
        ),
        yours(
            "--cwd", type=FILE, metavar="DIR",
            help="Where the module lies (default: this folder).",
        ),
    ):  # fmt: skip
        function = decorate(function)
    return function
