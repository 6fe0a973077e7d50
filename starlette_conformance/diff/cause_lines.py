"""Causes in words, as every rendering of a diff has them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from starlette_conformance.explain.cause import Cause, Causes, Culprit, Sufficient
from starlette_conformance.explain.result import Diff, Group
from starlette_conformance.output.listed import listed

NAMED = 3
"""Requests, and releases, that a line names; there may be more."""
HOW = {
    "alone": "{}",
    "together": "{}, which need each other for it",
    "parts": "{}, each a part of it",
    "inseparable": "{}, which move only together",
}


def of_group(diff: Diff, group: Group) -> list[str]:
    """Lines on what makes the differences of a group."""
    found = _of_group(diff, group)
    places = _places(group) if len(found) > 1 else set()
    return [line for cause in found for line in lines(cause, places)]


def _of_group(diff: Diff, group: Group) -> list[Cause]:
    return diff.causes.of(_places(group)) if diff.causes else []


def _places(group: Group) -> set[tuple[str, str]]:
    return {
        (exchange.place, difference.where)
        for exchange in group.exchanges
        for difference in exchange.remaining
    }


def culprits(diff: Diff, group: Group) -> list[dict[str, Any]]:
    """The same as data."""
    return [
        each | {"proved": cause.proved}
        for cause in _of_group(diff, group)
        for each in _culprits(cause)
    ]


def document(causes: Causes) -> dict[str, Any]:
    """All causes as data."""
    return {
        "trials": causes.trials,
        "seconds": causes.seconds,
        "causes": [
            {
                "differences": [
                    {"request": request, "where": where} for request, where in cause.differences
                ],
                "culprits": list(_culprits(cause)),
                "proved": cause.proved,
                "untold": cause.untold,
            }
            for cause in causes.causes
        ],
    }


def _culprits(cause: Cause) -> Iterator[dict[str, Any]]:
    for number, found in enumerate(cause.sufficient):
        for each in found.culprits:
            about = asdict(each)
            del about["changes"]
            names = [change.name for change in each.changes]
            yield about | {"change": names, "how": found.how, "choice": number}


def of_start(diff: Diff) -> list[str]:
    """Lines on why NEW does not start."""
    if diff.causes is None or not diff.starts:
        return []
    return [line for cause in diff.causes.causes for line in lines(cause, set())]


def lines(cause: Cause, places: Collection[tuple[str, str]]) -> Iterator[str]:
    """What makes it, with what is known of the releases; and of which differences, where these are
    those of `places` in part.
    """
    about = _about_differences({*cause.differences} & {*places}, places)
    if not cause.sufficient:
        yield f"cause{about}: could not be told: {cause.untold}"
        return
    either = " or ".join(map(sufficient, cause.sufficient))
    if len(cause.sufficient) > 1:
        either += "; either suffices" if len(cause.sufficient) == 2 else "; each suffices"
    proved = "proved both ways" if cause.proved else f"not proved: {cause.untold}"
    yield f"cause{about}: {either} ({proved})"
    for each in cause.sufficient:
        for culprit in each.culprits:
            yield from _about(culprit)


def _about_differences(
    those: Collection[tuple[str, str]], places: Collection[tuple[str, str]]
) -> str:
    """Of which fields, and of which requests where it is not of all."""
    if not those:
        return ""
    fields, requests = ({each[part] for each in those} for part in (1, 0))
    text = f" of {', '.join(sorted(fields))}"
    if requests != {request for request, _ in places}:
        text += f" in {listed(sorted(requests), NAMED)}"
    return text


def sufficient(found: Sufficient) -> str:
    return HOW[found.how].format(" and ".join(map(culprit, found.culprits)))


def culprit(found: Culprit) -> str:
    """Such as `fastapi 0.122.0`, and what of it is not known."""
    if found.before is None and found.after is None:
        return found.package
    if found.before == found.after:
        return f"{found.package} {found.before}, with other files on NEW"
    if found.first_release is None:
        how = f"{found.package} {found.before or 'none'} -> {found.after or 'none'}"
        return f"{how} (its first release is not known: {found.unknown})" if found.unknown else how
    text = f"{found.package} {found.first_release}"
    notes = [found.mark] if found.mark else []
    if found.untried:
        notes.append(f"or {_untried(found.untried)}, which could not be tried")
    if found.later:
        notes.append(f"and again {', '.join(found.later)}")
    return f"{text} ({'; '.join(notes)})" if notes else text


def _untried(releases: Sequence[str]) -> str:
    if len(releases) <= NAMED:
        return " or ".join(releases)
    return f"one of the {len(releases)} from {releases[0]} to {releases[-1]}"


def _about(found: Culprit) -> Iterator[str]:
    """The named changes of the release, its page, and guesses from its notes."""
    for change in found.changes:
        yield f"  known change: {change.name}: {change.sentence} {change.link}"
    yield from (f"  {link}" for link in found.links[:1])
    for guess in found.guesses:
        link = f" {guess.link}" if guess.link else ""
        yield f"  guess (its notes mention {', '.join(guess.words)}): {guess.text}{link}"


def summary(causes: Causes) -> str:
    return f"causes: {causes.trials} trials in {causes.seconds:.0f} s"
