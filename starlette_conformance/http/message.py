"""A response as the parser reads it, in every part that it had on the wire."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Message:
    """One response as it stood on the wire.

    `chunks` is None unless the body is chunked. `whole` says that the framing was fulfilled: the
    promised length, the last chunk, or (with neither, `until_close`) the end of the connection.
    `end` is the offset of the first byte that is not part of this message, `chunk_ends` those
    behind each chunk. `extensions` are what follows each chunk's size, the last chunk's included,
    and `trailers` the header lines behind that one.
    """

    version: str = ""
    status: int = 0
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    chunks: tuple[bytes, ...] | None = None
    chunk_ends: tuple[int, ...] = ()
    whole: bool = False
    until_close: bool = False
    end: int = 0
    fault: str = ""
    interim: tuple["Message", ...] = field(default=())
    extensions: tuple[str, ...] = ()
    trailers: tuple[tuple[str, str], ...] = ()

    @property
    def head(self) -> str:
        """The status line and the header lines, as text."""
        names = (f"{name}: {value}" for name, value in self.headers)
        return "\r\n".join((f"{self.version} {self.status} {self.reason}", *names))

    def values(self, name: str) -> list[str]:
        """Every value of a header, in the order sent."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def announces_close(self) -> bool:
        """RFC 9112 section 9.3: HTTP/1.0 closes unless it says keep-alive, HTTP/1.1 the reverse."""
        options = {part.strip().lower() for v in self.values("connection") for part in v.split(",")}
        if self.version == "HTTP/1.0":
            return "keep-alive" not in options
        return "close" in options
