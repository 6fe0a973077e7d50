import httpx
from _adapter import run
from httpx_sse import connect_sse


def read(url):
    with httpx.Client() as client, connect_sse(client, "GET", url) as source:
        for event in source.iter_sse():
            retry = {} if event.retry is None else {"retry": event.retry}
            yield {"type": event.event, "data": event.data, "id": event.id, **retry}


run(read)
