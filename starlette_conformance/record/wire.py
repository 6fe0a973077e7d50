"""What passes on a connection of a proxy, taken apart into exchanges by h11, beside the bytes.

What h11 cannot read passes all the same, and is not recorded.
"""

from collections import deque
from collections.abc import Callable

import h11

from starlette_conformance.http.parser import HEAD_LIMIT
from starlette_conformance.record.exchange import Exchange, pairs, values

SWITCHES = 101


class Wire:
    """One connection. `record` gets an exchange when it has ended, `lost` why none follows.

    `origin` stands in the URL of a request that has no Host.
    """

    def __init__(
        self, origin: str, record: Callable[[Exchange], None], lost: Callable[[str], None]
    ) -> None:
        self._origin, self._record, self._lost = origin, record, lost
        self._requests = _reading(h11.SERVER)
        self._last: Exchange | None = None
        self._under_way: deque[tuple[Exchange, h11.Connection]] = deque()
        self._is_http = True

    def sent(self, data: bytes) -> None:
        """The client sent this."""
        if self._is_http:
            self._try(lambda: self._read_requests(data))

    def received(self, data: bytes) -> None:
        """The server sent this."""
        if self._is_http:
            self._try(lambda: self._read_responses(data))

    def end(self) -> None:
        """The connection is over: what is under way has ended, too."""
        if self._under_way and self._is_http:
            exchange, reading = self._under_way[0]
            try:
                reading.receive_data(b"")  # the end, of a body that has no other
                self._read_response(exchange, reading)
            except h11.ProtocolError:
                pass  # it was cut off
        while self._under_way:
            self._record(self._under_way.popleft()[0])

    def _try(self, read: Callable[[], None]) -> None:
        try:
            read()
        except h11.ProtocolError as error:
            self._is_http = False
            self._lost(f"the rest of a connection, which is not HTTP/1.1: {error}")

    def _read_requests(self, data: bytes) -> None:
        self._requests.receive_data(data)
        while isinstance(event := self._requests.next_event(), h11.Event):
            if isinstance(event, h11.Request):
                self._last = self._begun(event)
            elif isinstance(event, h11.Data) and self._last:
                self._last.request.add(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and self._last:
                self._last.was_read = True
                rest, _ = self._requests.trailing_data
                self._requests = _reading(h11.SERVER)
                if not rest:
                    return
                self._requests.receive_data(rest)
            elif isinstance(event, h11.ConnectionClosed):
                return

    def _begun(self, event: h11.Request) -> Exchange:
        headers = pairs(event.headers.raw_items())
        method, target = event.method.decode(), event.target.decode("latin-1")
        host = next(iter(values(headers, "host")), self._origin)
        url = f"http://{host}{target}" if target.startswith("/") else target
        version = f"HTTP/{event.http_version.decode()}"
        exchange = Exchange(method, url, version, headers)
        upgrades = bool(values(headers, "upgrade"))
        reading = _reading(h11.CLIENT)  # it has to know the method, and whether 101 may come
        asked = [("Host", "x"), *([("Upgrade", "x")] if upgrades else [])]
        reading.send(h11.Request(method=method, target="/", headers=asked))
        self._under_way.append((exchange, reading))
        return exchange

    def _read_responses(self, data: bytes) -> None:
        while data and self._under_way and self._is_http:
            exchange, reading = self._under_way[0]
            reading.receive_data(data)
            data = self._read_response(exchange, reading)

    def _read_response(self, exchange: Exchange, reading: h11.Connection) -> bytes:
        """Read what there is of it; what follows it."""
        while isinstance(event := reading.next_event(), h11.Event):
            if isinstance(event, h11.Response):
                _respond(exchange, event)
            elif isinstance(event, h11.Data):
                exchange.response.add(bytes(event.data))
            elif isinstance(event, h11.InformationalResponse) and event.status_code == SWITCHES:
                _respond(exchange, event)
                self._is_http = False
                return b""
            elif isinstance(event, h11.EndOfMessage):
                self._under_way.popleft()
                self._record(exchange)
                return reading.trailing_data[0]
            elif isinstance(event, h11.ConnectionClosed):
                break
        return b""


def _respond(exchange: Exchange, event: h11.Response | h11.InformationalResponse) -> None:
    headers = pairs(event.headers.raw_items())
    exchange.responds(event.status_code, headers, event.reason.decode("latin-1"))


def _reading(role: type[h11.CLIENT] | type[h11.SERVER]) -> h11.Connection:
    """Whose own limit of a head is 16 KiB."""
    return h11.Connection(role, max_incomplete_event_size=HEAD_LIMIT)
