from datetime import timedelta

from _adapter import FOLLOW, run
from requests_sse import EventSource, InvalidStatusCodeError

ONCE = {} if FOLLOW else {"reconnection_time": timedelta(0), "max_connect_retry": 0}


def read(url):
    with EventSource(url, **ONCE) as source:
        try:
            for event in source:
                yield {"type": event.type, "data": event.data, "id": event.last_event_id}
        except InvalidStatusCodeError:  # the server has no more: 204
            pass


run(read)
