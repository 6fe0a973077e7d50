"""A request as bytes that can be sent to any stack, and what stands in it.

The port of the server is written PORT, in the request as in whatever is compared with it.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

PORT = b"PORT"


@dataclass(frozen=True)
class Request:
    """A request to one app. `data` has PORT in the place of the server's port.

    `files` names the contents of the app's working directory in `specs/ledger/site.py`.
    """

    app: str
    data: bytes
    files: str = "SITE"

    def with_files(self, files: str) -> "Request":
        return Request(self.app, self.data, files)

    def to(self, port: int) -> bytes:
        """The bytes that go to a server which listens on this port."""
        return self.data.replace(b":" + PORT, b":%d" % port)

    @cached_property
    def _head(self) -> list[str]:
        return self.data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")

    @property
    def is_head(self) -> bool:
        """Whether it is the head of one request, and no byte more."""
        return not self.data.partition(b"\r\n\r\n")[2]

    @property
    def is_complete(self) -> bool:
        """Whether it surely is one whole request: a head that announces no body."""
        framed = {"content-length", "transfer-encoding", "expect"}
        return b"\r\n\r\n" in self.data and framed.isdisjoint(name for name, _ in self.headers)

    @property
    def method(self) -> str:
        return self._head[0].partition(" ")[0]

    @property
    def version(self) -> str:
        """What stands behind the target, such as HTTP/1.1."""
        return self._head[0].partition(" ")[2].rpartition(" ")[2]

    @cached_property
    def target(self) -> str:
        return self._head[0].partition(" ")[2].rpartition(" ")[0]

    @property
    def raw_path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @cached_property
    def path(self) -> str:
        """Unescaped, as an app sees it."""
        return unquote_to_bytes(self.raw_path).decode("utf-8", "replace")

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """The header lines in the order sent, their names in lower case."""
        pairs = (line.partition(":") for line in self._head[1:])
        return [(name.lower(), value.strip(" \t")) for name, _, value in pairs]

    def header(self, name: str) -> str | None:
        """The first value of a header, which is the one that Starlette reads."""
        return next((value for key, value in self.headers if key == name), None)


def without_port(data: bytes, port: int) -> bytes:
    """The bytes with PORT in the place of a port, wherever it stands behind a colon."""
    return re.sub(rb":%d(?!\d)" % port, b":" + PORT, data)
