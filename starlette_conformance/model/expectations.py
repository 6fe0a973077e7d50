"""What a spec expects: a `Response`, and values that depend on the stack or on chance.

Two kinds of value stand where a plain one could:
- a *lazy* value (`since`, `history`, `by_parser`) becomes a plain one once the stack is
  known. `ABSENT` as the value of a header means that the header is not sent;
- a *matcher* (`HTTP_DATE`, `unordered`) accepts what is random by nature.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from types import NoneType
from typing import Any, NamedTuple

from starlette_conformance.model import clock
from starlette_conformance.model.chance import leading, one_of
from starlette_conformance.model.changes import Change
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure
from starlette_conformance.model.matcher import Matcher

WHOLE = "whole"


Assertion = tuple[Change, bool]
"""A change that an expectation depends on, and whether the stack has it."""


class Lazy:
    """A value that is known once the stack is known."""

    def on(self, environment: Environment, asserted: set[Assertion]) -> Any:
        """The value on a stack. The changes that decide between two values go to `asserted`."""
        raise NotImplementedError


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT: Any = _Absent()

CONTINUE = "HTTP/1.1 100 Continue"
"""The head of the interim response to `Expect: 100-continue`."""


@dataclass(frozen=True)
class since(Lazy):  # noqa: N801  (reads as a word in a spec)
    """`now` on every stack that has the change, `before` on those that have not."""

    change: Change
    now: Any
    before: Any = ABSENT

    def on(self, environment: Environment, asserted: set[Assertion]) -> Any:
        applies = self.change.applies_to(environment)
        if self.now != self.before:
            asserted.add((self.change, applies))
        return self.now if applies else self.before


def history(oldest: Any, *phases: tuple[Change, Any]) -> Any:
    """A value with three or more phases, oldest first: `history("a", (B, "b"), (C, "c"))`."""
    value = oldest
    for change, now in phases:
        value = since(change, now, before=value)
    return value


@dataclass(frozen=True)
class by_parser(Lazy):  # noqa: N801
    """A value that depends on the server's HTTP parser."""

    h11: Any
    httptools: Any

    def on(self, environment: Environment, asserted: set[Assertion]) -> Any:  # noqa: ARG002
        if not hasattr(self, environment.parser):
            raise Failure(
                f"{environment}: this spec says what h11 and httptools do, and not "
                f"{environment.parser}"
            )
        return getattr(self, environment.parser)


class _ServerHeader(Lazy):
    """The header Server, which each server has its own value for, or leaves out."""

    def on(self, environment: Environment, asserted: set[Assertion]) -> Any:  # noqa: ARG002
        header = environment.server.header
        return ABSENT if header is None else header


SERVER = _ServerHeader()


class _HttpDate(Matcher):
    """The IMF-fixdate (RFC 9110 section 5.6.7) of when it came, give or take 20 s."""

    def accepts(self, text: str, at: float) -> bool:
        moment = _moment(text)
        return moment is not None and clock.near(moment, at, 20)

    def __repr__(self) -> str:
        return "the date of now"


@lru_cache(maxsize=8)
def _moment(text: str) -> float | None:
    """The seconds since the epoch of a well-formed IMF-fixdate."""
    try:
        moment = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp() if format_datetime(moment, usegmt=True) == text else None


HTTP_DATE = _HttpDate()


class unordered(Matcher):  # noqa: N801
    """A comma-separated list, in any order: each item once, `", "` between them."""

    def __init__(self, *items: str) -> None:
        self.items = items

    def accepts(self, text: str, at: float) -> bool:  # noqa: ARG002
        return sorted(text.split(", ")) == sorted(self.items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, unordered) and sorted(self.items) == sorted(other.items)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.items)))

    def __repr__(self) -> str:
        return f"{', '.join(self.items)} in any order"


@dataclass(frozen=True)
class chunked:  # noqa: N801
    """A body sent in just these chunks (RFC 9112 section 7.1)."""

    chunks: tuple[bytes, ...]

    def __init__(self, *chunks: bytes) -> None:
        object.__setattr__(self, "chunks", chunks)


@dataclass(frozen=True)
class Response:
    """One whole response. As an expectation any field may be lazy; a header may be a matcher.

    `headers` has lower-case names; a repeated header has a tuple of values. `reason` defaults to
    the phrase of RFC 9110 section 15. `ending` is WHOLE, or says what is wrong with the delivery.
    `closes` says that the server closed the connection after it. `interim` are the heads of the 1xx
    before it, such as CONTINUE. `extensions` are those of each chunk, the last one's included, and
    () where none has any; `trailers` are as `headers`. `lines` are the names of the header lines,
    in the order and with the capitals sent: an expectation compares them where it has them. `at` is
    when a response came, in seconds since the epoch, and not compared.
    """

    status: Any
    headers: Any = field(default_factory=dict)
    body: Any = b""
    reason: Any = None
    version: Any = "HTTP/1.1"
    ending: Any = WHOLE
    closes: Any = False
    interim: Any = ()
    extensions: Any = ()
    trailers: Any = field(default_factory=dict)
    lines: Any = field(default=None, compare=False, repr=False)
    at: float = field(default_factory=time.time, compare=False, repr=False)

    def expected_reason(self) -> Any:
        return REASONS.get(self.status, "") if self.reason is None else self.reason


PLAIN = {str, bytes, int, float, bool, NoneType}
"""The types of most values, which are looked at first."""


class Resolution(NamedTuple):
    """An expectation as it is on a stack, and the changes that made it so."""

    value: Any
    asserted: frozenset[Assertion]


def resolve(value: Any, environment: Environment) -> Resolution:
    """`value` with everything lazy in it replaced by what it is on this stack."""
    asserted: set[Assertion] = set()
    return Resolution(_resolved(value, environment, asserted), frozenset(asserted))


def _resolved(value: Any, environment: Environment, asserted: set[Assertion]) -> Any:
    while isinstance(value, Lazy):
        value = value.on(environment, asserted)
    if type(value) in PLAIN:
        return value
    if isinstance(value, Response):
        parts = (getattr(value, f.name) for f in fields(value))
        return Response(*(_resolved(part, environment, asserted) for part in parts))
    if isinstance(value, Mapping):
        pairs = ((key, _resolved(item, environment, asserted)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not ABSENT}
    if isinstance(value, list | tuple):
        items = (_resolved(part, environment, asserted) for part in value)
        return type(value)(item for item in items if item is not ABSENT)
    if isinstance(value, one_of):
        return one_of(*(_resolved(part, environment, asserted) for part in value.values))
    assert not is_dataclass(value) or isinstance(value, chunked | leading | Matcher | type), value
    return value


# RFC 9110 section 15, not http.HTTPStatus: that one changes with the Python that runs the harness.
REASONS = {
    200: "OK",
    204: "No Content",
    206: "Partial Content",
    304: "Not Modified",
    307: "Temporary Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    416: "Range Not Satisfiable",
    500: "Internal Server Error",
}
