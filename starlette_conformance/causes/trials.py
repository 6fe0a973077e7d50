"""Trials: an environment of links to what is installed already, and what its app then does.

Each environment lies in a scratch folder and is gone after its trial.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from starlette_conformance.causes.candidates import Moves, Outcomes, OutOfTime
from starlette_conformance.causes.distributions import Compiled, Distribution, put_into
from starlette_conformance.causes.moves import APP, BESIDE, PYTHON, PackageMoves, State
from starlette_conformance.causes.releases import Releases
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure
from starlette_conformance.stacks.cache import BYTECODE, cache_folder
from starlette_conformance.stacks.tempdirs import scratch
from starlette_conformance.stacks.uv_command import run_uv

SECONDS = 60.0
"""How long an empty environment may take to be made."""
AT_ONCE = 2
"""Trials side by side: an app that starts uses a core."""

Observe = Callable[[Environment, bool], Outcomes]
"""What an app does in an environment; True says that it is NEW's app. Raises Failure."""
Trial = tuple[frozenset[Distribution], Moves]
"""What is installed, and which moves of BESIDE are made."""


@dataclass(frozen=True)
class Base:
    """What trials with the Python of a side begin with: its environment, the tag of its bytecode,
    an environment without packages to copy, and releases that are installed for it.
    """

    environment: Environment
    tag: str
    empty: Path
    releases: Releases

    @classmethod
    def of(cls, environment: Environment, tag: str, folder: Path, deadline: float) -> "Base":
        """Made in a folder. Raises Failure."""
        folder.mkdir()
        empty = folder / "empty"
        _make_empty(environment.interpreter, empty)
        releases = Releases(environment.interpreter, tag, folder, deadline)
        return cls(environment, tag, empty, releases)

    def installed(self, one: Distribution) -> Distribution:
        """A package for this Python, where it works with the one alone that it came with."""
        if one.tag == self.tag or not one.is_compiled:
            return one
        return self.releases.install(one.name, one.version)


@dataclass
class Trials:
    """`bases` are OLD's and NEW's, `bytecode` a folder with what both have. Whatever would begin
    after `deadline`, by the monotonic clock, raises OutOfTime.
    """

    bases: tuple[Base, Base]
    moves: PackageMoves
    observe: Observe
    deadline: float
    bytecode: Path
    advance: Callable[[], None] = lambda: None
    made: int = 0
    _seen: dict[Trial, Outcomes] = field(default_factory=dict)
    _twice: set[Trial] = field(default_factory=set)

    def run(self, sets: Sequence[Moves]) -> list[Outcomes]:
        """What OLD with each of these sets of moves does. Raises OutOfTime."""
        return self.of_states([(self.moves.state(each), each & BESIDE) for each in sets])

    def of_states(
        self, states: Sequence[tuple[State, Moves]], again: bool = False
    ) -> list[Outcomes]:
        """With `again`, what told nothing is tried once more, and no oftener. Raises OutOfTime."""
        every = [(frozenset(state.values()), beside) for state, beside in states]
        silent = {each for each in every if again and self._seen.get(each) == {}}
        twice = silent - self._twice
        self._twice |= twice
        left = [each for each in dict.fromkeys(every) if each in twice or each not in self._seen]
        self._seen |= zip(left, self._made(left), strict=True)
        return [self._seen[each] for each in every]

    def anew(self, sets: Sequence[Moves]) -> list[Outcomes]:
        """As `run`, of trials that were made before. Raises OutOfTime."""
        states = [(self.moves.state(each), each & BESIDE) for each in sets]
        return self._made([(frozenset(state.values()), beside) for state, beside in states])

    def _made(self, trials: Sequence[Trial]) -> list[Outcomes]:
        if trials and time.monotonic() > self.deadline:
            raise OutOfTime("no time was left for more trials (--cause-seconds)")
        self.made += len(trials)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self._outcomes, trials))

    def _outcomes(self, trial: Trial) -> Outcomes:
        every, beside = trial
        try:
            with self._environment(every, PYTHON in beside) as environment:
                return self.observe(environment, APP in beside)
        except Failure:
            return {}
        finally:
            self.advance()

    @contextmanager
    def _environment(
        self, every: frozenset[Distribution], new_python: bool
    ) -> Iterator[Environment]:
        base = self.bases[new_python]
        with scratch() as own:
            made = own / "environment"
            shutil.copytree(base.empty, made, symlinks=True)
            (site,) = made.glob("lib/python*/site-packages")
            used = cache_folder() / BYTECODE
            compiled = Compiled(self.bytecode, used, base.tag)
            put_into(site, map(base.installed, every), compiled)
            try:
                yield replace(
                    base.environment,
                    name="a trial",
                    interpreter=made / "bin" / "python",
                    packages={each.name: each.version for each in every},
                    passes_variables=False,
                )
            finally:
                shutil.rmtree(used / str(own).lstrip("/"), ignore_errors=True)


def _make_empty(base: Path, folder: Path) -> None:
    options = ["--no-project", "--quiet", "--python", str(base)]
    failed = "no environment for a trial could be made"
    try:
        done = run_uv(["venv", *options, str(folder)], SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{failed}: {error}") from None
    if done.returncode:
        raise Failure(f"{failed}: {done.stderr or f'uv ended with {done.returncode}'}")


def keep_bytecode(moves: PackageMoves, folder: Path) -> None:
    """Put links to what Python compiled of OLD and of NEW into a folder."""
    roots = {each.root for state in (moves.old, moves.new) for each in state.values()}
    for root in roots:
        path = str(root).lstrip("/")
        with suppress(OSError, shutil.Error):  # without it a trial takes longer
            source = cache_folder() / BYTECODE / path
            shutil.copytree(source, folder / path, copy_function=os.link)
