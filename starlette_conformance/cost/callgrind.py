"""Servers under callgrind, and the count of instructions that they have executed.

How a count becomes repeatable, though machine and neighbours are not (facts measured on two shared
cores; see also `starlette_conformance.cost.counts`):
- One process serves for all counts of an app: vgdb has callgrind write and clear its counters
  whenever the server rests. Starting and warming up without instrumentation takes a fifth of the
  time, and leaves the interpreter in the same state. The reference apps of a stack are forked from
  one interpreter that has imported its packages, which takes most of a start.
- The server executes nothing while it waits (`PATIENT`): a reading with no request in between is
  577 instructions, always. Without this, its timers made 0.6 % of a request on an idle machine, and
  more on a busy one.
- The next request is sent when every thread of the server sleeps. Sent earlier, it may or may not
  save the event loop a turn: 0.2 % to 1 % by chance.
- All stacks run from paths of one length, with bytecode that was there before (`one_path.py`).
- Hash seed, glibc's choice of routines by CPU, and the interpreter are pinned. Counts of two
  machines, or of two interpreters, still do not compare.
"""

import re
import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import psutil

from starlette_conformance.cost.dump import Reading, read_dump
from starlette_conformance.cost.vgdb import Vgdb
from starlette_conformance.model.errors import CannotTell, Failure
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.child_environment import of_app
from starlette_conformance.process.launch import Under, rests

PINNED = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-ERMS,-FSRM",
}
PATIENT = Path(__file__).with_name("_deterministic_runner.py")
TOTAL = re.compile(r"^events-\d+: (\d+)(?: (\d+))?", re.MULTILINE)
"""Of a thread: instructions and system calls since the last reading, where there are any."""
PROCESSOR = re.compile(r"^(?:model name|CPU part)\s*: (.+)", re.MULTILINE)
START_SECONDS = 90.0
SECONDS = 60.0
"""How long the server may take on its way to rest."""

INTERVAL = 0.001
"""Seconds between two events of the sse app; its own work takes longer under callgrind."""
PIPE = ("LOGNAME", "USER", "HOST", "HOSTNAME")
"""Variables by which valgrind and vgdb name the pipe between them, so both must have the same."""
OWN = "own"
"""What a user's app has for its own, in the folder of the counts."""

LACKING = (
    "no valgrind on PATH, so no instructions can be counted: install Debian's package `valgrind`"
)


def found() -> bool:
    """Whether instructions can be counted on this machine."""
    return bool(shutil.which("valgrind") and shutil.which("vgdb"))


def processor() -> str:
    """Its name, as the kernel has it; on some, by number."""
    named = PROCESSOR.search(Path("/proc/cpuinfo").read_text("utf-8", "replace"))
    return named[1] if named else "an unknown processor"


def under_callgrind(folder: Path, variables: Mapping[str, str], layout: int = 0) -> Under:
    """How a server is started, or what it is forked from, to be counted; counts lie in the folder.
    `layout` chooses among hash seeds, and where things lie in memory; `variables` are pinned, too.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None or not found():
        raise CannotTell(LACKING)
    options = [
        valgrind,
        "--quiet",
        "--tool=callgrind",
        "--trace-children=yes",
        "--instr-atstart=no",
        "--collect-systime=yes",
    ]
    options += ["--dump-line=no", _prefix(folder), f"--callgrind-out-file={folder}/counts.%p"]
    chosen = {"PYTHONHASHSEED": str(layout), "LAYOUT": "x" * (40 * layout)}
    return Under(options, [str(PATIENT)], {**PINNED, **variables, **chosen})


def _prefix(folder: Path) -> str:
    return f"--vgdb-prefix={folder}/vgdb"


class Counted:
    """A server under callgrind, counting from the first `read` after `begin` on."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self._folder = folder
        self._where = f"{server.app} on {server.environment}"
        self._nothing: Reading | None = None

    def __enter__(self) -> "Counted":
        return self

    def __exit__(self, *_: object) -> None:
        if "_vgdb" in vars(self):
            self._vgdb.close()

    def begin(self) -> None:
        self._vgdb.command("instrumentation on")

    def nothing(self) -> Reading:
        """What it executes for a reading, without a request in between; that is always the same."""
        if self._nothing is None:
            self.read()
            self._nothing = self.read()
        return self._nothing

    def read(self) -> Reading:
        """What it executed since the last reading; the server must be at rest."""
        self.settle()
        self._vgdb.command("dump")
        dumps = list(self._folder.glob(f"counts.{self.server.pid}.*"))
        if len(dumps) != 1:
            raise Failure(f"callgrind wrote {len(dumps)} counts of {self.server.app}, not one")
        text = dumps[0].read_text("utf-8", "replace")
        dumps[0].unlink()
        return read_dump(text)

    def total(self) -> tuple[int, int]:
        """Instructions and system calls since the last reading, of all threads, those that ended
        among them. It takes a hundredth of the time of a reading.
        """
        self.settle()
        threads = TOTAL.findall(self._vgdb.command("status internal"))
        return sum(int(each) for each, _ in threads), sum(int(each or 0) for _, each in threads)

    def settle(self) -> None:
        """Wait until every thread of the server sleeps."""
        if not rests(self.server.pid, SECONDS):
            raise CannotTell(f"{self._where} does not come to rest within {SECONDS:g} s")

    @cached_property
    def _vgdb(self) -> Vgdb:
        try:
            has = psutil.Process(self.server.pid).environ()
        except psutil.Error as error:
            raise CannotTell(f"{self._where}: {error}") from None
        named = {name: has[name] for name in PIPE if name in has}
        variables = of_app(self.server.environment) | named
        return Vgdb(_prefix(self._folder), self.server.pid, variables, self._where)
