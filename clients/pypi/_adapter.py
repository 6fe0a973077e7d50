"""What every adapter of a PyPI package needs: which streams to read, how to say what came.

Standard input and output are those of `npm/_adapter.mjs`.
"""

import asyncio
import inspect
import json
import os
import sys
import threading
from itertools import count
from queue import Empty, SimpleQueue

GIVEN = json.load(sys.stdin)
FOLLOW = GIVEN.get("follow", 0)
"""Seconds for which a client connects again; 0 where the end of a stream is the end."""
AT_ONCE = len(GIVEN["urls"]) if FOLLOW else 8
SECONDS = FOLLOW or 30.0
LOCK = threading.Lock()


def run(read):
    """Read every stream by `read(url)`, a generator of events, or an asynchronous one."""
    left = SimpleQueue()
    for each in zip(count(), GIVEN["urls"]):
        left.put(each)

    def work():
        while True:
            try:
                stream, url = left.get_nowait()
            except Empty:
                return
            one = threading.Thread(target=_read, args=(read, stream, url), daemon=True)
            one.start()
            one.join(SECONDS)
            if one.is_alive() and not FOLLOW:
                _write(stream, {"error": "no end within 30 s"})
            _write(stream, {"end": True})

    workers = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.stdout.flush()
    os._exit(0)  # no thread that still waits is waited for


def _read(read, stream, url):
    try:
        if inspect.isasyncgenfunction(read):
            asyncio.run(_read_async(read, stream, url))
        else:
            for event in read(url):
                _write(stream, event)
    except Exception as error:
        _write(stream, {"error": f"{type(error).__name__}: {error}"[:300]})


async def _read_async(read, stream, url):
    async for event in read(url):
        _write(stream, event)


def _write(stream, fields):
    with LOCK:
        sys.stdout.write(json.dumps({"stream": stream, **fields}) + "\n")
