"""The causes of what a request costs more: packages and releases, by counts on trial environments.

A count is that of NEW where it is nearer to NEW's than to OLD's by half of what lies between them,
and of OLD likewise; whatever lies in the middle is neither. It has fewer
repeats than that of the gate, and so both stacks are counted so once more, to compare with.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from starlette_conformance.causes.candidates import Outcome, Outcomes
from starlette_conformance.causes.find_causes import Place, find_causes
from starlette_conformance.cost.app_request import AppRequest
from starlette_conformance.cost.counts import count
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.explain.cause import Causes
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.worker_threads import side_by_side

COUNTED = ("instructions", "syscalls", "bytes")
"""Figures that are the same in each process, or nearly so, and can tell trials apart."""
LEAST = 0.01
"""Of instructions: equal packages in folders of other names were up to 0.7 % apart."""
QUARTER = 0.25
REPEATS = 4
"""Of a trial, where the gate has more."""


def causes(
    older: Environment,
    newer: Environment,
    benchmarks: Sequence[AppRequest],
    findings: Sequence[Finding],
    seconds: float,
    advance: Callable[[], None],
) -> Causes | None:
    """Of the regressions that counts can tell, searched for so many seconds; None for none."""
    red = {
        (each.benchmark, each.what): each
        for each in findings
        if each.outcome == "regression" and each.what in COUNTED
        if each.what != "instructions" or each.change >= LEAST
    }
    if not red:
        return None
    dearer = [each for each in benchmarks if any(each.name == name for name, _ in red)]
    apps = dearer[0].group.apps
    names = older.name, newer.name

    def counted(environment: Environment, new_app: bool) -> Mapping[str, Count]:
        named = replace(environment, name=names[new_app])
        return count(named, dearer, repeats=REPEATS)

    was, now = side_by_side([partial(counted, older, False), partial(counted, newer, True)], 2)

    def observe(environment: Environment, new_app: bool) -> Outcomes:
        return dict(_outcomes(red, was, now, counted(environment, new_app)))

    another = apps[older.name] != apps[newer.name]
    return find_causes(
        *(older, newer, list(red), observe, seconds),
        another_app=another,
        steady=True,
        advance=advance,
    )


def _outcomes(
    red: Mapping[Place, Finding],
    older: Mapping[str, Count],
    newer: Mapping[str, Count],
    counts: Mapping[str, Count],
) -> Iterator[tuple[Place, Outcome]]:
    for place, finding in red.items():
        old, new, found = _figures(
            finding.what, [each[finding.benchmark] for each in (older, newer, counts)]
        )
        if new == old or abs(new - old) < abs(finding.new - finding.old) / 2:
            # not with so few requests, or one call took the place of another
            yield place, Outcome.OTHER
            continue
        share = (found - old) / (new - old)
        if share < QUARTER:
            yield place, Outcome.OLD
        else:
            yield place, Outcome.NEW if share > 1 - QUARTER else Outcome.OTHER


def _figures(what: str, counts: Sequence[Count]) -> list[float]:
    """One in each of some counts; of system calls, those that no repeat of them makes by chance."""
    if what != "syscalls":
        return [each.median if what == "instructions" else each.bytes for each in counts]
    by_chance = {name for each in counts for name in each.ranges}
    return [
        sum(number for name, number in each.syscalls.items() if name not in by_chance)
        for each in counts
    ]
