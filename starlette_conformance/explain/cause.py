"""The cause of differences: packages, and the release of each since which they are there."""

from dataclasses import dataclass
from typing import Literal

DEFAULT_SECONDS = 300.0
"""How long the causes of a diff are searched for."""

How = Literal["alone", "inseparable", "together", "parts"]


@dataclass(frozen=True)
class NamedChange:
    """A change of the ledger that makes a difference."""

    name: str
    sentence: str
    link: str


@dataclass(frozen=True)
class Guess:
    """An entry of a release's notes that mentions words of a difference, made inert, and the link
    of its pull request; empty where it names none.
    """

    text: str
    link: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Culprit:
    """A package that moves from `before` to `after`, None where it is not installed, and the
    `first_release` of it with the difference: None where that is not known, for the reason in
    `unknown`. `mark` says that it is yanked, a pre-release, or since which of these. `untried` are
    releases before it that could not be tried, so that one of them may be the first. `later` are
    releases after it that change the same thing again. `changes` are named changes at that release
    which alter the response; without one, `guesses` are what its notes say that may be it.
    """

    package: str
    before: str | None
    after: str | None
    first_release: str | None = None
    mark: str = ""
    untried: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    unknown: str = ""
    changes: tuple[NamedChange, ...] = ()
    links: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = ()


@dataclass(frozen=True)
class Sufficient:
    """Culprits which make the difference: one `alone`, or several; `together` each for all of it,
    in `parts` each for a part of it, or `inseparable`, so that nobody knows which of them it is.
    """

    culprits: tuple[Culprit, ...]
    how: How


@dataclass(frozen=True)
class Cause:
    """Why some differences are there, each the name of a request and where in the response.

    Each of `sufficient` makes them; `proved` says that OLD with any of these has them, and NEW
    without all of these has not. `untold` says why nothing is known, or what is not proved.
    """

    differences: tuple[tuple[str, str], ...]
    sufficient: tuple[Sufficient, ...] = ()
    proved: bool = False
    untold: str = ""


@dataclass(frozen=True)
class Causes:
    """What the search for causes came to: `trials` made, in so many `seconds`."""

    causes: tuple[Cause, ...] = ()
    trials: int = 0
    seconds: float = 0.0

    def of(self, differences: set[tuple[str, str]]) -> list[Cause]:
        """Those of any of these differences."""
        return [each for each in self.causes if differences & set(each.differences)]
