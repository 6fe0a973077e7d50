"""Run an app that says, at SIGUSR2, what it keeps: `python census_runner.py APP ARGUMENTS`.

A line of its output has, as JSON, its tasks that are not done, the blocks that Python's allocator
has given out, and its objects by type, after garbage was collected.

It runs on the Python of the stack, so it imports nothing of the harness.
"""

import asyncio
import gc
import json
import os
import runpy
import signal
import sys
from collections import Counter

MARK = "CENSUS "


def census(*_):  # type: ignore[no-untyped-def]  # noqa: ANN002
    gc.collect()
    blocks = sys.getallocatedblocks()
    objects = gc.get_objects()
    tasks = sum(1 for each in objects if isinstance(each, asyncio.Task) and not each.done())
    types = Counter(type(each).__qualname__ for each in objects)
    found = {"tasks": tasks, "blocks": blocks, "modules": len(sys.modules), "types": types}
    said = json.dumps(found)
    os.write(1, (MARK + said + "\n").encode())


if __name__ == "__main__":
    signal.signal(signal.SIGUSR2, census)
    del sys.argv[0]
    if sys.argv[0] == "-m":
        del sys.argv[0], sys.path[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = os.path.dirname(sys.argv[0])  # noqa: PTH120
        runpy.run_path(sys.argv[0], run_name="__main__")
