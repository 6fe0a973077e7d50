"""Files of JSON Lines that a later run goes on with. A last line without an end was cut off."""

import json
from pathlib import Path
from typing import Any, TextIO


def records(path: Path) -> list[Any]:
    """What the whole lines hold; nothing where there is no file. Raises OSError and ValueError.

    A file without a whole line may be anything, so it is refused before something is cut off.
    """
    if not path.exists():
        return []
    *lines, rest = path.read_text("utf-8").split("\n")
    if rest and not lines:
        raise ValueError("it has no whole line")
    return [json.loads(line) for line in lines]


def appending(path: Path) -> TextIO:
    """The file, to go on with it line by line. Raises OSError.

    A line that was cut off is taken away, so that the next one does not become a part of it.
    """
    if path.is_file():
        with path.open("rb+") as file:
            file.truncate(file.read().rfind(b"\n") + 1)
    return path.open("a", encoding="utf-8", buffering=1)
