"""`Stream` passes on the event types of Anthropic's API only, so the decoder below it is read."""

from _adapter import run
from anthropic import Anthropic, Stream

CLIENT = Anthropic(api_key="none", base_url="http://127.0.0.1", max_retries=0)


def read(url):
    stream = CLIENT.get(url, cast_to=object, stream=True, stream_cls=Stream[object])
    for event in stream._iter_events():
        yield {"type": event.event or "message", "data": event.data, "id": event.id or ""}


run(read)
