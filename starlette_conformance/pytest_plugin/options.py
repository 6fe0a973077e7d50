"""The options of a session that runs specs."""

import pytest

from starlette_conformance.model.option_values import for_argparse, hash_seed, positive
from starlette_conformance.scenarios.side_by_side import AT_ONCE


def add_options(parser: pytest.Parser, own: bool, measures: bool = False) -> None:
    """`own` says that specs are of a user's app, and `measures` that benchmarks may be. Raises
    ValueError where another plugin has an option of the same name.
    """
    group = parser.getgroup("starlette-conformance")
    group.addoption(
        "--stack",
        action="append",
        default=[],
        metavar="NAME|RELEASE|REQUIREMENT[,REQUIREMENT...]",
        help="run the specs on this stack: a name that `starlette-conformance stacks` lists, `all` "
        "or an axis, a release of Starlette, or requirements; a path is written --stack=PATH; "
        "repeatable (default: documented and latest)",
    )
    group.addoption(
        "--python",
        action="append",
        default=[],
        metavar="PATH",
        help="run the specs on what this interpreter or virtual environment has installed; "
        "repeatable",
    )
    group.addoption(
        "--hash-seed",
        type=for_argparse(hash_seed),
        default=0,
        metavar="N",
        help="PYTHONHASHSEED of the apps on provisioned stacks (default: 0)",
    )
    group.addoption(
        "--runs",
        default="",
        metavar="DIR",
        help="where the run files are written "
        f"(default: {'a new temporary folder' if own else 'runs'})",
    )
    group.addoption(
        "--sandbox",
        action="store_true",
        help="the apps reach 127.0.0.1 alone, and there nothing but what the session started; "
        "packages come before",
    )
    if own or measures:
        _add_own(group)
    if measures:
        group.addoption(
            "--requests",
            default="",
            metavar="FILE",
            help="measure each of these requests to --app: a file as for `diff --app`",
        )
    if not own:
        group.addoption(
            "--at-once",
            type=for_argparse(positive),
            default=AT_ONCE,
            metavar="N",
            help="play so many scenarios of a stack at a time (default: %(default)s)",
        )
        group.addoption(
            "--also",
            action="append",
            default=[],
            metavar="SUITE",
            help="judge by this suite, too, what is a stack of no axis: a path, requirements, an "
            "unreleased version; repeatable",
        )
        group.addoption(
            "--url",
            action="append",
            default=[],
            metavar="APP=http://HOST:PORT",
            help="run the specs of `latest`, or of the one --stack, on a server that runs there, "
            "in whatever language; repeatable",
        )


def _add_own(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--app",
        default="",
        metavar="MODULE:APP",
        help="your ASGI app, named as for uvicorn: the fixture `app` is a client of it",
    )
    group.addoption(
        "--cwd",
        default=".",
        metavar="DIR",
        help="the folder that the module of --app lies in (default: where pytest starts)",
    )
    group.addoption(
        "--with",
        action="append",
        default=[],
        metavar="REQUIREMENT",
        help="what the app needs besides what a stack has; repeatable",
    )
    group.addoption(
        "--pass-env",
        action="append",
        default=[],
        metavar="NAME",
        help="pass this environment variable of yours to the app, or those of a pattern such as "
        "'DB_*'; repeatable",
    )
