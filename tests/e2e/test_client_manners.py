"""What a client does beyond requests: WebSockets, leaving in mid-response, reading slowly."""

import json
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.__main__ import main

APP = """
import asyncio, os
from importlib.metadata import version
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute

PLANTED = set(os.environ.get("PLANTED", "").split()) if version("starlette") == "0.40.0" else set()
cancelled = asyncio.Event()
slowest = 0.0


async def echo(ws):
    asked = ws.scope["subprotocols"]
    await ws.accept(subprotocol=asked["subprotocol" in PLANTED])
    await ws.send_text("welcome")
    while True:
        text = await ws.receive_text()
        if text == "bye":
            await ws.close(4001 if "code" in PLANTED else 4000, "as you like")
            return
        await ws.send_json({"said": text.upper() if "message" in PLANTED else text})


async def ticks(request):
    async def parts():
        try:
            for number in range(1000):
                yield f"data: {number}\\n\\n"
                await asyncio.sleep(0.01)
        finally:
            if "disconnect" not in PLANTED:
                cancelled.set()

    return StreamingResponse(parts(), media_type="text/event-stream")


async def large(request):
    async def parts():
        global slowest
        for number in range(400):
            began = asyncio.get_running_loop().time()
            try:
                yield b"x" * 16_384
            finally:
                slowest = max(slowest, asyncio.get_running_loop().time() - began)

    return StreamingResponse(parts(), media_type="text/plain")


async def state(request):
    for _ in range(20):
        if cancelled.is_set() and slowest > 0.05:
            break
        await asyncio.sleep(0.05)
    return PlainTextResponse(f"{cancelled.is_set()} {slowest > 0.05}")


app = Starlette(
    routes=[
        WebSocketRoute("/ws", echo),
        Route("/ticks", ticks),
        Route("/large", large),
        Route("/state", state),
        Route("/", lambda request: PlainTextResponse(request.scope["http_version"])),
    ]
)
"""
REQUESTS = """
WEBSOCKET ws://localhost/ws
Sec-WebSocket-Protocol: one, two

=== wait-for-server
hello
=== wait-for-server
bye

###
# @disconnect-after 3 events
GET /ticks

###
# @read-at 400000 bytes/s
# @disconnect-after 200000 bytes
GET /large

###
GET /state

###
GET / HTTP/1.0
"""
STACKS = [f"starlette==0.{minor},uvicorn==0.34.0" for minor in ("39.2", "40.0")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 2)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "requests.http").write_text(REQUESTS)
    return tmp_path


def diff(library: str, *words: str) -> tuple[int, dict[str, Any]]:
    named = ["--app", "app:app", "--requests", "requests.http", "--with", library, "--no-cause"]
    code = main(["diff", *STACKS, *named, "--json", "diff.json", *words])
    return code, json.loads(Path("diff.json").read_text())


def body_of(found: dict[str, Any], where: str) -> list[tuple[str, str, str, str]]:
    return [
        (each["app"], left["where"], left["before"], left["after"])
        for group in found["unexplained"]
        for each in group["exchanges"]
        for left in each["remaining"]
        if left["where"] == where
    ]


@pytest.mark.parametrize("library", ["websockets==13.1", "wsproto==1.2.0"])
def test_what_two_stacks_do_alike_does_not_differ(library: str) -> None:
    code, found = diff(library)
    assert (code, found["counts"]["compared"]) == (0, 5)
    assert found["statuses"]["newer"] == {"1xx": 1, "2xx": 4}
    until = "what came until then is compared"
    assert [each for each in found["masked"] if "disconnects" in each] == [
        f"GET /ticks (requests.http:12): the client disconnects after 3 events: {until}",
        f"GET /large (requests.http:17): the client disconnects after 200,000 bytes: {until}",
    ]


def test_what_is_said_on_a_websocket_is_compared_and_what_a_disconnect_does() -> None:
    code, found = diff("websockets==13.1", "--env", "PLANTED=subprotocol code message disconnect")
    assert code == 1
    socket = "WEBSOCKET /ws (requests.http:2)"
    assert body_of(found, "header sec-websocket-protocol") == [
        (socket, "header sec-websocket-protocol", "one", "two")
    ]
    closes = [f"the server closes with {code} (as you like)" for code in (4000, 4001)]
    assert body_of(found, "ending") == [(socket, "ending", *closes)]
    welcome = r'text: welcome\ntext: {"said":"'
    assert body_of(found, "body") == [
        (socket, "body", f'{welcome}hello"}}', f'{welcome}HELLO"}}'),
        ("GET /state (requests.http:20)", "body", "True True", "False True"),
    ]


def test_a_websocket_that_is_no_websocket_did_not_do_what_was_meant() -> None:
    Path("requests.http").write_text("/\n###\nWEBSOCKET /")
    code, found = diff("websockets==13.1")
    assert code == 3
    assert found["notes"] == ["WEBSOCKET / (requests.http:3): recorded 101, 403 in the replay"]
