"""What a server keeps: descriptors, threads, tasks, and objects by type."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process._census_runner import MARK
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import ENDED, rests

RUNNER = Path(__file__).with_name("_census_runner.py")
SECONDS = 30.0


@dataclass(frozen=True)
class Census:
    """What there is at a moment; `blocks` are those of Python's allocator, `memory` is its
    bytes in RAM, `used` those that all allocators have given out, if they say so, `modules` are
    those that were imported.
    """

    descriptors: int
    threads: int
    tasks: int
    blocks: int
    types: Mapping[str, int]
    memory: int = 0
    modules: int = 0
    used: int | None = None

    def grown(self, before: "Census") -> str:
        """The types of which most objects came since then."""
        more = Counter(self.types)
        more.subtract(before.types)
        return ", ".join(f"{name} +{count}" for name, count in more.most_common(3) if count > 0)


def take(server: Server) -> Census:
    """Of a server that was started by RUNNER, when it rests. Raises CannotTell."""
    rests(server.pid, 1.0)
    begin, deadline = server.log.position(), time.monotonic() + SECONDS
    with suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGUSR2)
    while not (said := _censuses(server.log.lines(begin))):
        if server.log.ended or time.monotonic() > deadline:
            where = f"{server.app} on {server.environment}"
            raise CannotTell(f"{where} does not say within {SECONDS:g} s what it keeps")
        time.sleep(0.002)
    found = json.loads(said[-1])
    there = Path(f"/proc/{server.pid}")
    try:
        memory = psutil.Process(server.pid).memory_info().rss
        descriptors, threads = (len(list((there / name).iterdir())) for name in ("fd", "task"))
    except (*ENDED, psutil.NoSuchProcess):
        raise CannotTell(f"{server.app} on {server.environment} has ended by itself") from None
    counted = descriptors, threads, found["tasks"], found["blocks"], found["types"]
    return Census(*counted, memory, found["modules"], found["used"])


def _censuses(lines: list[str]) -> list[str]:
    return [line.removeprefix(MARK) for line in lines if line.startswith(MARK) and "}}" in line]
