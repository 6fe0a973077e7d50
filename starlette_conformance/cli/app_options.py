"""The options by which commands start an app of the user's own."""

from collections.abc import Callable, Collection
from typing import Any

import click

from starlette_conformance.cli.options import FILE, Function, Option, Value
from starlette_conformance.model.option_values import seconds

YOURS = "Your own app, instead of the reference apps"
STARTS = "Your own app: how it starts"

DECLARED: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (
        ("--start",),
        {"metavar": "COMMAND", "help": "Instead of --app: any server or program, with {port}."},
    ),
    (("--factory",), {"is_flag": True, "help": "The name of --app is a function that makes it."}),
    (
        ("--server-option", "server_options"),
        {
            "multiple": True,
            "metavar": "OPTION",
            "help": "Pass this to uvicorn, such as '--root-path /site'; repeatable.",
        },
    ),
    (
        ("--ready",),
        {"metavar": "PATH", "help": "Wait until a GET of this path is 2xx or 3xx."},
    ),
    (
        ("--start-seconds",),
        {
            "type": Value(seconds),
            "metavar": "SECONDS",
            "help": "How long a start, and a --before, may take (default: 60).",
        },
    ),
    (
        ("--before",),
        {
            "multiple": True,
            "metavar": "COMMAND",
            "help": "Run this in the app's folder before each start; repeatable.",
        },
    ),
    (
        ("--env",),
        {"multiple": True, "metavar": "NAME=VALUE", "help": "Set this variable; repeatable."},
    ),
    (("--env-file",), {"type": FILE, "metavar": "FILE", "help": "Set those of a .env file."}),
    (("--old-env",), {"multiple": True, "metavar": "NAME=VALUE", "help": "On OLD only."}),
    (("--new-env",), {"multiple": True, "metavar": "NAME=VALUE", "help": "On NEW only."}),
    (("--old-cwd",), {"type": FILE, "metavar": "DIR", "help": "The app's folder on OLD."}),
    (("--new-cwd",), {"type": FILE, "metavar": "DIR", "help": "The app's folder on NEW."}),
    (
        ("--in-place",),
        {
            "is_flag": True,
            "help": "Run in the app's folder itself. Without it, each process gets a copy.",
        },
    ),
    (
        ("--copy", "copied"),
        {
            "multiple": True,
            "metavar": "PATH",
            "help": "Copy this, too, although .gitignore excludes it; repeatable.",
        },
    ),
)

OF_A_PAIR = {"old_env", "new_env", "old_cwd", "new_cwd"}
"""Those that only a comparison of two has."""
NAMES = tuple(words[-1].lstrip("-").replace("-", "_") for words, _ in DECLARED)
ONE = tuple(name for name in NAMES if name not in OF_A_PAIR)


def starts(function: Function) -> Function:
    """Every one of them."""
    return _declared(function, NAMES)


def starts_one(function: Function) -> Function:
    """Those of an app that starts on one stack."""
    return _declared(function, ONE)


def starts_by_its_server(function: Function) -> Function:
    """Those of an app that no command of the user's starts."""
    return _declared(function, [name for name in NAMES if name != "start"])


def _declared(function: Function, names: Collection[str]) -> Function:
    for name, (words, settings) in reversed([*zip(NAMES, DECLARED, strict=True)]):
        if name not in names:
            continue
        decorate: Callable[[Function], Function] = click.option(
            *words, cls=Option, topic=STARTS, **settings
        )
        function = decorate(function)
    return function


def place_and_packages(function: Function) -> Function:
    """Where the app lies, what is installed for it, and what it is passed."""
    for decorate in (
        click.option(
            "--pass-env", "passed", cls=Option, topic=YOURS, multiple=True, metavar="NAME",
            help="Pass this environment variable of yours to the app, or those of a pattern such "
            "as 'DB_*'; repeatable. A name that looks like a secret is passed by its full name "
            "only.",
        ),
        click.option(
            "--extra", "extras", cls=Option, topic=YOURS, multiple=True, metavar="NAME",
            help="Of lock files, install this extra of the project, too; repeatable.",
        ),
        click.option(
            "--group", "groups", cls=Option, topic=YOURS, multiple=True, metavar="NAME",
            help="Of lock files, install this dependency group, too; repeatable.",
        ),
        click.option(
            "--with", "extra", cls=Option, topic=YOURS, multiple=True, metavar="REQUIREMENT",
            help="Install this beside the stack; repeatable.",
        ),
        click.option(
            "--cwd", cls=Option, topic=YOURS, type=FILE, metavar="DIR",
            help="Where the module lies (default: this folder).",
        ),
    ):  # fmt: skip
        function = decorate(function)
    return function
