from _adapter import run
from ld_eventsource import SSEClient


def read(url):
    client = SSEClient(url)
    try:
        for event in client.events:
            yield {"type": event.event, "data": event.data, "id": event.last_event_id or ""}
    finally:
        client.close()


run(read)
