"""The options by which `diff` starts an app of the user's own."""

from collections.abc import Callable
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

NAMES = tuple(words[-1].lstrip("-").replace("-", "_") for words, _ in DECLARED)


def starts(function: Function) -> Function:
    """Every one of them."""
    for words, settings in reversed(DECLARED):
        decorate: Callable[[Function], Function] = click.option(
            *words, cls=Option, topic=STARTS, **settings
        )
        function = decorate(function)
    return function
