"""How many responses of each stack were of which class of status codes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NO_RESPONSE = "no response"
SUCCEEDED = ("1xx", "2xx", "3xx")
"""Classes of status codes that say that a request did what it should."""


@dataclass(frozen=True)
class Statuses:
    """How many responses of each stack were of which class: `2xx`, or `no response`."""

    older: Mapping[str, int]
    newer: Mapping[str, int]

    @classmethod
    def of(cls, older: Iterable[int], newer: Iterable[int]) -> "Statuses":
        """From status codes; 0 is no response."""
        return cls(*(dict(sorted(Counter(map(_class, side)).items())) for side in (older, newer)))

    @property
    def nothing_succeeded(self) -> bool:
        """Whether no request did what it should on OLD: there is nothing that NEW could break."""
        return not any(map(self.older.get, SUCCEEDED))


@dataclass(frozen=True)
class Replayed:
    """Of how many requests somebody says what they should do, `recorded`, and how many of them did
    otherwise on OLD, `unlike`; and how many values in requests were those of earlier responses.
    """

    recorded: int
    unlike: int
    bound: int


@dataclass(frozen=True)
class Reached:
    """How many operations of an app there are to requests that were made of it, and those to which
    no response of OLD was 2xx, with what they got: `GET /me (401)`.
    """

    operations: int
    missed: tuple[str, ...] = ()

    @property
    def reached(self) -> int:
        return self.operations - len(self.missed)


def _class(status: int) -> str:
    return f"{status // 100}xx" if status else NO_RESPONSE
