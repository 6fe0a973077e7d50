import httpx
from _adapter import run
from httpx_sse import connect_sse

CLIENT = httpx.Client(limits=httpx.Limits(max_connections=None))


def read(url):
    with connect_sse(CLIENT, "GET", url) as source:
        for event in source.iter_sse():
            retry = {} if event.retry is None else {"retry": event.retry}
            yield {"type": event.event, "data": event.data, "id": event.id, **retry}


run(read)
