import json

from _adapter import run
from openai import OpenAI, Stream

CLIENT = OpenAI(api_key="none", base_url="http://127.0.0.1", max_retries=0)


def read(url):
    for value in CLIENT.get(url, cast_to=object, stream=True, stream_cls=Stream[object]):
        yield {"data": json.dumps(value)}


run(read)
