"""What `locust` takes beside its own options."""

from typing import Any

from locust import events

import _profiles
from harness.load.clocks import seconds


@events.init_command_line_parser.add_listener
def add_options(parser: Any) -> None:
    parser.set_defaults(web_host="127.0.0.1", master_bind_host="127.0.0.1")
    parser.add_argument(
        "--stack",
        default="latest",
        include_in_web_ui=False,
        help="what the embedded app runs on: a name of specs/stacks.toml, or requirements (latest)",
    )
    parser.add_argument(
        "--interval",
        type=seconds,
        default=1.5,
        include_in_web_ui=False,
        help="seconds between two events of a stream, here and at a --host (1.5)",
    )
    parser.add_argument(
        "--sse-profile",
        choices=_profiles.PROFILES,
        default="steady",
        help="how subscribers behave: all read (steady), 1 in 100 does not (slow), they leave and "
        "come back (churn), all come back at once (storm), the server is told to stop (shutdown)",
    )
    parser.add_argument(
        "--results", default="", include_in_web_ui=False, help="a file for the figures, as JSON"
    )
