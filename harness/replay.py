"""The same requests sent to one stack after the other, and what each answered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness import wire
from harness.connection import Connection
from harness.environments import Environment
from harness.expect import Response
from harness.masks import enough, masked
from harness.project import script
from harness.request import Request
from harness.servers import Server

SECONDS = 10.0
"""How long one answer may take."""

SILENCE = 1.0
"""After so many seconds without a byte, the client says that it has no more to send."""

WAITS = "it waited for more"

ARGUMENTS: Mapping[str, Sequence[str]] = {"sse": ("--interval", "0.02")}
"""What an app is started with besides a port."""


def ask(
    request: Request, port: int, seconds: float = SECONDS, silence: float = SILENCE
) -> Response:
    """What a server answers, masked. Of a stream, its first events."""
    with Connection(port, seconds) as connection:
        connection.send(request.to(port))
        waits = connection.is_silent(silence)
        if waits:
            connection.half_close()
        while not enough(message := wire.read(connection.data, request.method)):
            if not connection.receive():
                break
        closes = message.whole and connection.look_after(
            message.announces_close or message.status >= 500
        )
        connection.leave()
        closed = connection.closed_by_server
        ended = WAITS if waits and closed and not connection.data else connection.ended
        return masked(connection.data, request.method, ended, closed, closes, port)


def answers(
    environment: Environment, requests: Sequence[Request], folder: Path
) -> Iterator[Response]:
    """What a stack answers to each request, in their order. Raises DidNotStart."""
    with served(environment, {request.app for request in requests}, folder) as ports:
        for request in requests:
            yield ask(request, ports[request.app])


@contextmanager
def served(environment: Environment, apps: Iterable[str], folder: Path) -> Iterator[dict[str, int]]:
    """The apps, started side by side in a folder, and their ports."""
    servers = {
        app: Server(script(app), environment, folder, ARGUMENTS.get(app, ())) for app in apps
    }
    try:
        yield {app: server.port() for app, server in servers.items()}
    finally:
        for server in servers.values():
            server.kill()
