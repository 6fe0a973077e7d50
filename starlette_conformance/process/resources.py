"""What a run takes of the machine: time, and the memory of the harness itself."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import psutil

MIB = 1024 * 1024


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    try:
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    except psutil.Error:
        return []


@dataclass
class Footprint:
    """Seconds since it was made, and the highest sum of resident memory that was looked at.

    Pages that processes share count for each of them, so the sum is rather too high.
    """

    began: float = field(default_factory=time.monotonic)
    peak: int = 0

    def look(self, pids: Iterable[int]) -> None:
        """Add up this process and `pids`, those among them that have not ended."""
        total = 0
        for pid in (os.getpid(), *pids):
            try:
                total += psutil.Process(pid).memory_info().rss
            except psutil.Error:
                continue
        self.peak = max(self.peak, total)

    def __str__(self) -> str:
        return f"{time.monotonic() - self.began:.0f} s, peak memory {self.peak // MIB} MiB"
