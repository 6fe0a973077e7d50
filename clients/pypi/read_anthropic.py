"""`Stream` passes on the event types of Anthropic's API only, so the decoder below it is read."""

from _adapter import run
from anthropic import Anthropic, Stream


def read(url):
    client = Anthropic(api_key="none", base_url=url, max_retries=0)
    stream = client.get("", cast_to=object, stream=True, stream_cls=Stream[object])
    for event in stream._iter_events():
        yield {"type": event.event or "message", "data": event.data, "id": event.id or ""}


run(read)
