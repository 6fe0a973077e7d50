"""Files of JSON Lines to which one run after another appends, so that what was cut off goes on."""

from pathlib import Path
from typing import TextIO

from harness.failures import UsageError


def whole_lines(path: Path) -> list[str]:
    """The lines of the file; none where it is not there yet. A torn last one is left out.

    Raises UsageError where it cannot be read, or holds no objects.
    """
    if not path.exists():
        return []
    try:
        *lines, torn = path.read_text("utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from None
    for number, line in enumerate((*lines, torn), 1):
        if not line.startswith("{") and (line or number <= len(lines)):
            raise UsageError(f"{path}:{number}: not JSON Lines: {line[:40]!r}")
    return lines


def append_to(path: Path) -> TextIO:
    """Open the file to write lines after the whole ones; a torn one goes. Raises UsageError."""
    size = sum(len(line.encode()) + 1 for line in whole_lines(path))
    try:
        file = path.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if path.stat().st_size > size:
        file.truncate(size)
    return file
