import json

from _adapter import run
from openai import OpenAI, Stream


def read(url):
    client = OpenAI(api_key="none", base_url=url, max_retries=0)
    for value in client.get("", cast_to=object, stream=True, stream_cls=Stream[object]):
        yield {"data": json.dumps(value)}


run(read)
