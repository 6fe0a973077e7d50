"""An ASGI middleware that records what a team's own tests send, and what comes back."""

import atexit
import logging
import os
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette_conformance.record.exchange import Exchange, pairs, values
from starlette_conformance.record.har_file import HarFile

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOG = logging.getLogger("starlette_conformance.record")
_files: dict[Path, HarFile] = {}
_lock = threading.Lock()


class Recorder:
    """Writes a HAR of all that passes: one file a process, whatever apps a test suite makes.

    A worker of pytest-xdist writes one of its own, such as `tests-gw0.har`. A request whose body
    cannot be recorded is left out; the file's comment, and a warning in the log, say so.
    """

    def __init__(self, app: App, path: str | os.PathLike[str] = "tests.har") -> None:
        self.app = app
        self._file = _file(Path(path))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            return await self.app(scope, receive, send)
        exchange = _exchange(scope)
        over = False

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                exchange.request.add(message.get("body", b""))
                exchange.was_read = not message.get("more_body", False)
            return message

        async def sending(message: Message) -> None:
            nonlocal over
            match message["type"]:
                case "http.response.start":
                    exchange.responds(message["status"], pairs(message.get("headers", ())))
                case "http.response.body":
                    exchange.response.add(message.get("body", b""))
                    over = not message.get("more_body", False)
                case "websocket.accept":
                    exchange.responds(101, pairs(message.get("headers", ())))
            await send(message)

        try:
            await self.app(scope, receiving, sending)
            # What the app did not read, a client has sent all the same.
            while over and exchange.announces_body and not exchange.was_read:
                if (await receiving())["type"] == "http.disconnect":
                    break
        except Exception:
            exchange.status = exchange.status or 500  # which is what a server makes of it
            raise
        finally:
            if problem := self._file.add(exchange):
                LOG.warning("not recorded: %s", problem)
        return None


def _file(path: Path) -> HarFile:
    """The one of this process, by its path. Raises ValueError, OSError."""
    if path.suffix != ".har":
        raise ValueError(f"Recorder: {path}: name a file that ends with .har")
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        path = path.with_stem(f"{path.stem}-{worker}")
    path = path.absolute()
    with _lock:
        if path not in _files:
            _files[path] = HarFile(path)
            atexit.register(_files[path].close)
        return _files[path]


def _exchange(scope: Scope) -> Exchange:
    headers = pairs(scope["headers"])
    host = next(iter(values(headers, "host")), "")
    server = scope.get("server") or ("localhost", None)
    host = host or server[0] + (f":{server[1]}" if server[1] else "")
    raw = (scope.get("raw_path") or b"").partition(b"?")[0].decode("latin-1")
    query = scope.get("query_string", b"").decode("latin-1")
    target = (raw or quote(scope["path"])) + (f"?{query}" if query else "")
    scheme = scope.get("scheme") or ("ws" if scope["type"] == "websocket" else "http")
    version = f"HTTP/{scope.get('http_version', '1.1')}"
    return Exchange(scope.get("method", "GET"), f"{scheme}://{host}{target}", version, headers)
