"""Differing exchanges, put together by what accounts for them, the most dangerous first."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from starlette_conformance.explain.clusters import shape
from starlette_conformance.explain.explainer import Reason
from starlette_conformance.explain.result import (
    ASPECTS,
    Aspect,
    Difference,
    Differing,
    Group,
    Security,
    most_dangerous,
)
from starlette_conformance.model.changes import Change
from starlette_conformance.model.environment import Environment

OF_ONE_HEADER: tuple[Aspect, ...] = ("value", "presence", "case")
"""Aspects of a difference that may have nothing to do with what else differs."""
PARSER = "the HTTP parser of uvicorn"
"""What is told of a difference that only the parser makes."""


def by_reason(
    found: Iterable[tuple[Differing, Mapping[Reason, Sequence[Difference]]]],
    names: Mapping[Change, str],
) -> list[Group]:
    """A group for each change that alters something, whatever else alters it as well.

    Its example is an exchange that shows the most dangerous difference, and by itself if possible.
    """
    members: dict[Reason, list[tuple[Differing, Sequence[Difference]]]] = {}
    for differing, reasons in found:
        for reason, altered in reasons.items():
            members.setdefault(reason, []).append((differing, altered))
    groups = []
    for (change, lost), those in members.items():
        those.sort(key=lambda each: _place(*each))
        altered = [difference for _, each in those for difference in each]
        groups.append(
            Group(
                names[change] if change else PARSER,
                change,
                most_dangerous(altered),
                tuple(differing for differing, _ in those),
                _fields(altered),
                lost,
            )
        )
    return sorted(groups, key=_danger)


def clusters(found: Iterable[Differing]) -> list[Group]:
    """What nobody explains, by what looks alike.

    A header that is all that differs somewhere, or all that such ones leave, is told by itself
    everywhere, and once.
    """
    found = list(found)
    alone: set[tuple[str, ...]] = set()
    while more := {_signature(part) for part in _parts(found, alone) if len(part) == 1} - alone:
        alone |= more
    members: dict[tuple[str, ...], list[Differing]] = {}
    for differing in found:
        for part in _apart(differing.remaining, alone):
            members.setdefault(_signature(part), []).append(replace(differing, remaining=part))
    groups = []
    for those in members.values():
        those.sort(key=lambda each: sum(map(len, each.request)))
        left = those[0].remaining
        aspect, fields = most_dangerous(left), _fields(left)
        groups.append(Group(", ".join(fields), None, aspect, tuple(those), fields, explained=False))
    return sorted(groups, key=_danger)


def _place(differing: Differing, altered: Sequence[Difference]) -> tuple[int, int, int]:
    aspect = ASPECTS.index(most_dangerous(altered))
    return aspect, len(differing.changes), sum(map(len, differing.request))


def _danger(group: Group) -> tuple[int, int]:
    return ASPECTS.index(group.aspect), -len(group.exchanges)


def _fields(differences: Iterable[Difference]) -> tuple[str, ...]:
    ordered = sorted(differences, key=lambda each: ASPECTS.index(each.aspect))
    return tuple(dict.fromkeys(difference.where for difference in ordered))


def _parts(
    found: Iterable[Differing], alone: Collection[tuple[str, ...]]
) -> Iterator[tuple[Difference, ...]]:
    for each in found:
        yield from _apart(each.remaining, alone)


def _apart(
    left: Sequence[Difference], alone: Collection[tuple[str, ...]]
) -> Iterator[tuple[Difference, ...]]:
    """What differs together, and each header that differs by itself somewhere."""
    single = [d for d in left if d.aspect in OF_ONE_HEADER and _signature([d]) in alone]
    if together := tuple(difference for difference in left if difference not in single):
        yield together
    yield from ((difference,) for difference in single)


def _signature(left: Iterable[Difference]) -> tuple[str, ...]:
    """Where exchanges differ, and how, roughly."""
    return tuple(sorted(f"{d.where}: {shape(d.before)} -> {shape(d.after)}" for d in left))


def security(
    changes: Mapping[str, Change], older: Environment, newer: Environment
) -> tuple[Security, ...]:
    """The security fixes that NEW brings, those that it takes away, and those that both lack."""
    found = []
    for name, change in changes.items():
        if change.kind != "security" or not newer.has(change.package):
            continue
        had, has = change.applies_to(older), change.applies_to(newer)
        if has and not had and older.has(change.package):
            found.append(Security(name, change, "gained"))
        elif not has:
            found.append(Security(name, change, "lost" if had else "lacking"))
    order = ("lost", "gained", "lacking")
    return tuple(sorted(found, key=lambda each: order.index(each.standing)))
