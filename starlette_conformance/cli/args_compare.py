"""The verbs that tell two stacks apart: `diff`, `explain`, `explore`."""

import argparse
import os
from importlib import import_module
from pathlib import Path
from typing import get_args

from starlette_conformance.cli.argument_types import positive, seconds
from starlette_conformance.cli.subcommand import Verbs, add_file, add_pair, add_verb
from starlette_conformance.model.changes import Kind
from starlette_conformance.stacks.project import apps

FORMATS = {
    "json": "the diff as data",
    "markdown": "for a job's summary page",
    "html": "as a page of its own",
    "junit": "a test case for each change",
}
"""What `diff` writes."""


def add(verbs: Verbs) -> None:
    _add_diff(verbs)
    explaining = add_verb(
        verbs,
        "explain",
        "tell all of one change, or of one spec",
        "starlette_conformance.cli.explain",
        "explain",
    )
    explaining.add_argument("name", metavar="NAME", help="a change, or a part of a spec's node id")
    exploring = add_verb(
        verbs,
        "explore",
        "find differences on the wire that no change explains",
        "starlette_conformance.explore.explore",
        "explore",
        of_stacks=True,
    )
    exploring.add_argument("stacks", nargs="*", metavar="OLD NEW", help="two stacks; or else")
    exploring.add_argument(
        "--neighbours",
        metavar="RANGE",
        help="each stack of a range, or of an axis such as releases, with the next",
    )
    exploring.add_argument(
        "--requests", type=int, default=2000, metavar="N", help="made by chance (default: 2000)"
    )
    exploring.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the requests made (default: 0)"
    )
    add_file(
        exploring,
        "--run",
        "the run file whose requests are sent besides (default: the specs are judged for one)",
    )
    exploring.add_argument(
        "--jobs",
        type=positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="stacks that are asked at a time (default: one a core)",
    )


def _add_diff(verbs: Verbs) -> None:
    diffing = add_verb(
        verbs,
        "diff",
        "what will clients see of an upgrade, and who explains it?",
        "starlette_conformance.cli.args_compare",
        "diff",
        of_stacks=True,
    )
    add_pair(diffing)
    diffing.add_argument(
        "--only",
        action="append",
        choices=tuple(apps()),
        default=[],
        metavar="APP",
        help=f"this app, and no other; repeatable: {', '.join(apps())}",
    )
    kinds = (*get_args(Kind), "any")
    diffing.add_argument(
        "--fail-on",
        action="append",
        choices=kinds,
        default=[],
        metavar="KIND",
        help="end with 1 where a change of this kind explains something; repeatable: "
        + ", ".join(kinds),
    )
    for form, text in FORMATS.items():
        add_file(diffing, f"--{form}", f"{text}; `-` is standard output")
    own = diffing.add_argument_group(
        "your own app", "Requests of yours to an app of yours, instead of the reference apps."
    )
    own.add_argument("--app", metavar="MODULE:APP", help="as for uvicorn")
    add_file(own, "--requests", "what it is asked: a .har, an .http or a .rest file")
    own.add_argument(
        "--cwd", type=Path, metavar="DIR", help="where the module lies (default: this folder)"
    )
    own.add_argument(
        "--with",
        action="append",
        dest="extra",
        metavar="REQUIREMENT",
        help="install this beside OLD and NEW; repeatable",
    )
    own.add_argument(
        "--origin", metavar="URL", help="which one of a HAR's origins the app is, if it has several"
    )
    own.add_argument(
        "--seconds",
        type=seconds,
        default=10.0,
        metavar="SECONDS",
        help="that an answer may take (default: 10)",
    )


def diff(options: argparse.Namespace) -> int:
    """`diff` of the reference apps, or of the user's own."""
    own = options.app, options.requests, options.cwd, options.extra, options.origin
    module = "starlette_conformance.cli.diff_app" if any(own) else "starlette_conformance.cli.diff"
    return int(import_module(module).diff(options))
