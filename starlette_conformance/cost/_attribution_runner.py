"""Run a script that counts what it executes: `python _attribution_runner.py FILE SCRIPT ARGUMENTS`.

The first SIGUSR2 begins, and each writes to FILE, as JSON, how many bytecodes each function has
executed since then, and how often each function of C was called. Runners, which lie in the folder
of this one, do not count.

It runs on the Python of the stack, so it imports nothing of the harness.
"""

import json
import os
import runpy
import signal
import sys
import threading
from collections import Counter

HERE = os.path.join(os.path.dirname(__file__), "")  # noqa: PTH118, PTH120
bytecodes = Counter()  # type: ignore[var-annotated]
calls = Counter()  # type: ignore[var-annotated]


def trace(frame, *_):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002
    if frame.f_code.co_filename.startswith(HERE):
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
    runpy.run_path(sys.argv[0], run_name="__main__")
