"""A user's own app under load: the requests of a file, and what each must respond with.

The file is sent twice, in order, before any load: its first responses say which status is right,
and the second ones which requests can be repeated at all.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _servers import Loaded, listening
from _starting import interrupted_later
from starlette_conformance.cost.measurable import is_whole
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.output.printing import write_line
from starlette_conformance.stacks.locks.pin import Chosen
from starlette_conformance.userapp import user_app
from starlette_conformance.userapp.app_process import AppProcess
from starlette_conformance.userapp.provisioned import provisioned
from starlette_conformance.userapp.read_requests import read_steps
from starlette_conformance.userapp.reading import Limits
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.send_in_order import Sent, send_in_order
from starlette_conformance.userapp.start_options import StartOptions

CLASS = "UserAppUser"
SECONDS = 10.0
OF_THE_CLIENT = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding"}
"""Headers that locust's client sends by itself."""

Sendable = dict[str, Any]
"""A request as it travels to workers: method, target, headers, body in latin-1, and the status."""


def add_options(group: Any) -> None:
    for word, metavar, text in (
        ("--app", "<module:app>", "Your own app, named as for uvicorn, for UserAppUser."),
        ("--requests", "<filename>", "What UserAppUser sends: a file as for `diff --app`."),
        ("--cwd", "<folder>", "Where the module of --app lies. Defaults to this folder."),
    ):
        group.add_argument(word, default="", metavar=metavar, help=text)
    for word, metavar, text in (
        ("--with", "<requirement>", "Install this for --app beside its stack; repeatable."),
        ("--env", "<name=value>", "Set this variable for --app; repeatable."),
    ):
        group.add_argument(word, action="append", default=[], metavar=metavar, help=text)


def is_wanted(options: argparse.Namespace) -> bool:
    """Whether its User class is to run. Raises UsageError."""
    given = bool(options.app), bool(options.requests)
    if any(given) != all(given) or (CLASS in (options.user_classes or ()) and not any(given)):
        raise UsageError(f"{CLASS} needs --app MODULE:APP and --requests FILE")
    return all(given)


def started(
    options: argparse.Namespace, stacks: Sequence[str], names: Sequence[str]
) -> tuple[dict[str, Loaded], dict[str, list[Sendable]]]:
    """A server on each stack, and what to send to it, by these names. Raises Failure."""
    app = StartOptions(env=options.env).app(options.app, Path(options.cwd or "."), ())
    steps, left_out = read_steps(Path(options.requests), app.name, None)
    for sentence in left_out:
        write_line(sentence, stderr=True)
    servers: dict[str, AppProcess] = {}
    sendable = {}
    try:
        for name, stack in zip(names, stacks, strict=True):
            environment = provisioned(stack, app, vars(options)["with"], Chosen((), ()))
            with interrupted_later():
                servers[name] = app.start(environment, environment.hash_seed)
            sendable[name] = _sendable(steps, servers[name], user_app.port(servers[name]))
        return {name: listening(server) for name, server in servers.items()}, sendable
    except BaseException:
        for server in servers.values():
            server.kill()
        raise


def _sendable(steps: Sequence[Step], server: AppProcess, port: int) -> list[Sendable]:
    """Those whose responses are whole, with the same status twice. Raises CannotTell."""
    environment, sent = server.environment, Sent()
    statuses: list[dict[Step, int]] = []
    for _ in range(2):
        responses, sent = send_in_order(steps, port, environment.server, Limits(SECONDS))
        statuses.append(
            {
                step: each.response.status
                for step, each in responses.items()
                if is_whole(step, responses) and not step.during
            }
        )
    found = []
    for step in steps:
        first, second = (each.get(step) for each in statuses)
        if first is None or second is None:
            write_line(f"not sent: {step}: its response does not end by itself", stderr=True)
        elif first != second:
            how = f"it responds with {first}, and with {second} when it is repeated"
            write_line(f"not sent: {step}: {how}", stderr=True)
        else:
            request = sent[step]
            kept = [pair for pair in request.headers if pair[0] not in OF_THE_CLIENT]
            body = request.data.partition(b"\r\n\r\n")[2]
            found.append(
                {
                    "method": request.method,
                    "target": request.target,
                    "headers": dict(kept),
                    "body": body.decode("latin-1"),
                    "status": first,
                }
            )
    if not found:
        raise CannotTell(f"no request of --requests can be sent again and again to {environment}")
    return found
