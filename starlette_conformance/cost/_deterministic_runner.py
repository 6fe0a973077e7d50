"""Run an app with less chance in what it executes: `python _deterministic_runner.py APP ARGUMENTS`.

Its long waits last a thousand times as long, and Python's collector of cycles is off.

uvicorn looks ten times a second whether it shall end, and sse-starlette twice. Each look costs tens
of thousands of instructions, and how many fall into a measurement depends on how fast the machine
is. With them put off, a server that has nothing to do executes nothing. What the code of a user's
app waits for, in the folder that it runs in, lasts as long as it says.

The collector comes by every so many allocations since the start, so who is measured when it does is
chance; one coming made up to 3 % of a stream of 45 events, and all of them next to nothing. What
more garbage costs shows in CPU time, where the collector runs.

It runs on the Python of the stack, so it imports nothing of the harness.
"""

import asyncio
import asyncio.tasks
import gc
import os
import runpy
import sys

LONG = 0.05
"""Seconds; the interval of the sse app lies below it."""

_sleep = asyncio.sleep


def patient_sleep(delay, *rest, **named):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003
    if delay >= LONG and not of_the_app(sys._getframe(1)):  # type: ignore[no-untyped-call]
        delay *= 1000
    return _sleep(delay, *rest, **named)


def of_the_app(frame):  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Whether the app's own code waits, by itself or through anyio."""
    while frame and frame.f_globals.get("__name__", "").startswith("anyio."):
        frame = frame.f_back
    file = frame.f_code.co_filename if frame else ""
    return file.startswith(os.path.join(os.getcwd(), "")) and "site-packages" not in file  # noqa: PTH109, PTH118


if __name__ == "__main__":
    gc.disable()
    asyncio.sleep = asyncio.tasks.sleep = patient_sleep
    del sys.argv[0]
    if sys.argv[0] == "-m":
        del sys.argv[0], sys.path[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = os.path.dirname(sys.argv[0])  # noqa: PTH120
        runpy.run_path(sys.argv[0], run_name="__main__")
