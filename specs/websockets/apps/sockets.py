"""WebSocket routes, of which no reference app has any."""

import argparse
import asyncio
import logging

import uvicorn
from starlette.applications import Starlette
from starlette.endpoints import WebSocketEndpoint
from starlette.exceptions import WebSocketException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

HEARD: list[str] = []
"""What the app heard of the only WebSocket."""
ENDED = asyncio.Event()


class Noting:
    """Notes that the handler of a WebSocket has ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            if scope["type"] == "websocket":
                ENDED.set()


async def heard(request: Request) -> PlainTextResponse:
    await asyncio.wait_for(ENDED.wait(), 5)
    return PlainTextResponse(", ".join(HEARD))


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        if message.get("text") is not None:
            await socket.send_text(message["text"])
        else:
            await socket.send_bytes(message["bytes"])
    HEARD.append(f"disconnected: {message['code']}")
    logging.info(HEARD[-1])


async def says(socket: WebSocket) -> None:
    """What the handshake says, in the last subprotocol that it offers."""
    wanted = socket.scope["subprotocols"]
    await socket.accept(
        subprotocol=wanted[-1] if wanted else None, headers=[(b"x-one", b"1"), (b"x-one", b"2")]
    )
    await socket.send_json(
        {"subprotocols": wanted, "path": socket.url.path, "type": socket.scope["type"]}
    )
    await socket.send_json({"name": socket.path_params["name"]}, mode="binary")
    await socket.close()


async def closes(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(4001, "not today \xe9")
    try:
        await socket.send_text("late")
    except RuntimeError:
        HEARD.append("sent too late")


async def refuses(socket: WebSocket) -> None:
    raise WebSocketException(4003, "refused")


async def breaks(socket: WebSocket) -> None:
    await socket.accept()
    if await socket.receive_text() == "politely":
        raise WebSocketException(4004, "broken")
    raise ValueError


async def denied(socket: WebSocket) -> None:
    headers = {"X-Reason": "no ticket"}
    await socket.send_denial_response(PlainTextResponse("denied", 401, headers))


async def early(socket: WebSocket) -> None:
    raise ValueError


async def returns(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("a last word")


async def reads(socket: WebSocket) -> None:
    await socket.accept()
    try:
        await socket.send_text(repr(await socket.receive_json()))
        await socket.receive_text()
    except WebSocketDisconnect as left:
        HEARD.append(f"left: {left.code}")


class Endpoint(WebSocketEndpoint):
    encoding = "json"

    async def on_receive(self, websocket: WebSocket, data: object) -> None:
        await websocket.send_json(data)


app = Starlette(
    routes=[
        Route("/heard", heard),
        WebSocketRoute("/echo", echo),
        WebSocketRoute("/says/{name}", says),
        WebSocketRoute("/closes", closes),
        WebSocketRoute("/refuses", refuses),
        WebSocketRoute("/breaks", breaks),
        WebSocketRoute("/denied", denied),
        WebSocketRoute("/early", early),
        WebSocketRoute("/returns", returns),
        WebSocketRoute("/reads", reads),
        WebSocketRoute("/endpoint", Endpoint),
    ],
    middleware=[Middleware(Noting)],
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=options.port)
