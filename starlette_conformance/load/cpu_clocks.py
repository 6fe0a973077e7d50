"""What the kernel knows of a process's time on the cores."""

import time
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.process.launch import cpu_seconds


@dataclass(frozen=True)
class Share:
    """Parts of a time span: on a core, and ready to run while others had them."""

    cores: float
    waiting: float


class Stopwatch:
    """Counts from when it was made. The process must live; its first thread is what counts."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._begun = time.monotonic()
        self._cpu, self._waited = self._read()

    def _read(self) -> tuple[float, float]:
        """Seconds of CPU of the whole process, and of waiting of its first thread."""
        waited = int(Path(f"/proc/{self._pid}/schedstat").read_text("ascii").split()[1]) / 1e9
        return cpu_seconds(self._pid), waited

    def cpu_seconds(self) -> float:
        return self._read()[0] - self._cpu

    def share(self) -> Share:
        seconds = max(1e-9, time.monotonic() - self._begun)
        cpu, waited = self._read()
        return Share((cpu - self._cpu) / seconds, (waited - self._waited) / seconds)
