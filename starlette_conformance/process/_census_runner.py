"""Run an app that says, at SIGUSR2, what it keeps: `python census_runner.py APP ARGUMENTS`.

A line of its output has, as JSON, its tasks that are not done, the blocks that Python's allocator
has given out, the bytes that it and the C library's have, and its objects by type, after garbage
was collected.

It runs on the Python of the stack, so it imports nothing of the harness.
"""

import asyncio
import ctypes
import gc
import heapq
import json
import os
import re
import runpy
import signal
import sys
from collections import Counter

MARK = "CENSUS "
BYTES = re.compile(rb"# bytes in allocated blocks *= *([\d,]+)")


class MallInfo(ctypes.Structure):
    """What glibc says of its allocator: `used` of heaps, and `mapped`, are given out."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in ("a", "o", "s", "h", "mapped", "us", "fs", "used", "fo", "keep")
    ]


def used():  # type: ignore[no-untyped-def]
    """Bytes that are in use, exactly; None where the allocators do not say."""
    glibc = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if glibc is None or not hasattr(sys, "_debugmallocstats"):
        return None
    reader, writer = os.pipe()
    errors = os.dup(2)
    os.dup2(writer, 2)
    os.close(writer)
    sys._debugmallocstats()  # to standard error, and less than a pipe holds
    os.dup2(errors, 2)
    os.close(errors)
    with open(reader, "rb") as text:  # noqa: PTH123
        of_python = BYTES.search(text.read())
    if of_python is None:
        return None
    glibc.restype = MallInfo
    of_c = glibc()
    return int(of_python.group(1).replace(b",", b"")) + of_c.used + of_c.mapped


def drop_cancelled():  # type: ignore[no-untyped-def]
    """Timers that were cancelled, of which asyncio keeps a hundred, by chance."""
    loop = asyncio._get_running_loop()
    timers = getattr(loop, "_scheduled", None)
    if isinstance(timers, list):
        for each in timers:
            each._scheduled = not each._cancelled
        timers[:] = [each for each in timers if not each._cancelled]
        heapq.heapify(timers)
        loop._timer_cancelled_count = 0  # type: ignore[union-attr]


def census(*_):  # type: ignore[no-untyped-def]  # noqa: ANN002
    drop_cancelled()  # type: ignore[no-untyped-call]
    gc.collect()
    blocks, in_use = sys.getallocatedblocks(), used()  # type: ignore[no-untyped-call]
    objects = gc.get_objects()
    tasks = sum(1 for each in objects if isinstance(each, asyncio.Task) and not each.done())
    types = Counter(type(each).__qualname__ for each in objects)
    modules = len(sys.modules)
    found = {"tasks": tasks, "blocks": blocks, "used": in_use, "modules": modules, "types": types}
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
