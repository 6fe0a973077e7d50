"""How a verb is added, and what several of them take."""

import argparse
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from starlette_conformance.stacks.targets import FORMS

Verbs = Any
"""The subparsers, whose class argparse does not tell."""

JOBS = (os.cpu_count() or 1) + 2
"""Stacks that are judged at a time: now and then some wait."""

STACKS = f"""\
a stack is named by one of these:
{FORMS}"""


def add_verb(
    verbs: Verbs, name: str, text: str, module: str, function: str, of_stacks: bool = False
) -> argparse.ArgumentParser:
    """A verb, its help, and its function, whose module may be slow to import (scipy, matplotlib).

    `of_stacks` has the help end with how a stack is named.
    """

    def run(options: argparse.Namespace) -> int:
        return int(getattr(import_module(module), function)(options))

    added: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=text,
        description=f"{text[:1].upper()}{text[1:]}",
        epilog=STACKS if of_stacks else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    added.set_defaults(function=run)
    return added


def add_stacks(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--stack",
        action="append",
        metavar="STACK",
        help=f"repeatable (default: {default})",
    )


def add_pair(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="the stack of today")
    parser.add_argument("new", metavar="NEW", help="the stack to come")


def add_file(parser: Any, option: str, text: str) -> None:
    parser.add_argument(option, type=Path, metavar="FILE", help=text)
