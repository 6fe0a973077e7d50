"""Files that a verb writes: checked before the work, written whole or not at all."""

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from starlette_conformance.model.errors import FULL, UsageError, of_os
from starlette_conformance.output.atomic_write import write_whole
from starlette_conformance.output.sanitize import broken

STDOUT = Path("-")


def check(paths: Iterable[Path | None]) -> None:
    """Raises UsageError where a file could not be written, or two outputs go to one place."""
    given = [path for path in paths if path]
    for path in given:
        if path == STDOUT:
            continue
        if path.is_dir():
            raise UsageError(f"{path}: is a folder; name a file")
        if not path.absolute().parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}; make it first")
        if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
            raise UsageError(f"{path}: cannot be written: permission denied")
    for path in given:
        if given.count(path) > 1:
            raise UsageError(f"{path}: two outputs go there; name two files")


def kept(text: str) -> Path:
    """A file that a later run goes on with. Raises ValueError."""
    if Path(text) == STDOUT:
        raise ValueError(f"{text!r} is standard output; a later run can read a file only")
    return Path(text)


def as_json(value: Any, indent: int | None = 1) -> str:
    """JSON whose every character is printable, and none a command: it escapes without a loss."""
    text = json.dumps(value, indent=indent).replace("\x7f", r"\u007f")
    return broken(text, lambda char: f"\\u{ord(char):04x}")


def write(path: Path, text: str) -> None:
    """Write to a file, or to stdout where it is `-`. Raises UsageError; Failure on a full disk."""
    if path == STDOUT:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        return
    try:
        if path.exists() and not path.is_file():  # a pipe or a device stays what it is
            path.write_text(text, "utf-8")
        else:
            write_whole(path, text)
    except OSError as error:
        if error.errno in FULL:
            raise of_os(error, f"{path}: cannot be written") from None
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
