"""One request and its answer, again and again on one connection."""

import re
import time
from dataclasses import dataclass

from benchmarks.measured import SECONDS, Wrong, connected, short, told, why
from harness.client import Client
from harness.expect import WHOLE
from harness.servers import Server

DATE = re.compile(rb"(?i)(?<=\r\ndate: )[^\r\n]{29}(?=\r\n)")


@dataclass
class Asking:
    """A request on a connection that is kept alive, and the one answer that it must get.

    A first exchange on a connection of its own has to have the status and the body. From then on
    each answer must be the same to the byte, but for its date.
    """

    server: Server
    request: bytes
    status: int
    body: bytes
    calls: int = 0
    wall: float | None = 0.0
    _begin: bytes = b""
    _end: bytes = b""
    _length: int = 0

    def __post_init__(self) -> None:
        server, line = self.server, self.request.split(b"\r\n", 1)[0].decode()
        client = Client(server.app, server.environment, server.port(), server.log, lambda _: None)
        first = client.raw(self.request, seconds=SECONDS)
        answer, data = first.response, first.data
        if answer.ending != WHOLE or first.closes:
            ending = "closes the connection" if first.closes else answer.ending
            raise Wrong(told(server, f"{line} was answered {short(data)} ({ending})"))
        got = (first.message.status, first.message.body)
        if got != (self.status, self.body):
            raise Wrong(
                told(
                    server,
                    f"{line} was answered {got[0]} {short(got[1])}, "
                    f"and not {self.status} {short(self.body)}",
                )
            )
        date = DATE.search(data)
        self._begin, self._end = data, b""
        if date:
            self._begin, self._end = data[: date.start()], data[date.end() :]
        self._length = len(data)
        self._socket = connected(server)

    def __call__(self) -> None:
        began = time.perf_counter()
        answer = b""
        try:
            self._socket.sendall(self.request)
            while len(answer) < self._length and (data := self._socket.recv(65536)):
                answer += data
        except OSError as error:
            raise Wrong(told(self.server, f"no answer, {why(error)}")) from None
        assert self.wall is not None
        self.wall += time.perf_counter() - began
        self.calls += 1
        if not (
            len(answer) == self._length
            and answer.startswith(self._begin)
            and answer.endswith(self._end)
        ):
            what = f"after {self.calls - 1} equal answers came {short(answer)}"
            raise Wrong(told(self.server, what))

    def settle(self) -> None:
        """Nothing waits: the server does nothing that it was not asked for."""

    def close(self) -> None:
        self._socket.close()
