from datetime import timedelta

from _adapter import FOLLOW, run
from aiohttp_sse_client2.client import EventSource

ONCE = {} if FOLLOW else {"reconnection_time": timedelta(0), "max_connect_retry": 0}


async def read(url):
    async with EventSource(url, **ONCE) as source:
        try:
            async for event in source:
                yield {
                    "type": event.type or "message",
                    "data": event.data,
                    "id": event.last_event_id,
                }
        except ConnectionError:  # the server has no more: 204
            pass


run(read)
