"""Files of JSON Lines that a later run goes on with. A last line without an end was cut off."""

from pathlib import Path
from typing import TextIO, TypeVar

from starlette_conformance.model.decode import from_json
from starlette_conformance.model.errors import UsageError

Thing = TypeVar("Thing")


def records(path: Path, kind: type[Thing], what: str) -> list[Thing]:
    """What the whole lines hold; nothing where there is no file.

    A file without a whole line may be anything, so it is refused before something is cut off.
    Raises UsageError, with the line and the field; `what` says what the file should hold.
    """
    try:
        *lines, rest = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if rest and not lines:
        raise UsageError(f"{path}: not a file of {what}: it has no whole line; name another file")
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(from_json(line, kind, f"{path}:{number}"))
        except UsageError as error:
            raise UsageError(f"{error}; that is no line of {what}, so name another file") from None
    return found


def appending(path: Path) -> TextIO:
    """The file, to go on with it line by line. Raises OSError.

    A line that was cut off is taken away, so that the next one does not become a part of it.
    """
    if path.is_file():
        with path.open("rb+") as file:
            file.truncate(file.read().rfind(b"\n") + 1)
    return path.open("a", encoding="utf-8", buffering=1)
