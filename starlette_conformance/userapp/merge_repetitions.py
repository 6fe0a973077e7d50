"""The responses of several runs on two stacks to one request, brought down to one of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import filterfalse
from typing import Any

from starlette_conformance.explain.differences import SLOWER, differences
from starlette_conformance.explain.result import Difference
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.output.sanitize import plain
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.userapp.comparable import comparable, why_not
from starlette_conformance.userapp.follows import of_a_file, of_the_body
from starlette_conformance.userapp.ignore import Rule
from starlette_conformance.userapp.masking import Masked, mask
from starlette_conformance.userapp.slower import slower
from starlette_conformance.userapp.template import VARIES
from starlette_conformance.userapp.unpacked import KEPT, UNPACKED, Unpacked, unpacked
from starlette_conformance.userapp.where_it_varies import locations

TEXT = "utf-8", "surrogateescape"
"""How a body is read as text and back, whatever bytes it has."""
LENGTH = "[the length of the body]"


@dataclass(frozen=True)
class Merged:
    """One response of each stack with `[varies]` where it does, and where that is.

    `problem` says why they cannot be compared, where they cannot, and `limits` what of them.
    `follows` are fields whose difference follows from a body that is compared, or from the time of
    a file. `later` is what NEW takes longer for.
    """

    before: WireResponse
    after: WireResponse
    varying: tuple[str, ...] = ()
    problem: str = ""
    limits: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    later: tuple[Difference, ...] = ()

    @classmethod
    def of(
        cls,
        old: Sequence[WireResponse],
        new: Sequence[WireResponse],
        rules: Sequence[Rule] = (),
        seconds: float = SLOWER,
    ) -> "Merged":
        """From the responses of as many runs of OLD and of NEW, without what rules ignore. One of
        NEW is later by so many seconds at the least.
        """
        ours, theirs = ([comparable(wire, side) for wire in side] for side in (old, new))
        if problem := why_not(ours, theirs):
            return cls(ours[0], theirs[0], problem=problem)
        merging = _Merger(ours, theirs, rules)
        before, after = merging.responses()
        varying, limits = (tuple(dict.fromkeys(each)) for each in (merging.varying, merging.limits))
        found = cls(before, after, varying, limits=limits)
        sides = [[wire.response for wire in side] for side in (ours, theirs)]
        follows = [*of_the_body(*sides), *of_a_file(*sides)]
        return replace(found, follows=tuple(follows), later=tuple(slower(ours, theirs, seconds)))

    def counts(self, difference: Difference) -> bool:
        """Whether it says something that no other difference says."""
        return difference.where not in self.follows

    @cached_property
    def every(self) -> list[Difference]:
        """What differs in the responses, though it may follow from something else."""
        return differences(self.before, self.after)

    @cached_property
    def differences(self) -> list[Difference]:
        """What differs, and does not follow from something else."""
        return [] if self.problem else [*filter(self.counts, self.every), *self.later]


class _Merger:
    """Field by field, what the runs have in common; `varying` are the places where they differ, and
    `limits` says what could not be compared.
    """

    def __init__(
        self, old: Sequence[WireResponse], new: Sequence[WireResponse], rules: Sequence[Rule]
    ) -> None:
        self._old, self._new, self._rules = old, new, rules
        self._responses = [[wire.response for wire in side] for side in (old, new)]
        self._bodies = [[unpacked(response) for response in side] for side in self._responses]
        self.varying: list[str] = []
        self.limits: list[str] = []
        self._body_varies = False
        self._body_ignored = False

    def responses(self) -> tuple[WireResponse, WireResponse]:
        body = self._body()
        self._body_varies = bool(body.where) or self._body_ignored
        headers: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        names = [name for side in self._responses for r in side for name in r.headers]
        for name in filterfalse(self._is_hidden, dict.fromkeys(names)):
            is_of_body = name == "content-length" and self._body_varies and self._is_of_the_body()
            values = (LENGTH, LENGTH) if is_of_body else self._header(name)
            for mine, value in zip(headers, values, strict=True):
                mine.update({} if value is ABSENT else {name: value})
        reason = self._mask("reason", [[str(r.reason) for r in side] for side in self._responses])
        found = []
        for side, mine, text, phrase in zip(
            (self._old, self._new),
            headers,
            (body.before, body.after),
            (reason.before, reason.after),
            strict=True,
        ):
            response = replace(
                side[0].response, headers=mine, body=text.encode(*TEXT), reason=phrase
            )
            found.append(replace(side[0], response=response))
        return self._alike(*found)

    def _body(self) -> Masked:
        bodies = [each for side in self._bodies for each in side]
        if any(each.too_much for each in bodies) and len({each.body for each in bodies}) > 1:
            self.limits.append(
                f"body: not compared, for it unpacks to more than {UNPACKED:,} bytes"
            )
            return Masked(VARIES, VARIES, "on both")
        body = self._mask("body", [[self._text(each) for each in s] for s in self._bodies])
        if body.where and any(each.rest for each in bodies):
            self.limits.append(f"body: compared up to {KEPT:,} bytes of what it unpacks to")
        return body

    def _text(self, body: Unpacked) -> str:
        """Without what rules ignore."""
        text = whole = body.body.decode(*TEXT)
        for rule in self._rules:
            text = rule.body(text)
        self._body_ignored |= text != whole
        return text

    def _is_hidden(self, name: str) -> bool:
        return any(rule.hides_header(name) for rule in self._rules)

    def _alike(
        self, before: WireResponse, after: WireResponse
    ) -> tuple[WireResponse, WireResponse]:
        """Without what of the layout differs from run to run."""
        closes = self._is_steady("whether the connection is closed", lambda a: a.response.closes)
        cuts = self._is_one_length() or not self._body_varies
        cuts = cuts and self._is_steady("how the body is cut into chunks", lambda a: a.cuts)
        packed = [
            [_packed(response, body) for response, body in zip(*side, strict=True)]
            for side in zip(self._responses, self._bodies, strict=True)
        ]
        sent = all(len(set(each)) == 1 for each in packed) and not self._rules
        arrivals = self._is_steady("what of the stream comes together", lambda a: a.arrivals)
        names = self._is_steady("the header lines and their order", lambda a: a.names)
        found = []
        for wire, (as_sent, *_) in zip((before, after), packed, strict=True):
            response = wire.response
            found.append(
                WireResponse(
                    response if closes else replace(response, closes=False),
                    tuple(n for n in wire.names if not self._is_hidden(n.lower()))
                    if names
                    else tuple(sorted(response.headers)),
                    wire.cuts if cuts else None,
                    wire.arrivals if arrivals else "",
                    packed=as_sent if sent else "",
                )
            )
        return found[0], found[1]

    def _is_steady(self, what: str, field: Any) -> bool:
        steady = all(len({field(wire) for wire in side}) == 1 for side in (self._old, self._new))
        if not steady:
            self.varying.append(what)
        return steady

    def _is_one_length(self) -> bool:
        return len({len(each.body) for side in self._bodies for each in side}) == 1

    def _header(self, name: str) -> tuple[Any, Any]:
        """The values of a header on both stacks: texts where there are several."""
        sides = [[self._values(response, name) for response in side] for side in self._responses]
        counts = [{len(values) for values in side} for side in sides]
        if any(len(count) > 1 for count in counts):
            self.varying.append(f"header {name}: whether it is sent, or how often")
            return VARIES, VARIES
        pairs = [list(zip(*side, strict=True)) for side in sides]
        if counts[0] == counts[1]:
            found = [self._mask(f"header {name}", list(each)) for each in zip(*pairs, strict=True)]
            return _joined([each.before for each in found]), _joined([e.after for e in found])
        masked = [
            _joined([self._mask(f"header {name}", [values, values]).before for values in side])
            for side in pairs
        ]
        return masked[0], masked[1]

    def _values(self, response: Response, name: str) -> tuple[str, ...]:
        found = response.headers.get(name, ())
        values: tuple[Any, ...] = found if isinstance(found, tuple) else (found,)
        for rule in self._rules:
            values = tuple(rule.value(str(value)) for value in values)
        return values

    def _mask(self, where: str, samples: Sequence[Sequence[str]]) -> Masked:
        found = mask(*samples)
        if found.limit:
            self.limits.append(f"{where}: {found.limit}")
        if found.where:
            side = "" if found.where == "on both" else f" ({found.where})"
            shown = found.after if found.where == "only on NEW" else found.before
            text = locations(shown, samples)
            self.varying.append(f"{where}{side}: {plain(text, len(text))}")
        return found

    def _is_of_the_body(self) -> bool:
        return all(
            response.headers.get("content-length") in (ABSENT, str(len(response.body)))
            or "content-encoding" in response.headers
            for side in self._responses
            for response in side
        )


def _packed(response: Response, contents: Unpacked) -> str:
    """A body that is compared by what it unpacks to, as it was sent; without the time in gzip."""
    if contents.body == response.body:
        return ""
    body: bytes = response.body
    data = body[10:] if body.startswith(b"\x1f\x8b") else body
    return f"{len(body):,} bytes, SHA-256 {sha256(data).hexdigest()[:16]}"


def _joined(values: Sequence[str]) -> Any:
    if not values:
        return ABSENT
    return values[0] if len(values) == 1 else tuple(values)
