"""Judging many stacks side by side: sessions of pytest with a few stacks each.

A session writes run files as it goes, and they are all that is known of it in the end.
"""

import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from math import ceil
from pathlib import Path

from rich.console import Console

from starlette_conformance.model.errors import Failure, of_os
from starlette_conformance.output.progress import progress
from starlette_conformance.process.child_environment import of_own
from starlette_conformance.process.launch import guarded
from starlette_conformance.process.resources import Footprint
from starlette_conformance.runs.rerun_commands import stack_option
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.cache import BYTECODE, cache_folder, discard_bytecode, sweep
from starlette_conformance.stacks.project import ROOT, catalogue

STACKS_A_SESSION = 13
"""At the most: enough that the start of pytest weighs little."""

NO_PLUGINS = [
    "cacheprovider",
    "logging",
    "doctest",
    "unittest",
    "subtests",
    "faulthandler",
    "threadexception",
    "warnings",
    "unraisableexception",
    "setuponly",
    "setupplan",
    "stepwise",
    "pastebin",
]
PYTEST = [
    "-q",
    "--capture=no",
    "-ptimeout",
    "-pstarlette-conformance",
    "-pstarlette_conformance.pytest_plugin.quick_protocol",
    *(f"-pno:{name}" for name in NO_PLUGINS),
]
"""Our plugins, none that does something for each spec and nothing for a run, and no report of a
pass.
"""

SPECS = (str(ROOT / "specs"),)
LOG = "pytest.log"
POLL_SECONDS = 0.2
STOP_SECONDS = 15.0
BROKEN = 3
"""pytest's status where it could not go on."""
PROBE = 65536


def _check(session: "Session") -> None:
    try:
        session.check()
    except Failure:
        discard_bytecode()
        raise


class Session:
    """A pytest under way on some stacks, with a folder of its own for run files and output."""

    def __init__(
        self,
        stacks: Sequence[str],
        folder: Path,
        arguments: Sequence[str],
        specs: Sequence[str],
    ) -> None:
        self.stacks = stacks
        self.folder = folder
        folder.mkdir(parents=True)
        chosen = map(stack_option, stacks)
        options = [*PYTEST, f"--runs={folder}", *chosen, *arguments]
        self.process = session(options, folder / LOG, specs=specs)

    def check(self) -> None:
        """Raises Failure where it ended because nothing could be written, or its folder is gone.

        On a full disk its own output may have failed first, with any status.
        """
        if self.process.returncode == 0:
            return
        log = self.folder / LOG
        try:
            lines = log.read_text("utf-8", "replace").splitlines()
        except OSError as error:
            raise of_os(error, f"{log}: cannot be read") from None
        refused = [line for line in lines if "cannot be written: " in line]
        if refused and self.process.returncode == BROKEN:
            raise Failure(refused[-1].strip("! ").removeprefix("_pytest.outcomes.Exit: "))
        try:
            log.with_suffix(".probe").write_bytes(bytes(PROBE))
        except OSError as error:
            raise of_os(error, f"{self.folder}: cannot be written") from None
        finally:
            log.with_suffix(".probe").unlink(missing_ok=True)

    @property
    def run_files(self) -> list[Path]:
        return sorted(self.folder.glob("*.jsonl"))

    def ends_within(self, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.returncode is not None

    def stop(self) -> None:
        """SIGTERM ends pytest at once, and its servers die with it."""
        self.process.terminate()
        if not self.ends_within(STOP_SECONDS):
            self.process.kill()
            self.process.wait()


def last_words(folder: Path) -> str:
    """The line of the logs below a folder that says best why a session ended early."""
    lines = [
        line.strip()
        for log in sorted(folder.rglob(LOG))
        for line in log.read_text("utf-8", "replace").splitlines()
        if line.strip()
    ]
    begins = ("ERROR", "INTERNALERROR", "E  ")
    errors = [line for line in lines if line.startswith(begins) or ": error: " in line]
    return (errors or lines or ["pytest printed nothing"])[-1]


def not_judged(logs: Iterable[Path]) -> list[str]:
    """What sessions say that they could not judge, each once."""
    lines = (line for log in logs for line in log.read_text("utf-8", "replace").splitlines())
    return list(dict.fromkeys(line for line in lines if line.startswith("NOT JUDGED ")))


def session(
    options: Sequence[str],
    log: Path,
    stdin: int = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
    variables: Mapping[str, str] | None = None,
    specs: Sequence[str] = SPECS,
) -> "subprocess.Popen[bytes]":
    """Start pytest on some specs, with its output in `log`, and perhaps more `variables`.

    It runs in the same folder, from which stacks may be named by relative paths, and imports
    nothing from there: a folder `http` of the user is not the standard library's.
    """
    with log.open("wb") as output:
        return subprocess.Popen(
            guarded([sys.executable, "-P", "-m", "pytest", *specs, *options]),
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=_variables() | dict(variables or {}),
            pass_fds=pass_fds,
        )


def _variables() -> dict[str, str]:
    """None of pytest's, which would leave specs out, or break the session.

    A plugin that happens to be installed is not loaded: one is named, as in `judge -- -p xdist`.

    The specs are compiled once for all sessions, whatever PYTHONDONTWRITEBYTECODE says, and not
    beside themselves.
    """
    variables = of_own()
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    own = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPYCACHEPREFIX": str(cache_folder() / BYTECODE),
    }
    return variables | own


