"""The last exception in the log of a user's app, and its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from starlette_conformance.userapp.drawn_tracebacks import TRACEBACK, undrawn

FRAME = re.compile(r'[> ]*File "([^"]+)", line (\d+)')
"""loguru marks the one that caught it."""
OF_A_GROUP = re.compile(r"^ *\| ?")
"""What the lines of an exception in an ExceptionGroup begin with."""
FRAMES = 4
"""Of a traceback that are shown, the last ones."""


@dataclass(frozen=True)
class Raised:
    """An exception as it is printed, the place where it was raised, and its traceback.

    `own` is the last place in the app's folder, where that is another.
    """

    exception: str
    place: str
    own: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        places = ", called from ".join(filter(None, (self.place, self.own)))
        return f"{self.exception} ({places})" if places else self.exception


def last_raised(log: Sequence[str], folder: Path) -> Raised | None:
    """What the last traceback of a log says, if there is one."""
    lines = [OF_A_GROUP.sub("", line) for line in undrawn(log)]
    starts = [number for number, line in enumerate(lines) if line.endswith(TRACEBACK)]
    if not starts:
        return None
    after = lines[starts[-1] + 1 :]
    ends = (
        n for n, line in enumerate(after) if line.strip() and not line.startswith((" ", "\t", ">"))
    )
    if (end := next(ends, None)) is None:
        return None
    frames = [(m[1], m[2]) for line in after[:end] if (m := FRAME.match(line))]
    own = [frame for frame in frames if _is_within(frame[0], folder)]
    place = _place(frames[-1], folder) if frames else ""
    called = _place(own[-1], folder) if own and own[-1] != frames[-1] else ""
    return Raised(after[end], place, called, _shown(after[: end + 1]))


def _shown(traceback: Sequence[str]) -> tuple[str, ...]:
    """Its last frames, without those of Python's own import."""
    frames: list[list[str]] = [[]]
    for line in traceback[:-1]:
        if FRAME.match(line):
            frames.append([])
        frames[-1].append(line)
    kept = [frame for frame in frames if frame and "<frozen importlib" not in frame[0]]
    return (TRACEBACK, *(line for frame in kept[-FRAMES:] for line in frame), traceback[-1])


def _is_within(file: str, folder: Path) -> bool:
    path = PurePath(file)
    return path.is_relative_to(folder) and "site-packages" not in path.parts


def _place(frame: tuple[str, str], folder: Path) -> str:
    """A file by its path in the app's folder, or among the packages, and the line."""
    file, line = frame
    path = PurePath(file)
    if "site-packages" in path.parts:
        path = PurePath(*path.parts[path.parts.index("site-packages") + 1 :])
    elif path.is_relative_to(folder):
        path = path.relative_to(folder)
    return f"{path}:{line}"
