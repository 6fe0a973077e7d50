"""A server that sends recorded bytes, piece by piece, to whatever client connects."""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from starlette_conformance.clients.streams import ENDS_WELL, IS_RESET, Replayed
from starlette_conformance.clients.unread import Unread

HOST = "127.0.0.1"
PAUSE, BLIND = 0.01, 0.03
"""Seconds between two pieces: each is a chunk of the response, and a segment of its own. The next
one is sent when the client has read the last; `BLIND` is for kernels that do not say so, where a
client that is busy for longer reads two at once."""
LOOK, LOOKS = 0.002, 1000
"""Seconds between two looks whether it has, and how many there are."""
TO_READ = 1.0
"""Seconds that a client gets to read what came before a reset, which discards the rest."""
LONGEST = 1024 * 1024
SECONDS = 10.0
"""How long the server may take to listen, and to end."""
CHUNKED = ("Cache-Control: no-store", "Transfer-Encoding: chunked")
PAGE = Replayed(b"", headers=("Content-Type: text/html", "Set-Cookie: visitor=1"))
NO_MORE = Replayed(b"", status="204 No Content", headers=())
"""What a client gets that comes back: no EventSource connects again after it."""
ORIGIN = "{origin}"
"""Stands in headers for the origin of `page`."""
Head = Mapping[str, str]
"""Headers of a request, by name in small letters."""


@dataclass
class Request:
    """When it came, and when its response was over."""

    headers: Head
    came: float
    ended: float = 0.0


class ReplayServer:
    """`/N` sends the responses of the N-th script, one a request; any other path is an empty page.
    Pages of `page` are of another origin, since they have another port.
    """

    def __init__(self, scripts: Sequence[Sequence[Replayed]]) -> None:
        self._scripts = scripts
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._unread = Unread()
        self.requests: list[list[Request]] = [[] for _ in scripts]
        self.urls: list[str] = []
        self.page = ""

    async def listen(self) -> list[asyncio.Server]:
        servers = [await asyncio.start_server(self._serve, HOST, 0, backlog=512) for _ in range(2)]
        one, other = (f"http://{HOST}:{each.sockets[0].getsockname()[1]}/" for each in servers)
        self.urls = [f"{one}{number}" for number in range(len(self._scripts))]
        self.page = other
        return servers

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Responses on one connection, which is kept alive as uvicorn keeps it."""
        self._connections[writer] = asyncio.current_task()
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            ends_well = True
            while ends_well:
                line, headers = _head(await reader.readuntil(b"\r\n\r\n"))
                length = headers.get("content-length", "0")
                await reader.readexactly(min(int(length), LONGEST) if length.isdigit() else 0)
                path = line.split(" ")[1].partition("?")[0].strip("/")
                ends_well = await self._respond(path, headers, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        del self._connections[writer]

    async def end(self) -> None:
        """End what clients left open, by closing it: a task that is cancelled says so on stderr."""
        tasks = [task for task in self._connections.values() if task]
        for writer in self._connections:
            writer.transport.abort()
        await asyncio.gather(*tasks)
        self._unread.close()

    async def _respond(self, path: str, headers: Head, writer: asyncio.StreamWriter) -> bool:
        """Whether the response ended well."""
        number = int(path) if path.isdecimal() else -1
        if not 0 <= number < len(self._scripts):
            return await self._send(PAGE, writer)
        request = Request(headers, time.monotonic())
        self.requests[number].append(request)
        before = len(self.requests[number]) - 1
        script = self._scripts[number]
        try:
            return await self._send(script[before] if before < len(script) else NO_MORE, writer)
        finally:
            request.ended = time.monotonic()

    async def _send(self, response: Replayed, writer: asyncio.StreamWriter) -> bool:
        has_body = not response.status.startswith("204")
        lines = (f"HTTP/1.1 {response.status}", *response.headers, *CHUNKED * has_body)
        head = "".join(f"{line}\r\n" for line in (*lines, ""))
        writer.write(head.replace(ORIGIN, self.page.rstrip("/")).encode("latin-1"))
        for piece in response.pieces():
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
            await self._read(writer)
        if response.ending == ENDS_WELL:
            writer.write(b"0\r\n\r\n" if has_body else b"")
            await writer.drain()
            return True
        await asyncio.sleep(TO_READ)
        if response.ending == IS_RESET and not writer.transport.is_closing():
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return False

    async def _read(self, writer: asyncio.StreamWriter) -> None:
        """Wait until the client has read what was sent."""
        if not self._unread.known:
            await asyncio.sleep(BLIND)
            return
        client, server = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
        for _ in range(LOOKS):
            if not self._unread.count(client, server):
                break
            await asyncio.sleep(LOOK)
        await asyncio.sleep(PAUSE)


def _head(head: bytes) -> tuple[str, Head]:
    """The request line, and the headers."""
    line, *rest = head.decode("latin-1").split("\r\n")
    fields = (each.partition(":") for each in rest if each)
    return line, {name.strip().lower(): value.strip() for name, _, value in fields}


@contextmanager
def replaying(scripts: Sequence[Sequence[Replayed]]) -> Iterator[ReplayServer]:
    """The server, in a thread of its own, until the context ends."""
    server, listening, stopped = ReplayServer(scripts), threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        listeners = await server.listen()
        listening.set()
        await stopped.wait()
        for listener in listeners:
            listener.close()
        await server.end()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    listening.wait(SECONDS)
    try:
        yield server
    finally:
        loops[0].call_soon_threadsafe(stopped.set)
        thread.join(SECONDS)
