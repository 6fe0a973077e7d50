"""What a process writes, line by line, while it runs.

A thread reads the pipe, so a process that logs much never blocks. `lines` first takes in whatever
is in the pipe already: all that the process wrote before it responded is there.
"""

import fcntl
import os
import re
import select
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from starlette_conformance.model.errors import Failure
from starlette_conformance.process.orphans import kill_holders

LIMIT = 8 * 1024 * 1024
"""Bytes kept of one log; what comes after is read and dropped."""

END = 64 * 1024
"""Bytes kept, at least half of them, where only the end is."""

PIPE = 1024 * 1024
"""What a pipe holds for a reader who pauses. No pipe holds more, so whoever has read so much has
all that was written before."""

LAST_WORDS = 0.5
"""Seconds that the end of a log may take once its process has been killed."""

STAMP = re.compile(r"^([A-Z]+) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - ")
"""How a line of the apps' own logging begins."""
DRAWN = re.compile(r"^[\s\u2500-\u257f]+|[\s\u2500-\u257f]+$")
"""The edges of a box around a line, as rich and typer draw them."""


def last_said(lines: Iterable[str]) -> str:
    """The last of some lines of a log that has a text."""
    said = [text for line in lines if (text := DRAWN.sub("", line))]
    return said[-1] if said else "(it logged nothing)"


class Log:
    """The lines of a pipe; it takes over the file descriptor. `ended` once nobody can write.

    `time_of_server` finds the time in a line of the server's own.
    """

    def __init__(self, descriptor: int, time_of_server: re.Pattern[str] | None = None) -> None:
        self._descriptor = descriptor
        self._time_of_server = time_of_server
        self._link = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        self._data = bytearray()
        self._changed = threading.Condition()
        self._pause = 0.0
        self._only_end = False
        self._forgotten = 0
        self.ended = False
        os.set_blocking(descriptor, False)
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def position(self) -> int:
        """Where the next line begins, or goes on."""
        with self._changed:
            self._drain()
            return len(self._data)

    def lines(self, start: int = 0) -> list[str]:
        """All whole lines from a position on; the time that one begins with is TIME.

        Once nobody can write, what follows the last line end is a line as well.
        """
        with self._changed:
            self._drain()
            return self._lines(start)

    def _lines(self, start: int) -> list[str]:
        *lines, rest = self._data[start:].split(b"\n")
        lines += [rest] if rest and self.ended else []
        return [self._timeless(line.decode("utf-8", "replace")) for line in lines]

    def _timeless(self, line: str) -> str:
        line = STAMP.sub(r"\1 TIME - ", line)
        return self._time_of_server.sub("TIME", line, 1) if self._time_of_server else line

    def wait_for(self, found: Callable[[list[str]], bool], seconds: float) -> bool:
        """Wait until some lines satisfy `found`; False when they do not in time, or at all.

        It is given those that are there, and then those that have come since, none of them twice.
        """
        deadline, seen = time.monotonic() + seconds, 0
        with self._changed:
            while True:
                self._drain()
                left = deadline - time.monotonic()
                begin = max(0, seen - self._forgotten)
                end = len(self._data) if self.ended else self._data.rfind(b"\n", begin) + 1
                if (end > begin or self.ended) and found(self._lines(begin)):
                    return True
                if self.ended or left <= 0:
                    return False
                seen = self._forgotten + max(begin, end)
                self._changed.wait(left)

    def keep_only_the_end(self, pause: float) -> None:
        """Read the pipe every `pause` seconds only, and forget what is long past.

        Under load, a wake-up for each line would cost the reader more than its own work.
        """
        fcntl.fcntl(self._descriptor, fcntl.F_SETPIPE_SZ, PIPE)
        with self._changed:
            self._pause, self._only_end = pause, True

    def close(self) -> None:
        """Wait for the thread, which ends when no process holds the other end of the pipe.

        One that a killed server left behind, and that still does, is killed.
        """
        self._thread.join(LAST_WORDS + self._pause)
        if self._thread.is_alive():
            kill_holders({self._link})
            self._thread.join(5)

    def _follow(self) -> None:
        while not self.ended:
            select.select([self._descriptor], [], [])
            with self._changed:
                self._drain()
                self._changed.notify_all()
            time.sleep(self._pause)
        os.close(self._descriptor)

    def _drain(self) -> None:
        left = PIPE
        while not self.ended and left > 0:  # or a writer who never pauses would hold the reader
            try:
                data = os.read(self._descriptor, 65536)
            except BlockingIOError:
                return
            left -= len(data)
            if self._only_end and len(self._data) > END:
                self._forgotten += len(self._data) - END // 2
                del self._data[: -END // 2]
            self._data += data[: max(0, LIMIT - len(self._data))]
            self.ended = not data


class NoLog:
    """In the place of a log that cannot be seen."""

    def lines(self, start: int = 0) -> list[str]:  # noqa: ARG002
        raise Failure("this spec reads the log of a server that only has an address")

    def position(self) -> int:
        return len(self.lines())
