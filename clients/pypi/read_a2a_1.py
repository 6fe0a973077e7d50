"""The JSON-RPC transport since 1.0, whose messages are of protobuf."""

import json

import httpx
from _adapter import run
from a2a.client.transports.jsonrpc import JsonRpcTransport
from a2a.types import AgentCard, Message, Part, Role, SendMessageRequest
from google.protobuf.json_format import MessageToDict

HELLO = SendMessageRequest(
    message=Message(message_id="m", role=Role.ROLE_USER, parts=[Part(text="hello")])
)


async def read(url):
    async with httpx.AsyncClient(verify=False) as client:
        transport = JsonRpcTransport(client, AgentCard(), url)
        async for found in transport.send_message_streaming(HELLO):
            yield {
                "data": json.dumps({"jsonrpc": "2.0", "id": "1", "result": MessageToDict(found)})
            }


run(read)
