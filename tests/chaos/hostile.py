"""The harness against what torments it: `python -m tests.chaos.hostile`.

It prints the verdict on each hostile server, and on each app that misbehaves as a process, sweeps a
reset and a close over every byte of good answers, and ends with 1 where a verdict was another one,
came late, or took too much memory, or where a process was left.
"""

import re
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from starlette_conformance.http.connection import CLOSED, RESET
from starlette_conformance.runs.run_file import Run
from tests.chaos import rogues, tormentors
from tests.chaos.cuts import SWEPT, sweep
from tests.chaos.rogues import ROGUES
from tests.chaos.tormentors import HOSTILE

MEMORY = 200
"""MiB that the client may take, its hostile servers included."""


def main() -> int:
    output, began = Console(width=140), time.monotonic()
    servers = Verdicts("hostile server", "what the client says of it")
    apps = Verdicts("app that misbehaves", "its verdict")
    cuts, miscut, left = 0, [], []
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder), "hostile")
        for name, hostile in HOSTILE.items():
            said, seconds = tormentors.torment(hostile, lambda e: run.exchange("hostile", e))
            servers.add(name, said, hostile.ending, seconds, hostile.seconds + tormentors.LATE)
        for name, rogue in ROGUES.items():
            said, seconds, processes = rogues.judged(rogue)
            apps.add(name, said, rogue.verdict, seconds, rogues.LATE)
            left += processes
        for name in SWEPT:
            for ended in (RESET, CLOSED):
                found = sweep(name, ended, lambda e: run.exchange("hostile", e))
                cuts += len(found)
                miscut += [
                    f"{name}, {ended} after {n}: {got!r}, not {wanted!r}"
                    for n, wanted, got in found
                    if got != wanted
                ]
        run.end()
    for each in (servers, apps):
        output.print(each.table, highlight=False, markup=False)
    for line in (*miscut, *(f"left: {each}" for each in left)):
        output.print(line, style="red", highlight=False, markup=False)
    wrong = servers.wrong + apps.wrong + len(miscut)
    memory = peak_memory()
    output.print(
        f"{len(HOSTILE)} hostile servers, {len(ROGUES)} apps, {cuts} resets and closes: "
        f"{wrong} wrong verdicts, {len(left)} processes left; slowest "
        f"{max(servers.slowest, apps.slowest):.2f} s, {memory:.0f} MiB, "
        f"{time.monotonic() - began:.1f} s in all",
        highlight=False,
    )
    return int(bool(wrong or left) or memory > MEMORY)


class Verdicts:
    """A table of what was said of each, and how many of it are wrong, or late."""

    def __init__(self, *columns: str) -> None:
        self.table = Table(*columns, "seconds")
        self.wrong, self.slowest = 0, 0.0

    def add(self, name: str, said: str, pattern: str, seconds: float, most: float) -> None:
        good = re.fullmatch(pattern, said) is not None and seconds < most
        self.wrong += not good
        self.slowest = max(self.slowest, seconds)
        self.table.add_row(name, said, f"{seconds:.2f}", style="" if good else "bold red")


def peak_memory() -> float:
    """MiB that this process had at the most; getrusage would count who started it as well."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    sys.exit(main())
