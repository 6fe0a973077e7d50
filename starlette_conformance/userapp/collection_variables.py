"""`{{name}}` in a collection of requests, by the values that the collection has."""

import re
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starlette_conformance.model.errors import UsageError

VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
FILLED = 16 * 1024 * 1024
"""Characters that variables may come to."""
NESTED = 10
"""Variables in variables."""


@dataclass
class Variables:
    """Values by name, and where a user writes one. `prefix` may stand before a name; `refused` is
    how that begins which only the collection's own program can fill in.
    """

    values: ChainMap[str, str]
    place: str
    prefix: str = ""
    refused: str = ""
    _characters: list[int] = field(default_factory=lambda: [0])

    def within(self, more: Mapping[str, str]) -> "Variables":
        """With those of a folder besides."""
        if not more:
            return self
        values = self.values.new_child(dict(more))
        return replace(self, values=values)

    def filled(self, text: str, depth: int = 0) -> str:
        """Raises UsageError."""
        if self.refused and self.refused in text:
            tag = text[text.index(self.refused) :][:60]
            raise UsageError(f"{tag}: only the program that made it fills that in; record a HAR")

        def value(found: re.Match[str]) -> str:
            name = found[1].strip().removeprefix(self.prefix)
            if name not in self.values:
                raise UsageError(f"{{{{{name[:80]}}}}} has no value: write it in {self.place}")
            inner = self.values[name]
            self._characters[0] += len(inner)
            if depth >= NESTED or self._characters[0] > FILLED:
                raise UsageError(f"{{{{{name[:80]}}}}}: variables in variables come to too much")
            return self.filled(inner, depth + 1)

        return VARIABLE.sub(value, text)
