"""Trials: an environment of links to what is installed already, and what its app then does.

Each environment lies in a scratch folder and is gone after its trial.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from starlette_conformance.causes.distributions import Compiled, Distribution, put_into
from starlette_conformance.causes.moves import APP, BESIDE, PYTHON, PackageMoves, State
from starlette_conformance.causes.releases import Releases
from starlette_conformance.causes.search import Moves, Outcomes, OutOfTime
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure
from starlette_conformance.process.child_environment import of_uv
from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks.cache import BYTECODE, cache_folder
from starlette_conformance.stacks.interpreters import UV
from starlette_conformance.stacks.tempdirs import scratch

SECONDS = 60.0
"""How long an empty environment may take to be made."""
AT_ONCE = 2
"""Trials side by side: an app that starts uses a core."""

Observe = Callable[[Environment, bool], Outcomes]
"""What an app does in an environment; True says that it is NEW's app. Raises Failure."""
Trial = tuple[frozenset[Distribution], Moves]
"""What is installed, and which moves of BESIDE are made."""


@dataclass
class Trials:
    """`silent` says of each trial that showed nothing why. Whatever would begin after `deadline`,
    by the monotonic clock, raises OutOfTime. `folder` is a scratch folder with the bytecode of OLD
    and NEW; `releases` are those for OLD's Python, and for NEW's.
    """

    older: Environment
    newer: Environment
    moves: PackageMoves
    observe: Observe
    deadline: float
    folder: Path
    releases: Mapping[bool, Releases]
    advance: Callable[[], None] = lambda: None
    silent: dict[Trial, str] = field(default_factory=dict)
    _seen: dict[Trial, Outcomes] = field(default_factory=dict)

    @property
    def made(self) -> int:
        return len(self._seen)

    def run(self, sets: Sequence[Moves]) -> list[Outcomes]:
        """What OLD with each of these sets of moves does. Raises OutOfTime."""
        return self.of_states([(self.moves.state(each), each & BESIDE) for each in sets])

    def of_states(self, states: Sequence[tuple[State, Moves]]) -> list[Outcomes]:
        """Raises OutOfTime."""
        every = [(frozenset(state.values()), beside) for state, beside in states]
        left = [each for each in dict.fromkeys(every) if each not in self._seen]
        if left and time.monotonic() > self.deadline:
            raise OutOfTime("no time was left for more trials (--cause-seconds)")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for trial, outcomes in zip(left, pool.map(self._outcomes, left), strict=True):
                self._seen[trial] = outcomes
        return [self._seen[each] for each in every]

    def _outcomes(self, trial: Trial) -> Outcomes:
        every, beside = trial
        try:
            with self._environment(every, PYTHON in beside) as environment:
                return self.observe(environment, APP in beside)
        except Failure as error:
            self.silent[trial] = str(error)
            return {}
        finally:
            self.advance()

    @contextmanager
    def _environment(
        self, every: frozenset[Distribution], new_python: bool
    ) -> Iterator[Environment]:
        side = self.newer if new_python else self.older
        with scratch() as own:
            made = own / "environment"
            interpreter = empty_environment(side.interpreter, made)
            (site,) = made.glob("lib/python*/site-packages")
            fitting = [self._for_python(each, new_python) for each in every]
            used = cache_folder() / BYTECODE
            put_into(site, fitting, Compiled(self.folder / BYTECODE, used, self._tags[new_python]))
            try:
                yield replace(
                    side,
                    name="a trial",
                    interpreter=interpreter,
                    packages={each.name: each.version for each in every},
                    passes_variables=False,
                )
            finally:
                shutil.rmtree(used / str(own).lstrip("/"), ignore_errors=True)

    def _for_python(self, one: Distribution, new_python: bool) -> Distribution:
        """The same package for a Python, where it works with the one alone that it came with."""
        if one.tag == self._tags[new_python] or not one.is_compiled:
            return one
        return self.releases[new_python].install(one.name, one.version)

    @cached_property
    def _tags(self) -> tuple[str, str]:
        """Of both Pythons; one without packages runs none."""
        old, new = (
            next((each.tag for each in state.values()), "")
            for state in (self.moves.old, self.moves.new)
        )
        return old, new


def empty_environment(base: Path, folder: Path) -> Path:
    """A virtual environment without any package: its interpreter. Raises Failure."""
    command = [UV, "venv", "--no-project", "--quiet", "--python", str(base), str(folder)]
    try:
        subprocess.run(
            guarded(command),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env=of_uv(),
            cwd=cache_folder(),
        )
    except subprocess.SubprocessError as error:
        said = (getattr(error, "stderr", None) or b"").decode("utf-8", "replace")
        raise Failure(f"no environment for a trial could be made: {said or error}") from None
    return folder / "bin" / "python"


def keep_bytecode(moves: PackageMoves, folder: Path) -> None:
    """Links to what Python compiled of OLD and of NEW, into a folder."""
    roots = {each.root for state in (moves.old, moves.new) for each in state.values()}
    for root in roots:
        path = str(root).lstrip("/")
        with suppress(OSError, shutil.Error):  # without it a trial takes longer
            source = cache_folder() / BYTECODE / path
            shutil.copytree(source, folder / BYTECODE / path, copy_function=os.link)
