"""The frames of a WebSocket in words, and a miniature that sends them."""

import zlib

import pytest

from specs.websockets.route_scenarios import CLOSE, CONT, PING, TEXT, frame
from starlette_conformance.http.frames import count, frames
from starlette_conformance.model.expectations import WHOLE
from starlette_conformance.model.observations import FramesOn, ResponseOn
from starlette_conformance.model.steps import ReadFrames, ReadResponses, ReadToEnd, Send
from tests.unit.test_scenarios import GET, seen, sending

ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\ndate: DATE\r\n\r\n"
HELLO = b"\x81\x05hello"
CLOSED = b"\x88\x05\x03\xe8bye"
LONG = b"x" * 70_000


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (HELLO + CLOSED, ["text hello", "close 1000 bye"]),
        (b"\x82\x02\x00\xff", ["binary 00ff"]),
        (b"\x88\x00", ["close"]),
        (b"\x88\x01x", ["close 78"]),
        (b"\x01\x01a\x80\x01b", ["text, more follows a", "continuation 62"]),
        (b"\x81\x01\xff", ["text \\xff"]),
        (b"\xc1\x01a", ["text, reserved bits 100 a"]),
        (b"\x83\x00", ["opcode 3"]),
        (frame(TEXT, b"a")[:-1] + b"!", ["text, masked !"]),
        (frame(PING, b"a" * 126, masked=False), ["ping " + "61" * 126]),
        (
            frame(TEXT, LONG, masked=False),
            [f"text of 70,000 bytes, CRC-32 {zlib.crc32(LONG):08x}"],
        ),
        (HELLO + HELLO[:-1], ["text hello", "no whole frame: 810568656c6c"]),
        (b"\x81", ["no whole frame: 81"]),
        (b"\x81\x7e\x00", ["no whole frame: 817e00"]),
    ],
)
def test_shows_frames_as_they_are(data: bytes, lines: list[str]) -> None:
    assert frames(data) == lines
    assert count(data) == len([line for line in lines if not line.startswith("no whole")])


def test_a_client_masks_its_frames() -> None:
    """RFC 6455 section 5.7."""
    assert frame(TEXT, b"Hello") == b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
    assert frame(CONT, more=True)[:2] == b"\x00\x80"
    assert frame(CLOSE)[:2] == b"\x88\x80"


@pytest.mark.parametrize("more", [b"", HELLO[:3]])
def test_sees_the_frames_behind_a_handshake(more: bytes) -> None:
    steps = (Send("a", GET), ReadResponses("a"), ReadFrames("a", 2), ReadToEnd("a"))
    response, found = seen(
        sending(ACCEPTED + HELLO + CLOSED + more), *steps, of=(ResponseOn("a"), FramesOn("a"))
    ).values()
    assert (response.status, response.ending) == (101, WHOLE)
    rest = [f"no whole frame: {more.hex()}"] if more else []
    assert found == ["text hello", "close 1000 bye", *rest]


def test_there_is_no_frame_where_no_websocket_is() -> None:
    steps = (Send("a", GET), ReadResponses("a"), ReadFrames("a", 1))
    script = sending(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
    assert list(seen(script, *steps, of=(FramesOn("a"),)).values()) == [[]]
