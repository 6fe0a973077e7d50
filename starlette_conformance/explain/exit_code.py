"""What of a diff fails, and the exit code that comes of it.

0 all is explained or accepted, 1 something is not, or `--fail-on` names it, 3 something was not, or
could not be, compared.
"""

from collections.abc import Collection, Iterator
from typing import Literal, get_args

from starlette_conformance.explain.result import Diff, Difference, Differing
from starlette_conformance.explain.severity import SEVERITIES, Severity
from starlette_conformance.model.changes import Kind

ANY = "any"
HEADER = "header"
OF_HEADERS: tuple[Severity, ...] = ("value", "presence", "order", "case")
"""What `--fail-on header` means."""
FAIL_ON = (*get_args(Kind), *SEVERITIES, HEADER, ANY)
"""What `--fail-on` takes: kinds of changes, and severities of differences."""


def exit_code(found: Diff, fail_on: Collection[str] = ()) -> int:
    kinds = {each.change.kind for each in found.not_shown}
    unseen = kinds & set(fail_on) or (kinds and ANY in fail_on)
    fails = found.unstable or found.left_behind or found.only_new_fails_to_start or unseen
    if fails or any(failing(found, fail_on)):
        return 1
    unproved = found.not_compared or found.inconclusive or found.starts
    return 3 if unproved or not found.compared else 0


def verdict(diff: Diff, warned: bool) -> Literal["bad", "warned", "good"]:
    """Good only where nothing is unexplained, and nothing missing; what was recorded has less than
    a run.
    """
    missing = diff.not_compared, diff.inconclusive, diff.starts
    if diff.unexplained or diff.unstable or diff.fails_on or any(missing):
        return "bad"
    return "warned" if warned or diff.recorded or diff.not_played else "good"


def failing(found: Diff, fail_on: Collection[str] = ()) -> Iterator[tuple[Differing, Difference]]:
    """The differences that nobody explains, and those that `fail_on` names, but for accepted
    ones.
    """
    severities = {*fail_on, *(OF_HEADERS if HEADER in fail_on else ())}
    by_kind = {
        (each.app, each.request)
        for group in found.explained
        if group.change and group.change.kind in fail_on
        for each in group.exchanges
    }
    for differing in (*found.differing, *found.outcomes):
        all_of_it = ANY in fail_on or (differing.app, differing.request) in by_kind
        named = (d for d in differing.differences if all_of_it or d.severity in severities)
        for difference in dict.fromkeys((*differing.remaining, *named)):
            if difference not in differing.accepted:
                yield differing, difference
