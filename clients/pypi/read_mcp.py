"""What a server sends over Streamable HTTP in reply to a request."""

import asyncio
import json

import anyio
from _adapter import run
from mcp.client import streamable_http
from mcp.shared.message import SessionMessage

try:
    import httpx2 as httpx
    from mcp_types import JSONRPCRequest

    REQUEST = JSONRPCRequest(jsonrpc="2.0", id=1, method="tools/list", params={})
except ImportError:  # before 2.0
    import httpx
    from mcp.types import JSONRPCMessage, JSONRPCRequest

    REQUEST = JSONRPCMessage(JSONRPCRequest(jsonrpc="2.0", id=1, method="tools/list", params={}))


class Watched(httpx.AsyncHTTPTransport):
    """Says when a response has been read, which the client does not."""

    def __init__(self, over):
        super().__init__(verify=False)
        self.over = over

    async def handle_async_request(self, request):
        response = await super().handle_async_request(request)
        close, over = response.stream.aclose, self.over

        async def closed():
            await close()
            over.set()

        response.stream.aclose = closed
        return response


def connect(url, over):
    transport = Watched(over)
    if hasattr(streamable_http, "streamable_http_client"):
        client = httpx.AsyncClient(transport=transport)
        return streamable_http.streamable_http_client(url, http_client=client)
    return streamable_http.streamablehttp_client(
        url,
        httpx_client_factory=lambda headers=None, timeout=None, auth=None: httpx.AsyncClient(
            headers=headers, timeout=timeout, auth=auth, transport=transport
        ),
    )


async def received(url):
    found, over = [], anyio.Event()
    async with connect(url, over) as (reading, writing, *_), anyio.create_task_group() as group:

        async def receive():
            async for message in reading:
                if isinstance(message, Exception):
                    found.append({"error": f"{type(message).__name__}: {message}"[:300]})
                    continue
                root = getattr(message.message, "root", message.message)
                data = root.model_dump(by_alias=True, mode="json", exclude_none=True)
                if data.get("id") != 1:  # the client's own response where none came
                    found.append({"data": json.dumps(data)})

        group.start_soon(receive)
        await writing.send(SessionMessage(REQUEST))
        await over.wait()
        await anyio.sleep(0.02)
        group.cancel_scope.cancel()
    return found


def read(url):
    yield from asyncio.run(received(url))


run(read)
