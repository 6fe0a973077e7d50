"""A mutant: a module of an installed package in which one piece of text is another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A piece of a module's source, in bytes from `start` to `end`, and what stands there instead.

    `function` is the qualified name of what it stands in, empty at the top of the module. `text` is
    the line that it begins in. `first` and `last` are the lines of its statement, or of its
    condition where that has a body: it is reached where one of them is. One that `runs_at_import`
    is reached by importing, and the lines from `inner_first` to `inner_last` may use it, and no
    other where it `is_default`.
    """

    module: str
    function: str
    line: int
    column: int
    operator: str
    number: int
    start: int
    end: int
    before: str
    after: str
    text: str
    first: int
    last: int
    runs_at_import: bool = False
    inner_first: int = 0
    inner_last: int = 0
    is_default: bool = False

    @property
    def name(self) -> str:
        """The same as long as the module is: `starlette.routing:213:5:compare:0`."""
        return f"{self.module}:{self.line}:{self.column}:{self.operator}:{self.number}"

    def applied(self, source: bytes) -> bytes:
        """The source of its module, mutated."""
        return source[: self.start] + self.after.encode() + source[self.end :]

    def summary(self) -> str:
        """What it changes, in a line."""
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return f"{before or '(nothing)'} -> {after or '(nothing)'}"
