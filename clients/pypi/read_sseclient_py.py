import requests
from _adapter import run
from sseclient import SSEClient


def read(url):
    response = requests.get(url, stream=True)
    for event in SSEClient(response).events():
        yield {"type": event.event, "data": event.data, "id": event.id or ""}


run(read)
