"""The JSON-RPC transport of 0.3."""

import json

import httpx
from _adapter import run
from a2a.client.transports.jsonrpc import JsonRpcTransport
from a2a.types import Message, MessageSendParams, Part, Role, TextPart

HELLO = Message(message_id="m", role=Role.user, parts=[Part(root=TextPart(text="hello"))])


async def read(url):
    async with httpx.AsyncClient(verify=False) as client:
        transport = JsonRpcTransport(client, url=url)
        async for found in transport.send_message_streaming(MessageSendParams(message=HELLO)):
            result = found.model_dump(by_alias=True, mode="json", exclude_none=True)
            yield {"data": json.dumps({"jsonrpc": "2.0", "id": "1", "result": result})}


run(read)
