"""What a diff came to. It is all that the renderers get; it holds text only, nothing to look up.

Text in it comes from servers and may be hostile: each renderer escapes it for where it goes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from starlette_conformance.model.changes import Change

Aspect = Literal["status", "body", "framing", "value", "presence", "order", "case", "timing"]
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)
"""In what two answers can differ, the most dangerous first: the status, the body, where it ends,
a header's value, its presence, the order of the header lines, the case of their names, and what
of a stream arrives before what."""


@dataclass(frozen=True)
class Difference:
    """One field in which two answers differ.

    `where` is a field, such as `status` or `header vary`; `before` and `after` are its values as
    text, None where there is no such field.
    """

    aspect: Aspect
    where: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Line:
    """A line in the form of `curl -v`; `differs` tells that the other answer has it otherwise."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class Differing:
    """A request that two stacks answer differently, in either order of them.

    `served` is the app, or what else it is served as, `request` the lines of it, `before` and
    `after` the lines of both answers that matter. `changes` are the names of those that account
    for it, `remaining` what is left when they have: where there is any, it is unexplained.
    `by_hand` are lines to paste that repeat it: two that serve, one that asks.
    """

    served: str
    request: tuple[str, ...]
    before: tuple[Line, ...]
    after: tuple[Line, ...]
    differences: tuple[Difference, ...]
    changes: tuple[str, ...] = ()
    remaining: tuple[Difference, ...] = ()
    by_hand: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The request line."""
        return self.request[0] if self.request else ""

    @property
    def aspect(self) -> Aspect:
        """The most dangerous one."""
        return most_dangerous([*self.remaining, *self.differences])


@dataclass(frozen=True)
class Group:
    """Exchanges that differ for one reason; the first is the example.

    With a `change`, it accounts for them, and `lost` tells that NEW lacks it and OLD has it.
    Without, they look alike, and `name` is what they have in common: nobody explains them, or,
    where `explained`, what is known of the parsers does. An exchange may be in several groups; what
    remains of it is shared out among those that nobody explains. `aspect` is the most dangerous one
    that is due to this reason, `fields` what it alters in any of them, the most dangerous first.
    """

    name: str
    change: Change | None
    aspect: Aspect
    exchanges: tuple[Differing, ...]
    fields: tuple[str, ...] = ()
    lost: bool = False
    explained: bool = True

    @property
    def example(self) -> Differing:
        return self.exchanges[0]

    @property
    def apps(self) -> tuple[str, ...]:
        """Each once, in the order of the exchanges."""
        return tuple(dict.fromkeys(each.served for each in self.exchanges))


@dataclass(frozen=True)
class Security:
    """A security fix that lies between the stacks, or that NEW lacks altogether."""

    name: str
    change: Change
    standing: Literal["gained", "lost", "lacking"]


@dataclass(frozen=True)
class Side:
    """One of the two stacks: its name, and what it is made of.

    `implementation` is that of Python; `hash_seed` is None where the environment of the harness has
    it.
    """

    name: str
    packages: tuple[tuple[str, str], ...]
    parser: str
    loop: str
    python: str
    implementation: str = ""
    hash_seed: int | None = None


@dataclass(frozen=True)
class Diff:
    """Everything that a diff of two stacks found.

    `compared` counts the requests that both were asked, `differing` those answered differently.
    `unconfirmed` counts differences that were not there when both were asked again. `masked` tells
    what was left out of the comparison as random, and `not_compared` what could not be compared
    and why, a sentence each. `command` makes the same diff again.
    """

    older: Side
    newer: Side
    compared: int
    differing: int
    seconds: float
    security: tuple[Security, ...] = ()
    unexplained: tuple[Group, ...] = ()
    explained: tuple[Group, ...] = ()
    unconfirmed: int = 0
    masked: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    command: str = ""

    @property
    def kinds(self) -> set[str]:
        """The kinds of the changes that account for a difference."""
        return {group.change.kind for group in self.explained if group.change}


def most_dangerous(differences: Iterable[Difference]) -> Aspect:
    return min((each.aspect for each in differences), key=ASPECTS.index, default=ASPECTS[-1])
