"""One path for all stacks that are counted, and bytecode that is there before: equal packages in
folders of other names were up to 0.3 % apart, and 0.7 % where one of them had no bytecode.

A name of an environment hashes to other places of a dictionary, compiling leaves other objects
behind than loading, and a folder of bytecode is one name more in what Python lists. So each stack
is run by a link of the same name, which leads to links to all its files, and its bytecode is made
in a folder aside by a server that nobody counts, where earlier ones did not leave it.
"""

import os
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from starlette_conformance.model.environment import Environment
from starlette_conformance.stacks.cache import BYTECODE, cache_folder


class OnePath:
    """Links in `folder`, which lead to one stack at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stacks: list[Environment] = []

    @property
    def variables(self) -> dict[str, str]:
        """Which a server of any stack gets."""
        return {"PYTHONPYCACHEPREFIX": str(self._folder / "bytecode")}

    def lead_to(self, environment: Environment) -> Environment:
        """The environment, at the path that all have. A server of another one must not run now.

        An interpreter without an environment of its own stays where it is.
        """
        prefix = environment.interpreter.parent.parent
        if environment not in self._stacks:
            self._stacks.append(environment)
            compiled = self._folder / f"bytecode-{len(self._stacks) - 1}"
            compiled.mkdir()
            library = environment.interpreter.resolve().parent.parent / "lib"
            _take_bytecode(compiled, prefix, self._folder / "stack")
            _take_bytecode(compiled, library, library)
        number = self._stacks.index(environment)
        self._link("bytecode", self._folder / f"bytecode-{number}")
        interpreter, ahead = environment.interpreter, environment.ahead
        if (prefix / "pyvenv.cfg").is_file():
            files = self._files_of(prefix, self._folder / f"stack-{number}")
            interpreter = self._link("stack", files) / interpreter.relative_to(prefix)
        if ahead:
            ahead = self._link("ahead", ahead)
        return replace(environment, interpreter=interpreter, ahead=ahead)

    def _files_of(self, prefix: Path, links: Path) -> Path:
        if not links.exists():
            bytecode = shutil.ignore_patterns("__pycache__")
            shutil.copytree(prefix, links, symlinks=True, ignore=bytecode, copy_function=os.symlink)
        return links

    def _link(self, name: str, target: Path) -> Path:
        link = self._folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(target.absolute())
        return link


def _take_bytecode(compiled: Path, source: Path, path: Path) -> None:
    """What servers of users' apps compiled of the files of a folder, for the same files elsewhere;
    without it, the server that compiles takes longer.
    """
    known = cache_folder() / BYTECODE / str(source).lstrip("/")
    with suppress(OSError, shutil.Error):
        shutil.copytree(known, compiled / str(path).lstrip("/"), copy_function=os.link)
