"""Verdicts of stacks on which every spec passed, kept for `judge --cached`: as their run files.

Another package, Python, spec, app, engine, or tool that specs use, makes it another file, and so do
other arguments of pytest. A stack on which a spec failed is judged again, as is one that cannot be
installed: neither may be for good.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distributions
from pathlib import Path

import msgspec

from starlette_conformance.clients.environments import program_state
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import NotInstallable
from starlette_conformance.model.stack import Stack
from starlette_conformance.process.browser import PROGRAMS
from starlette_conformance.replay.corpus import is_unchanged
from starlette_conformance.replay.corpus import key as key_of_specs
from starlette_conformance.runs.run_reader import load, load_start
from starlette_conformance.runs.sessions import not_judged
from starlette_conformance.stacks.cache import key_of
from starlette_conformance.stacks.identity import identity
from starlette_conformance.stacks.kept_file import KeptFile
from starlette_conformance.stacks.targets import made

FOLDER = "verdicts"
FILES = 200
"""As many stacks are kept, those that were judged last: 1 MB each at the most."""
AT_ONCE = 4
"""Stacks that are looked up at a time."""


class _Run(msgspec.Struct):
    """A run file by name, and what its session says that it could not judge."""

    name: str
    data: bytes
    not_judged: tuple[str, ...]


class KeptVerdicts:
    """What is kept of some stacks, if they are judged by these arguments."""

    def __init__(
        self, targets: Mapping[str, Stack | Environment], arguments: Sequence[str]
    ) -> None:
        tools = sorted((each.name, each.version) for each in distributions())
        programs = program_state("curl"), program_state(*PROGRAMS)
        self._judging = key_of(key_of_specs(), tools, programs, tuple(arguments))
        self._files: dict[str, KeptFile[_Run]] = {}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for name, file in zip(targets, pool.map(self._file, targets.items()), strict=True):
                if file:
                    self._files[name] = file

    def _file(self, named: tuple[str, Stack | Environment]) -> KeptFile[_Run] | None:
        name, target = named
        try:
            which = identity(made(target))
        except NotInstallable:  # its session says so
            return None
        if which is None:
            return None
        key = key_of(self._judging, name, getattr(target, "suite", None), which)
        return KeptFile(FOLDER, key, _Run, FILES)

    def lay_out(self, folder: Path) -> tuple[dict[str, Path], list[str]]:
        """The run files of stacks that need not be judged, in a folder; what was not judged."""
        laid, said = {}, dict[str, None]()
        for name, file in self._files.items():
            if kept := file.read():
                folder.mkdir(exist_ok=True)
                laid[name] = folder / Path(kept.name).name
                laid[name].write_bytes(kept.data)
                said |= dict.fromkeys(kept.not_judged)
        return laid, list(said)

    def keep(self, logs: Mapping[str, Path], paths: Iterable[Path]) -> None:
        """The run files of stacks that were judged now, where every spec passed; not where somebody
        changed one meanwhile.
        """
        if not is_unchanged():
            return
        for path in paths:
            run = load(path)
            if not (run and run.end and run.start.stack in self._files):
                continue
            if run.verdicts and all(each.verdict == "pass" for each in run.verdicts):
                said = tuple(not_judged([logs[run.start.stack]]))
                kept = _Run(path.name, path.read_bytes(), said)
                self._files[run.start.stack].write(kept)


def taken(paths: Iterable[Path], stacks: int) -> str:
    """A sentence on the stacks whose verdicts are kept ones."""
    starts = [start for start in map(load_start, paths) if start]
    oldest = min(start.started for start in starts)
    count = f"{len(starts)} of {stacks} stacks"
    return f"{count} not judged again (--cached): verdicts of {oldest:%Y-%m-%d %H:%M} UTC or later"
