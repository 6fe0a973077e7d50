"""Run an app that counts what it executes: `python _attribution_runner.py FILE APP ARGUMENTS`.

The first SIGUSR2 begins, and each writes to FILE, as JSON, how many bytecodes each function has
executed since then, and how often each function of C was called. Its long waits last a thousand
times as long, so that what a timer does is not taken for what a request does.

It runs on the Python of the stack, so it imports nothing of the harness.
"""

import asyncio
import asyncio.tasks
import json
import os
import runpy
import signal
import sys
import threading
from collections import Counter

LONG = 0.05
"""Seconds; the interval of the sse app lies below it."""

_sleep = asyncio.sleep
bytecodes = Counter()  # type: ignore[var-annotated]
calls = Counter()  # type: ignore[var-annotated]


def patient_sleep(delay, *rest, **named):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003
    return _sleep(delay * 1000 if delay >= LONG else delay, *rest, **named)


def trace(frame, *_):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002
    if frame.f_code.co_filename == __file__:
        return None
    frame.f_trace_lines = False
    frame.f_trace_opcodes = True
    return within


def within(frame, event, _):  # type: ignore[no-untyped-def]  # noqa: ANN001
    if event == "opcode":
        bytecodes[frame.f_code] += 1
    return within


def profile(_, event, function):  # type: ignore[no-untyped-def]  # noqa: ANN001
    if event == "c_call":
        name = getattr(function, "__qualname__", None) or repr(type(function))
        module = getattr(function, "__module__", None)
        calls[f"{module}.{name}" if module else name] += 1


def write(*_):  # type: ignore[no-untyped-def]  # noqa: ANN002
    sys.setprofile(None)
    sys.settrace(None)
    functions = Counter()  # type: ignore[var-annotated]
    for code, count in bytecodes.items():
        name = getattr(code, "co_qualname", code.co_name)  # the former since Python 3.11
        functions[f"{code.co_filename}:{name}"] += count
    with open(FILE + ".part", "w") as file:  # noqa: PTH123
        json.dump({"bytecodes": functions, "calls": calls}, file)
    os.replace(FILE + ".part", FILE)  # noqa: PTH105
    threading.settrace(trace)
    threading.setprofile(profile)
    sys.settrace(trace)
    sys.setprofile(profile)


if __name__ == "__main__":
    del sys.argv[0]
    FILE = sys.argv.pop(0)
    signal.signal(signal.SIGUSR2, write)
    asyncio.sleep = asyncio.tasks.sleep = patient_sleep
    if sys.argv[0] == "-m":
        del sys.argv[0], sys.path[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = os.path.dirname(sys.argv[0])  # noqa: PTH120
        runpy.run_path(sys.argv[0], run_name="__main__")
