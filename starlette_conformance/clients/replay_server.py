"""A server that sends recorded bytes, piece by piece, to whatever client connects."""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from starlette_conformance.clients.streams import ENDS_WELL, IS_RESET, Replayed

HOST = "127.0.0.1"
PAUSE = 0.03
"""Seconds between two pieces: each is a chunk of the response, and a segment of its own. A client
that is busy for longer reads two at once."""
TO_READ = 1.0
"""Seconds that a client gets to read what came before a reset, which discards the rest."""
LONGEST = 1024 * 1024
SECONDS = 10.0
"""How long the server may take to listen, and to end."""
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"
NO_MORE = b"HTTP/1.1 204 No Content\r\n\r\n"
"""What a client gets that comes back: no EventSource connects again after it."""


class ReplayServer:
    """`/N` is the N-th stream, once; any other path is an empty page."""

    def __init__(self, streams: Sequence[Replayed]) -> None:
        self._streams = streams
        self._served: set[int] = set()
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self.urls: list[str] = []
        self.page = ""

    async def listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, HOST, 0, backlog=512)
        port = server.sockets[0].getsockname()[1]
        self.page = f"http://{HOST}:{port}/"
        self.urls = [f"{self.page}{number}" for number in range(len(self._streams))]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Responses on one connection, which is kept alive as uvicorn keeps it."""
        self._connections[writer] = asyncio.current_task()
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            ends_well = True
            while ends_well:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(min(_length(head), LONGEST))
                path = head.split(b" ")[1].decode("latin-1").strip("/")
                ends_well = await self._respond(path, writer)
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

    async def _respond(self, path: str, writer: asyncio.StreamWriter) -> bool:
        """Whether the response ended well."""
        number = int(path) if path.isdecimal() else -1
        if 0 <= number < len(self._streams) and number not in self._served:
            self._served.add(number)
            return await _send(self._streams[number], writer)
        writer.write(NO_MORE if number in self._served else PAGE)
        await writer.drain()
        return True


async def _send(stream: Replayed, writer: asyncio.StreamWriter) -> bool:
    writer.write(HEAD)
    for piece in stream.pieces():
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await writer.drain()
        await asyncio.sleep(PAUSE)
    if stream.ending == ENDS_WELL:
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True
    await asyncio.sleep(TO_READ)
    if stream.ending == IS_RESET and not writer.transport.is_closing():
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    return False


def _length(head: bytes) -> int:
    headers: Mapping[bytes, bytes] = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    }
    given = headers.get(b"content-length", b"0")
    return int(given) if given.isdigit() else 0


@contextmanager
def replaying(streams: Sequence[Replayed]) -> Iterator[ReplayServer]:
    """The server, in a thread of its own, until the context ends."""
    server, listening, stopped = ReplayServer(streams), threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        listener = await server.listen()
        listening.set()
        await stopped.wait()
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
