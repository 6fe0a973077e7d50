"""An exchange: one request on a connection of its own, and everything that came back.

It compares with a `Response`: `exchange == Response(...)` resolves the expectation for the stack
that responded, and compares every field of the response as it stood on the wire. Where requests
were sent together, it compares with the list of all responses: `exchange == [Response(...), ...]`.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

from starlette_conformance.http import parser
from starlette_conformance.http.connection import CLOSED, Connection, Segment
from starlette_conformance.http.message import Message
from starlette_conformance.model.comparison import Comparable, Comparison
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import WHOLE, Response, resolve
from starlette_conformance.model.mismatch import Difference, differences, list_differences


@dataclass(frozen=True, eq=False)
class Exchange(Comparable):
    """One request to one app on one stack, and what came back.

    `closes` says whether the server closed the connection by itself after a whole response, and
    `at` when it began, in seconds since the epoch. `port` is the server's, where it was noted.
    """

    app: str
    environment: Environment
    method: str
    sent: tuple[Segment, ...]
    received: tuple[Segment, ...]
    ended: str
    closes: bool
    client_port: int
    at: float
    port: int = 0

    @classmethod
    def of(
        cls, app: str, environment: Environment, method: str, connection: Connection, closes: bool
    ) -> "Exchange":
        return cls(
            app,
            environment,
            method,
            tuple(connection.sent),
            tuple(connection.received),
            connection.ended,
            closes,
            connection.client_port,
            connection.at,
            connection.port,
        )

    @property
    def request(self) -> bytes:
        return b"".join(segment.data for segment in self.sent)

    @cached_property
    def data(self) -> bytes:
        return b"".join(segment.data for segment in self.received)

    @cached_property
    def message(self) -> Message:
        """The (first) response, read from the bytes."""
        return parser.read(self.data, self.method, closed=self.ended == CLOSED)

    @property
    def response(self) -> Response:
        return observed(self.message, len(self.data), self.ended, self.closes, self.at)

    @property
    def responses(self) -> list[Response]:
        """Every response on the connection, to requests that are all of one method, or none to
        HEAD.

        `closes` is said of the last one.
        """
        found, start, rest = [], 0, True
        while rest:
            message = parser.read(self.data, self.method, self.ended == CLOSED, start)
            rest = message.whole and message.end < len(self.data)
            size = message.end if rest else len(self.data)
            found.append(observed(message, size, self.ended, self.closes and not rest, self.at))
            start = message.end
        return found

    def arrivals(self) -> list[float]:
        """Seconds from the request to the arrival of each chunk's last byte."""
        return [self._time_of(end) for end in self.message.chunk_ends]

    def head_arrival(self) -> float:
        """Seconds from the request to the arrival of the head's last byte."""
        return self._time_of(self.data.index(b"\r\n\r\n") + 4)

    def _time_of(self, offset: int) -> float:
        """When the byte before `offset` came, in seconds since the request went out."""
        return self.received[bisect_left(self._ends, offset)].at - self.sent[0].at

    @cached_property
    def _ends(self) -> list[int]:
        """Where each segment ends."""
        return list(accumulate(len(segment.data) for segment in self.received))

    def differences(self, expected: Any) -> list[Difference]:
        return self._differences(resolve(expected, self.environment).value)

    def _differences(self, wanted: Any) -> list[Difference]:
        if isinstance(wanted, list):
            return list_differences(self.responses, wanted)
        return differences(self.response, wanted)

    def compare(self, expected: Any) -> Comparison:
        wanted, asserted = resolve(expected, self.environment)
        return Comparison(wanted, not self._differences(wanted), asserted)


def observed(message: Message, size: int, ended: str, closes: bool, at: float) -> Response:
    """The `Response` that a message amounts to, at the end of `size` bytes on the wire."""
    return Response(
        status=message.status,
        headers=_by_name(message.headers),
        body=message.body if message.chunks is None else message.chunks,
        reason=message.reason,
        version=message.version,
        ending=_ending(message, size, ended),
        closes=closes,
        interim=tuple(part.head for part in message.interim),
        extensions=message.extensions if any(message.extensions) else (),
        trailers=_by_name(message.trailers),
        lines=tuple(name for name, _ in message.headers),
        at=at,
    )


def _by_name(lines: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The values by name in lower case; a tuple of them where a name is repeated."""
    values: dict[str, list[str]] = {}
    for name, value in lines:
        values.setdefault(name.lower(), []).append(value)
    return {name: sent[0] if len(sent) == 1 else tuple(sent) for name, sent in values.items()}


def _ending(message: Message, size: int, ended: str) -> str:
    if message.fault:
        return message.fault
    if message.whole:
        excess = size - message.end
        return f"{excess} bytes after the end" if excess else WHOLE
    if not size:
        return ended if ended.startswith("no response") else f"no response: {ended}"
    if not message.end:
        return f"the head does not end: {ended}"
    if message.chunks is not None:
        return f"no last chunk: {ended}"
    promised = message.values("content-length")
    if promised:
        return f"{len(message.body)} of {promised[0]} bytes: {ended}"
    return f"the body does not end: {ended}"
