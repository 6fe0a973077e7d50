"""What `locust` takes beside its own options."""

import socket
import sys
from typing import Any

from locust import events

import _user_app
from _profiles import PROFILES
from _state import STREAMS, run
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.option_values import (
    for_argparse,
    milliseconds,
    padding,
    percent,
    seconds,
)

CONNECT_SECONDS = 20
"""How long the master waits for the workers that it has started; for others, as long as locust."""


@events.init_command_line_parser.add_listener
def add_options(parser: Any) -> None:
    parser.set_defaults(web_host="127.0.0.1", master_bind_host="127.0.0.1")
    if any(word.partition("=")[0] == "--processes" for word in sys.argv):
        # whose workers would join the master of another run on this machine
        port = _free_port()
        parser.set_defaults(master_bind_port=port, master_port=port)
        # one that was killed as it started never comes
        parser.set_defaults(expect_workers_max_wait=CONNECT_SECONDS)
    group = parser.add_argument_group(
        "Conformance options",
        "What the users of loadtests/ load. Web UI and master listen on 127.0.0.1 by default.",
    )
    group.add_argument(
        "--stack",
        action="append",
        metavar="<stack>",
        help="What the app runs on that is started where no --host is given: a release of "
        "Starlette, a name of specs/stacks.toml, requirements such as starlette==0.46.1, or the "
        "path of an interpreter or a checkout. Given twice, users send to both in turns, and one "
        "table has OLD and NEW. Defaults to latest.",
    )
    group.add_argument(
        "--interval",
        type=for_argparse(seconds),
        default=1.5,
        metavar="<seconds>",
        help="Seconds between two events of a stream. A server at --host must have the same. "
        "Defaults to 1.5.",
    )
    described = ", ".join(f"{each.words} ({name})" for name, each in PROFILES.items())
    profile = group.add_argument(
        "--sse-profile",
        choices=list(PROFILES),
        default="steady",
        help=f"How subscribers behave: {described}. Defaults to steady.",
    )
    profile.include_in_web_ui = True
    group.add_argument(
        "--padding",
        type=for_argparse(padding),
        default=0,
        metavar="<bytes>",
        help="Put a comment of so many bytes before each event, so that a client that stops "
        "reading soon fills what is between it and the server. Defaults to 0.",
    )
    group.add_argument(
        "--fail-p99",
        type=for_argparse(milliseconds),
        metavar="<milliseconds>",
        help="Exit with 1 if an event, or a response since its request was due, is later at p99.",
    )
    group.add_argument(
        "--fail-rate",
        type=for_argparse(percent),
        metavar="<percent>",
        help="Exit with 1 if less than this part of the requests that were due was sent.",
    )
    group.add_argument(
        "--results",
        default="",
        metavar="<filename>",
        help="Store the figures there, as JSON; - is standard output.",
    )
    _user_app.add_options(group)


def check(host: str) -> None:
    """Raises UsageError."""
    if len(run.stacks) > 2 or (host and len(run.stacks) > 1):
        raise UsageError("--stack: name one, or two that are loaded in turns, and then no --host")
    if host and run.options.padding:
        raise UsageError("--padding: events get it where the app is started here, without --host")
    if len(run.stacks) > 1 and run.has_streams:
        raise UsageError(
            f"--stack OLD --stack NEW: {STREAMS} cannot change between two servers; name other "
            f"User classes, or use `starlette-conformance gate OLD NEW --benchmark sse`"
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