def shared_out(stacks: Sequence[str], sessions: int) -> list[list[str]]:
    """The stacks of each session: one goes to the session that has the least to do. One that more
    suites judge takes longer, and neighbours take equally long.

    The first stacks take longest. Every second session begins with others, or each core would have
    several servers of theirs to start at once, and those of `--workers` give up after 5 s.
    """
    shares: list[list[str]] = [[] for _ in range(sessions)]
    suites, also = [0] * sessions, catalogue().also
    for stack in stacks:
        least = suites.index(min(suites))
        shares[least].append(stack)
        suites[least] += 1 + len(also.get(stack, ()))
    for share in shares[1::2]:
        share.insert(len(share) // 2, share.pop(0))
    return shares


def judge(
    stacks: Sequence[str],
    folder: Path,
    jobs: int,
    arguments: Sequence[str],
    console: Console,
    specs: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Summary, Footprint]:
    """Judge stacks, `jobs` sessions at a time, each in a folder of its own below `folder`: by all
    specs, or each by its own.
    """
    footprint = Footprint()
    rounds = ceil(len(stacks) / (jobs * STACKS_A_SESSION)) or 1
    count = min(len(stacks), jobs * rounds)
    waiting = shared_out(stacks, count)
    sessions: list[Session] = []
    running: list[Session] = []
    what = "running the specs" if specs is None else "once more what failed"
    with progress(what, console) as shown:
        bar = shown.add_task("", total=len(stacks))
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    share, own = waiting.pop(0), folder / f"{len(sessions):03}"
                    chosen = SPECS if specs is None else [s for name in share for s in specs[name]]
                    session = Session(share, own, arguments, chosen)
                    sessions.append(session)
                    running.append(session)
                ended = [each for each in running if each.ends_within(POLL_SECONDS)]
                running = [each for each in running if each not in ended]
                for session in ended:
                    _check(session)
                footprint.look(session.process.pid for session in running)  # not the apps
                begun = sum(len(session.run_files) for session in sessions)
                shown.update(bar, completed=begun - len(running))
        finally:
            for session in running:
                session.stop()
            sweep(cache_folder())  # a session that was killed leaves what it was making
    summary = Summary.of(path for session in sessions for path in session.run_files)
    for session in sessions:
        summary.logs.update(dict.fromkeys(session.stacks, session.folder / LOG))
    return summary, footprint
