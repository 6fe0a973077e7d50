"""A HAR that is whole at any moment, and grows by an entry a write.

There are two files, each with all entries but for the last ones, and the one that lacks more gets
what it lacks; then it takes the name of the HAR by a rename. A reader never sees half of an entry,
nor does whoever opens it after `kill -9`, and an entry is written twice, however many there are.
"""

import json
import os
import threading
from contextlib import suppress
from glob import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from starlette_conformance.record.exchange import Exchange

LIMIT = 100 * 1024 * 1024
"""Bytes of a file, less than `diff` reads."""
LISTED = 3
"""Requests that are left out, and are named in the file."""
PACKAGE = "starlette-conformance"


class HarFile:
    """The HAR of a recording, which replaces what is there; only its owner can read it.

    It holds cookies, tokens and passwords. `entries` is how many it has; `left_out` are requests
    that it has not, with the reason. Raises OSError where nothing can be written.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.entries, self.left_out = path.absolute(), 0, list[str]()
        self._size, self._lock, self._turn = 0, threading.Lock(), 0
        folder, name = self.path.parent, self.path.name
        for old in folder.glob(f".{escape(name)}.*-[0-2]"):
            _remove_if_left(old)
        *names, self._aside = (folder / f".{name}.{os.getpid()}-{n}" for n in range(3))
        self._files = [_Growing(each) for each in names]
        self._publish()

    def add(self, exchange: Exchange) -> str:
        """Write an exchange that has ended. The reason, where the file does not get it."""
        with self._lock:
            problem = exchange.problem
            entry = b"" if problem else json.dumps(exchange.entry()).encode()
            if self._size + len(entry) > LIMIT:
                problem = f"{exchange}: the file has {LIMIT:,} bytes, which is all that it may have"
            if problem:
                self.left_out.append(problem)
            else:
                self._size += len(entry)
                entry = (b",\n" if self.entries else b"\n") + entry
                self.entries += 1
                for each in self._files:
                    each.lacks.append(entry)
            self._publish()
            return problem

    def close(self) -> None:
        for each in self._files:
            each.close()
        self._aside.unlink(missing_ok=True)

    def _publish(self) -> None:
        growing = self._files[self._turn]
        growing.write(self._comment())
        self._aside.unlink(missing_ok=True)
        self._aside.hardlink_to(growing.path)
        self._aside.replace(self.path)
        self._turn = 1 - self._turn

    def _comment(self) -> str:
        if not self.left_out:
            return ""
        more = "" if len(self.left_out) <= LISTED else "; and more"
        return f"{len(self.left_out)} not recorded: {'; '.join(self.left_out[:LISTED])}{more}"


class _Growing:
    """One of the two files. `lacks` are the entries, each with what separates it from the one
    before, that the other may have.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.lacks = path, list[bytes]()
        path.unlink(missing_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
        self._file = os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0)
        creator = {"name": PACKAGE, "version": _version()}
        head = json.dumps({"version": "1.2", "creator": creator})
        self._end = self._file.write(f'{{"log": {head[:-1]}, "entries": ['.encode())

    def write(self, comment: str) -> None:
        """Write what it lacks, in the place of its last line."""
        data = b"".join(self.lacks)
        last = b"\n]%b}}\n" % (f', "comment": {json.dumps(comment)}' if comment else "").encode()
        self._file.seek(self._end)
        rest = memoryview(data + last)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._file.truncate()
        self._end += len(data)
        self.lacks = []

    def close(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def _remove_if_left(path: Path) -> None:
    """Remove a file of a recording that was killed."""
    with suppress(OSError, ValueError, OverflowError):  # of a number that is no process's
        number = int(path.name.rpartition(".")[2].partition("-")[0])
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            path.unlink()


def _version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:  # a copy of the source
        return "0"
