"""Files that a verb writes: checked before the work, written whole or not at all."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette_conformance.model.errors import Failure, UsageError, of_output
from starlette_conformance.output.atomic_write import write_whole
from starlette_conformance.output.printing import TAKEN
from starlette_conformance.output.sanitize import broken

STDOUT = Path("-")


def check(paths: Iterable[Path | None]) -> None:
    """Raises UsageError where a file could not be written, or two outputs go to one place. Where
    one goes to standard output, all else is printed to standard error from then on.
    """
    given = [path for path in paths if path]
    TAKEN[0] = TAKEN[0] or STDOUT in given
    for path in given:
        if path == STDOUT:
            continue
        if path.is_dir():
            raise UsageError(f"{path}: is a folder; name a file")
        if not (parent := path.absolute().parent).is_dir():
            if parent.exists():
                raise UsageError(f"{path}: {path.parent} is not a folder")
            raise UsageError(f"{path}: there is no folder {path.parent}; make it first")
        if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
            raise UsageError(f"{path}: cannot be written: permission denied")
    for path in given:
        if given.count(path) > 1:
            raise UsageError(f"{path}: two outputs go there; name two files")


def check_folder(path: Path, option: str) -> None:
    """Raises UsageError where a folder could not be made, or nothing be made in it."""
    every = (path.absolute(), *path.absolute().parents)
    there = next(each for each in every if each.exists())
    if not there.is_dir():
        what = "it" if there == path.absolute() else str(there)
        raise UsageError(f"{option} {path}: {what} is not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(f"{option} {path}: {there} cannot be written to")


def kept(text: str) -> Path:
    """A file that a later run goes on with. Raises ValueError."""
    if Path(text) == STDOUT:
        raise ValueError(f"{text!r} is standard output; a later run can read a file only")
    return Path(text)


@dataclass
class Unwritten:
    """What could not be written: it costs no other file, nor the verdict, and is said last."""

    failures: list[Failure] = field(default_factory=list)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Where a Failure is raised in it, the rest of it is left out."""
        try:
            yield
        except Failure as failure:
            self.failures.append(failure)

    def report(self) -> None:
        """To be called once the verdict is printed. Raises Failure."""
        if self.failures:
            said = "; ".join(map(str, self.failures))
            raise type(self.failures[0])(said, concluded=True)


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
        raise of_output(error, f"{path}: cannot be written") from None
