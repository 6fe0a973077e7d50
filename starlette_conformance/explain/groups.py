"""Differing exchanges, put together by what accounts for them, the most dangerous first."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from starlette_conformance.explain.changes_between import Security
from starlette_conformance.explain.explainer import Reason
from starlette_conformance.explain.result import Difference, Differing, Group
from starlette_conformance.explain.severity import (
    OF_ONE_HEADER,
    SEVERITIES,
    field_of,
    most_dangerous,
)
from starlette_conformance.model.changes import Change
from starlette_conformance.model.environment import Environment

PARSER = "the HTTP parser of uvicorn"
"""The name of a group of differences that only the parser makes."""

WIDTH = 60
NAMED = 12
"""Fields that the name of a group has."""

Fix = Literal["has", "lacks", "no package"]
STANDINGS: Mapping[tuple[Fix, Fix], Literal["gained", "lost", "lacking"]] = {
    ("lacks", "has"): "gained",
    ("has", "lacks"): "lost",
    ("lacks", "lacks"): "lacking",
    ("no package", "lacks"): "lacking",
}
"""What becomes of a security fix, by what OLD and NEW have; of all others there is no word."""


def by_reason(
    exchanges: Iterable[tuple[Differing, Mapping[Reason, Sequence[Difference]]]],
    names: Mapping[Change, str],
    lost: Collection[Change] = (),
) -> list[Group]:
    """A group for each change that alters something, whatever else alters it as well.

    Its example is an exchange that shows the most dangerous difference, and by itself if possible.
    `lost` are the changes that OLD has and NEW lacks.
    """
    members: dict[Reason, list[tuple[Differing, Sequence[Difference]]]] = {}
    for differing, reasons in exchanges:
        for reason, altered in reasons.items():
            members.setdefault(reason, []).append((differing, altered))
    groups = []
    for change, those in members.items():
        those.sort(key=lambda member: _place(*member))
        altered = [difference for _, of_one in those for difference in of_one]
        groups.append(
            Group(
                names[change] if change else PARSER,
                change,
                most_dangerous(difference.severity for difference in altered),
                tuple(differing for differing, _ in those),
                _fields(altered),
                change in lost,
            )
        )
    return sorted(groups, key=_danger)


def clusters(exchanges: Iterable[Differing]) -> list[Group]:
    """What nobody explains, by what looks alike.

    A header that is all that differs somewhere, or all that such ones leave, is a cluster of its
    own everywhere, and once.
    """
    exchanges = list(exchanges)
    alone: set[tuple[str, ...]] = set()
    while more := {_signature(part) for part in _parts(exchanges, alone) if len(part) == 1} - alone:
        alone |= more
    members: dict[tuple[str, ...], list[Differing]] = {}
    for differing in exchanges:
        for part in _apart(differing.remaining, alone):
            members.setdefault(_signature(part), []).append(replace(differing, remaining=part))
    groups = []
    for those in members.values():
        those.sort(key=_length)
        left = those[0].remaining
        severity, fields = most_dangerous(d.severity for d in left), _fields(left)
        names = tuple(dict.fromkeys(map(field_of, fields)))
        beyond = len(names) - NAMED
        name = ", ".join(names[:NAMED]) + (f", and {beyond} more" if beyond > 0 else "")
        groups.append(Group(name, None, severity, tuple(those), fields, explained=False))
    return sorted(groups, key=_danger)


def _place(differing: Differing, altered: Sequence[Difference]) -> tuple[int, int, int]:
    severity = most_dangerous(difference.severity for difference in altered)
    return SEVERITIES.index(severity), len(differing.changes), _length(differing)


def _length(differing: Differing) -> int:
    return sum(map(len, differing.request))


def _danger(group: Group) -> tuple[int, int]:
    return SEVERITIES.index(group.severity), -len(group.exchanges)


def _fields(differences: Iterable[Difference]) -> tuple[str, ...]:
    ordered = sorted(differences, key=lambda d: SEVERITIES.index(d.severity))
    return tuple(dict.fromkeys(difference.where for difference in ordered))


def _parts(
    exchanges: Iterable[Differing], alone: Collection[tuple[str, ...]]
) -> Iterator[tuple[Difference, ...]]:
    for differing in exchanges:
        yield from _apart(differing.remaining, alone)


def _apart(
    left: Sequence[Difference], alone: Collection[tuple[str, ...]]
) -> Iterator[tuple[Difference, ...]]:
    """What differs together, and each header that differs by itself somewhere."""
    single = [d for d in left if d.severity in OF_ONE_HEADER and _signature([d]) in alone]
    if together := tuple(difference for difference in left if difference not in single):
        yield together
    alike: dict[tuple[str, ...], list[Difference]] = {}
    for difference in single:
        alike.setdefault(_signature([difference]), []).append(difference)
    yield from map(tuple, alike.values())


def _signature(left: Iterable[Difference]) -> tuple[str, ...]:
    """In which fields exchanges differ, and how, roughly."""
    return tuple(
        sorted({f"{field_of(d.where)}: {_shape(d.before)} -> {_shape(d.after)}" for d in left})
    )


def _shape(value: str | None) -> str:
    """What values of one cluster have in common."""
    text = re.sub(r"[0-9a-f]{26,32}", "#", str(value))
    text = re.sub(r"https?://\S+", "URL", text)
    text = re.sub(r"\d{2,}", "N", text)
    return text if len(text) <= WIDTH else "long text"


def fix_of(change: Change, environment: Environment) -> Fix:
    """Whether an environment has a security fix."""
    if change.applies_to(environment):
        return "has"
    return "lacks" if environment.has(change.package) else "no package"


def security(
    changes: Mapping[str, Change], older: Environment, newer: Environment
) -> tuple[Security, ...]:
    """The security fixes that NEW brings, those that it takes away, and those that both lack."""
    fixes = []
    for name, change in changes.items():
        standing = STANDINGS.get((fix_of(change, older), fix_of(change, newer)))
        if change.kind == "security" and standing:
            fixes.append(Security(name, change, standing))
    order = ("lost", "gained", "lacking")
    return tuple(sorted(fixes, key=lambda fix: order.index(fix.standing)))
