"""A proxy on 127.0.0.1 that passes bytes on as they come, and records the exchanges."""

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from starlette_conformance.model.errors import DidNotStart, Failure, of_os
from starlette_conformance.record.exchange import Exchange
from starlette_conformance.record.har_file import HarFile
from starlette_conformance.record.wire import Wire

HOST = "127.0.0.1"
AT_ONCE = 65536
LOOK = 0.5
"""Seconds between two looks at whether the app still runs."""
Seen = Callable[[bytes], None]


def listening(port: int) -> socket.socket:
    """Raises DidNotStart where it cannot be listened on."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise DidNotStart(
            f"{HOST}:{port} cannot be used ({error}): --port 0 lets the kernel pick one"
        ) from None


@dataclass
class Proxy:
    """In front of the app on port `to`. `ended` says whether that has ended, `note` gets a line for
    each exchange, and `lost` a sentence for each that the file does not get.
    """

    to: int
    har: HarFile
    ended: Callable[[], bool]
    note: Callable[[str], None]
    lost: Callable[[str], None]

    async def serve(self, listener: socket.socket) -> None:
        """Until Ctrl-C, or the app's end. Raises Failure where the file cannot be written."""
        self._over = asyncio.Event()
        self._failure: Failure | None = None
        self._open: set[asyncio.Task[None]] = set()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._over.set)
        server = await asyncio.start_server(self._connected, sock=listener)
        try:
            while not self._over.is_set() and not self.ended():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._over.wait(), LOOK)
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)
        if self._failure:
            raise self._failure

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._passed(reader, writer)
        except asyncio.CancelledError:
            pass  # the recording ends, and asyncio would log it
        finally:
            self._open.discard(task)
            writer.close()

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, app = await asyncio.open_connection(HOST, self.to)
        except OSError:  # it is ending, which `serve` sees
            return
        port = writer.get_extra_info("sockname")[1]
        wire = Wire(f"{HOST}:{port}", self._record, self.lost)
        requests = asyncio.create_task(_pass(reader, app, wire.sent))
        try:
            await _pass(answers, writer, wire.received)
        finally:
            requests.cancel()
            wire.end()
            app.close()

    def _record(self, exchange: Exchange) -> None:
        try:
            problem = self.har.add(exchange)
        except OSError as error:
            self._failure = of_os(error, f"{self.har.path}: cannot be written")
            self._over.set()
            return
        self.note(f"{exchange.status or 'no response'} {exchange}")
        if problem:
            self.lost(problem)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, see: Seen) -> None:
    """Pass bytes on, and their end; a reset is passed on as one."""
    try:
        while data := await reader.read(AT_ONCE):
            see(data)
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()
