"""What the source of a user's app imports, and so may use."""

import re
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from starlette_conformance.userapp.private_copy import Original

IMPORT = re.compile(r"(?m)^\s*(?:from\s+(\w+)[\w.]*\s+import\b|import\s+([\w., ]+))")
KNOWN = {"anyio", "fastapi", "pydantic", "sse_starlette", "starlette", "uvicorn"}
"""Packages that use nothing of Starlette's that the app does not name itself."""
LARGEST = 1_000_000
"""Bytes of a file that is read."""


@dataclass(frozen=True)
class Source:
    """The text of an app's modules, and their names; empty where they lie elsewhere."""

    text: str = ""
    modules: frozenset[str] = frozenset()

    @classmethod
    def of(cls, original: Original, name: str) -> "Source":
        """Of `module:attribute`, if its module lies in the folder."""
        paths = [path for path in original.paths if path.suffix == ".py"]
        modules = {part.removesuffix(".py") for path in paths for part in path.parts}
        if name.partition(":")[0].partition(".")[0] not in modules:
            return cls()
        texts = []
        for path in paths:
            with suppress(OSError), (original.folder / path).open("rb") as file:
                texts.append(file.read(LARGEST).decode("utf-8", "replace"))
        return cls("\n".join(texts), frozenset(modules))

    @cached_property
    def imported(self) -> set[str]:
        """The first parts of the names of imported modules."""
        found = set()
        for one, several in IMPORT.findall(self.text):
            names = [one] if one else several.split(",")
            found |= {words[0].partition(".")[0] for name in names if (words := name.split())}
        return found

    def may_reach(self, names: Collection[str]) -> bool:
        """Whether the app may use one of these: it names it, or imports what may."""
        if not names or not self.text:
            return True
        if any(re.search(rf"\b{re.escape(name)}\b", self.text) for name in names):
            return True
        return bool(self.imported - sys.stdlib_module_names - self.modules - KNOWN)
