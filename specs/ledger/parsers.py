"""What h11 and httptools make of a request: the parsers say so, fed as uvicorn feeds them."""

import h11
import httptools

HOST = b"127.0.0.1:PORT"
"""What stands for a Host that is missing: Starlette takes the server's own address."""


def read_by_h11(data: bytes) -> tuple[list[h11.Request], bool]:
    """The requests that h11 reads, and whether it refuses what comes then."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    found: list[h11.Request] = []
    try:
        while (event := connection.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Request):
                found.append(event)
            elif connection.their_state is not h11.SEND_BODY:
                if not _respond(connection):
                    break
                connection.start_next_cycle()
    except h11.RemoteProtocolError:
        return found, True
    return found, False


def heads_by_h11(data: bytes) -> tuple[list[tuple[bytes, ...]], bool]:
    """What an app sees of the requests that h11 reads, and whether it refuses what comes then.

    The length of a body is left aside, which no app here reads.
    """
    read, refused = read_by_h11(data)
    return [_head(request) for request in read], refused


def _head(request: h11.Request) -> tuple[bytes, ...]:
    lines = sorted(request.headers, key=lambda line: line[0])
    told = (
        b"%b: %b" % (name, value if name != b"content-length" else b"") for name, value in lines
    )
    return request.method, request.target, request.http_version, *told


def _respond(connection: h11.Connection) -> bool:
    """Answer the request that was read; tell whether there may be another one."""
    if connection.our_state is h11.SEND_RESPONSE:
        connection.send(h11.Response(status_code=404, headers=[("content-length", "0")]))
        connection.send(h11.EndOfMessage())
    return connection.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}


class ByHttptools:
    """What httptools reads: the heads of requests, `refused` what comes then.

    `heads` are written out as h11 reads them, too, and without a body, which no app here reads.
    `upgrades` says that httptools drops whatever came together with the last one. A port must be
    a number.
    """

    def __init__(self, data: bytes) -> None:
        self.heads: list[bytes] = []
        self.refused = self.upgrades = False
        self._parser = httptools.HttpRequestParser(self)
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.upgrades = True
        except httptools.HttpParserError:
            self.refused = True

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        first = dict(reversed(self._headers))
        said = (b"connection", b"close") in self._headers
        closes = not (said or self._parser.should_keep_alive())
        headers = {
            b"host": first.get(b"host", HOST),
            b"transfer-encoding": b"chunked" if b"transfer-encoding" in first else None,
            b"content-length": b"5" if b"content-length" in first else None,
        }
        others = [pair for pair in self._headers if pair[0] not in headers]
        pairs = [*headers.items(), *others, (b"connection", b"close" if closes else None)]
        lines = [b"%b: %b" % (name, value) for name, value in pairs if value is not None]
        self.heads.append(b"\r\n".join([self._line(), *lines, b"", b""]))

    def _line(self) -> bytes:
        """The request line with a target in origin form, without a fragment."""
        url = httptools.parse_url(self._url)
        target = url.path + (b"?" + url.query if url.query else b"")
        version = b"1.0" if self._parser.get_http_version() == "1.0" else b"1.1"
        return b"%b %b HTTP/%b" % (self._parser.get_method(), target, version)
