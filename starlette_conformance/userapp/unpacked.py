"""A body as a client sees it: unpacked, in bounded memory.

A few KB may unpack to gigabytes. What is kept of a long one is its beginning, and for the rest a
line with its length and its digest: two that differ there differ in that line.
"""

import zlib
from dataclasses import dataclass
from hashlib import sha256

from starlette_conformance.http.connection import LIMIT
from starlette_conformance.model.expectations import Response

PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""The content codings of RFC 9110 section 8.4.1 that are unpacked, as zlib's `wbits` has them."""
UNPACKED = 64 * 1024 * 1024
"""Bytes; a packed body of the client's limit may be a thousand times as large."""
KEPT = LIMIT
"""Bytes of it that are kept, as many as of a body that is not packed."""
AT_ONCE = 1024 * 1024


@dataclass(frozen=True)
class Unpacked:
    """A body; `rest` is the line at its end that stands for what was not kept."""

    body: bytes
    rest: bytes = b""
    too_much: bool = False


def unpacked(response: Response) -> Unpacked:
    """The body unpacked, or as it came where that is not all that it is, or too much to unpack."""
    coding = str(response.headers.get("content-encoding", "")).lower()
    body: bytes = response.body
    if coding not in PACKED:
        return Unpacked(body)
    unpacking = zlib.decompressobj(PACKED[coding])
    kept, digest, size, packed = bytearray(), sha256(), 0, body
    try:
        while packed and not unpacking.eof:
            part = unpacking.decompress(packed, AT_ONCE)
            packed = unpacking.unconsumed_tail
            size += len(part)
            if size > UNPACKED:
                return Unpacked(body, too_much=True)
            digest.update(part)
            kept += part[: KEPT - len(kept)]
    except zlib.error:
        return Unpacked(body)
    if not unpacking.eof or unpacking.unused_data:
        return Unpacked(body)
    rest = b"\n[%d bytes in all, SHA-256 %b]" % (size, digest.hexdigest().encode())
    return Unpacked(bytes(kept) + rest, rest) if size > KEPT else Unpacked(bytes(kept))
