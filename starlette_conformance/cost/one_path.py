"""Where a stack lies while it is counted: at a path as long as that of any other, with bytecode
that is there before. Equal packages in folders of other names were up to 0.3 % apart, and 0.7 %
where one of them had no bytecode; in folders of other names of the same length, 0.03 %.

Compiling leaves other objects behind than loading, and a folder of bytecode is one name more in
what Python lists. So each stack is run by links to all its files, and its bytecode is made in a
folder aside by a server that nobody counts, where earlier ones did not leave it.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from starlette_conformance.model.environment import Environment
from starlette_conformance.stacks.cache import BYTECODE, cache_folder
from starlette_conformance.stacks.tempdirs import scratch

LENGTH = 48
"""Of the names of a folder that is a run's own, and one in it; the former holds a process id."""


@dataclass(frozen=True)
class Place:
    """The folder of a stack that is counted, and that stack as it lies there."""

    folder: Path
    environment: Environment

    @property
    def variables(self) -> dict[str, str]:
        """Which its servers get."""
        return {"PYTHONPYCACHEPREFIX": str(self.folder / "bytecode")}


@contextmanager
def placed(environment: Environment) -> Iterator[Place]:
    """The environment at such a path. An interpreter without an environment of its own stays where
    it is.
    """
    with scratch() as own:
        folder = own / ("_" * (LENGTH - len(own.name)))
        folder.mkdir()
        prefix = environment.interpreter.parent.parent
        take_bytecode(environment, folder / "bytecode", folder / "stack")
        interpreter, ahead = environment.interpreter, environment.ahead
        if (prefix / "pyvenv.cfg").is_file():
            interpreter = _linked(prefix, folder / "stack") / interpreter.relative_to(prefix)
        if ahead:
            (folder / "ahead").symlink_to(ahead.absolute())
            ahead = folder / "ahead"
        yield Place(folder, replace(environment, interpreter=interpreter, ahead=ahead))


def _linked(prefix: Path, links: Path) -> Path:
    bytecode = shutil.ignore_patterns("__pycache__")
    shutil.copytree(prefix, links, symlinks=True, ignore=bytecode, copy_function=os.symlink)
    return links


def take_bytecode(environment: Environment, compiled: Path, path: Path | None = None) -> None:
    """What servers of users' apps compiled of an environment, for the same files at this path;
    without it, the server that compiles takes longer.
    """
    prefix = environment.interpreter.parent.parent
    library = environment.interpreter.resolve().parent.parent / "lib"
    for source, there in ((prefix, path or prefix), (library, library)):
        known = cache_folder() / BYTECODE / str(source).lstrip("/")
        with suppress(OSError, shutil.Error):
            target = compiled / str(there).lstrip("/")
            shutil.copytree(known, target, copy_function=_link, dirs_exist_ok=True)


def _link(source: str, target: str) -> None:
    with suppress(FileExistsError):  # the library's, which the other stack has taken as well
        os.link(source, target)
