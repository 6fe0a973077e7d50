"""Lines of text that a stack produced, comparable with an expectation that may be lazy."""

from collections.abc import Iterable

from starlette_conformance.model.comparison import Comparable, Comparison
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import resolve


class Lines(Comparable, list[str]):
    """What an app logged, or how an exchange looks in the form of `curl -v`."""

    def __init__(self, lines: Iterable[str], environment: Environment) -> None:
        super().__init__(lines)
        self.environment = environment

    def between(self, first: str, last: str) -> "Lines":
        """From the first line that holds `first` to the last one that holds `last`."""
        start = next(number for number, line in enumerate(self) if first in line)
        stop = max(number for number, line in enumerate(self) if last in line)
        return Lines(self[start : stop + 1], self.environment)

    def compare(self, expected: object) -> Comparison:
        wanted, asserted = resolve(expected, self.environment)
        return Comparison(wanted, list(self) == wanted, asserted)
