"""The frames of a WebSocket (RFC 6455 section 5.2), as they stood on the wire, in words.

    text hello
    binary, more follows 00ff
    close 1000 bye

Nothing raises: bytes that are no whole frame are the last line.
"""

import zlib
from dataclasses import dataclass

OPCODES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
TEXT, CLOSE = 1, 8
LONG = 200
"""Bytes from which on a payload is shown by its size and checksum."""


@dataclass(frozen=True)
class _Frame:
    first: int
    is_masked: bool
    payload: bytes
    end: int

    def __str__(self) -> str:
        opcode = self.first & 0x0F
        reserved = self.first >> 4 & 0x07
        signs = [
            OPCODES.get(opcode, f"opcode {opcode}"),
            *(["masked"] if self.is_masked else []),
            *([f"reserved bits {reserved:03b}"] if reserved else []),
            *([] if self.first & 0x80 else ["more follows"]),
        ]
        return f"{', '.join(signs)} {_shown(opcode, self.payload)}".rstrip()


def frames(data: bytes) -> list[str]:
    """Every frame, and what remains."""
    found, start = [], 0
    while (frame := _frame(data, start)) is not None:
        found.append(str(frame))
        start = frame.end
    rest = data[start:]
    return [*found, *([f"no whole frame: {rest[:LONG].hex()}"] if rest else [])]


def count(data: bytes) -> int:
    """How many whole frames there are."""
    number = end = 0
    while (frame := _frame(data, end)) is not None:
        number, end = number + 1, frame.end
    return number


def _frame(data: bytes, start: int) -> _Frame | None:
    head = data[start : start + 2]
    if len(head) < 2:
        return None
    at, size, is_masked = start + 2, head[1] & 0x7F, bool(head[1] & 0x80)
    if size >= 126:
        width = 2 if size == 126 else 8
        size = int.from_bytes(data[at : at + width]) if len(data) >= at + width else len(data)
        at += width
    at += 4 * is_masked
    end = at + size
    return _Frame(head[0], is_masked, data[at:end], end) if end <= len(data) else None


def _shown(opcode: int, payload: bytes) -> str:
    if len(payload) > LONG:
        return f"of {len(payload):,} bytes, CRC-32 {zlib.crc32(payload):08x}"
    if opcode == TEXT:
        return payload.decode("utf-8", "backslashreplace")
    if opcode == CLOSE and len(payload) > 1:
        reason = payload[2:].decode("utf-8", "backslashreplace")
        return f"{int.from_bytes(payload[:2])} {reason}"
    return payload.hex()
