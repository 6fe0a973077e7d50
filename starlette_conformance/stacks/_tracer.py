"""Writes down which lines of the packages beside it an interpreter runs, and when.

As `sitecustomize` it is imported by every interpreter that has its folder on PYTHONPATH. The first
four bytes of the file `current` are the number of the spec under way. To the file `lines` goes, for
each spec, each line that is run, once: the spec's number, the app, the file below the folder, the
line. The number is 0 until the app's first request; what will become an app has a name of its own.
"""

import mmap
import os
import sys
import threading

FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep  # noqa: PTH100, PTH120
APP = os.path.join(FOLDER, "starlette", "applications.py")  # noqa: PTH118
with open(FOLDER + "current", "rb") as file:  # noqa: PTH123
    current = mmap.mmap(file.fileno(), 4, access=mmap.ACCESS_READ)
lines = os.open(FOLDER + "lines", os.O_WRONLY | os.O_APPEND)
seen = set()  # type: ignore[var-annotated]  # for whatever Python a stack has
serving = False


def name():  # type: ignore[no-untyped-def]
    script = getattr(sys, "argv", None) or [""]  # none yet, where it starts
    return os.path.basename(script[0]).partition(".")[0] or "-"  # noqa: PTH119


def trace(frame, event, _):  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Called at each call, and then at each line of a function in one of the files."""
    global serving  # noqa: PLW0603
    path = frame.f_code.co_filename
    if not path.startswith(FOLDER):
        return None
    if event == "line":
        place = (serving and int.from_bytes(current[:], "little"), path, frame.f_lineno)
        if place not in seen:
            seen.add(place)
            app = name()  # type: ignore[no-untyped-call]
            os.write(lines, f"{place[0]:d} {app} {path[len(FOLDER) :]} {frame.f_lineno}\n".encode())
    elif not serving and path == APP and frame.f_code.co_name == "__call__":
        serving = frame.f_locals["scope"]["type"] != "lifespan"
    return trace


sys.settrace(trace)
threading.settrace(trace)
