"""The variables of an `.http` file, and what its text is with their values."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.http_references import reference
from starlette_conformance.userapp.http_syntax import NAME, SHOWN

FILLED = 64 * 1024 * 1024
"""Characters that variables may come to in a whole file: a dozen of them, each twice in the next,
would be more than any memory."""


@dataclass
class Variables:
    """Those so far, by name; `places` are those of the requests that have a name."""

    path: Path
    values: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    characters: int = 0

    def filled(self, number: int, text: str) -> str:
        """The text with the variables' values in it."""
        parts, position = [], 0
        while (begin := text.find("{{", position)) >= 0 and (end := text.find("}}", begin)) >= 0:
            parts += [text[position:begin], self._value(number, text[begin + 2 : end].strip())]
            self.characters += len(parts[-1])
            if self.characters > FILLED:
                raise self.refused(number, f"variables come to more than {FILLED:,} characters")
            position = end + 2
        return "".join([*parts, text[position:]])

    def _value(self, number: int, name: str) -> str:
        with self.line(number, f"{{{{{name[:SHOWN]}}}}}: "):
            if found := reference(name, self.places):
                return found
        if name not in self.values:
            what = f"write `@{name[:SHOWN]} = ...` above"
            if not NAME.fullmatch(name):  # the editor makes it up, or has it from a response
                what = "write a value in its place, which is the same for both stacks"
            raise self.refused(number, f"{{{{{name[:SHOWN]}}}}} has no value: {what}")
        return self.values[name]

    @contextmanager
    def line(self, number: int, what: str = "") -> Iterator[None]:
        """A UsageError within names the file and the line."""
        try:
            yield
        except UsageError as error:
            raise self.refused(number, f"{what}{error}") from None

    def refused(self, number: int, why: str) -> UsageError:
        return UsageError(f"{self.path}:{number}: {why}")
