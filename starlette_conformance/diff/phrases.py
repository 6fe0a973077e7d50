"""The sentences that every rendering of a diff shares."""

from collections.abc import Iterator

from starlette_conformance.diff import left_out
from starlette_conformance.diff.coverage import reached
from starlette_conformance.diff.left_out import count
from starlette_conformance.explain.changes_between import NotShown, Security
from starlette_conformance.explain.recorded import Recorded
from starlette_conformance.explain.repetition import Repetition
from starlette_conformance.explain.result import Diff, Difference, Group, Unstable
from starlette_conformance.explain.side import Side, moved_packages
from starlette_conformance.explain.start import Start
from starlette_conformance.explain.statuses import Replayed, Statuses
from starlette_conformance.model.changes import Change

LEGEND = (
    "What a client sees first: the status, the body, a response that is not the same each time, "
    "its framing or how the connection ends; how the process ends; a header's value, its presence, "
    "the order or the case of headers; how a body is written that means the same; when the parts "
    "of a stream arrive, or a response is later; what is logged."
)
"""The severities, in words, the most dangerous first."""

NOT_SHOWN = "Between these stacks, and not compared here:"
NOT_REPEATED = (
    "Nothing was repeated: a response that is wrong now and then, or among many, may be missed."
)
UNSTABLE_SIDES = ("usually", "now and then")
RATES = (50, 500)
"""Responses of which one is wrong, in a sentence on what may have been missed."""


STANDINGS = {
    "gained": "fixed by NEW",
    "lost": "NEW takes the fix away",
    "lacking": "NEW still lacks the fix",
}


def summary(diff: Diff) -> str:
    """What came out, with the requests that are to be looked at again, in a sentence."""
    again = "".join(f"; {each}" for each in left_out.unconfirmed(diff))
    if not diff.compared:
        return f"{outcome(diff)}{again}"
    return f"{outcome(diff)}{again} ({'; '.join([f'{diff.seconds:.1f} s', *kept(diff)])})"


def kept(diff: Diff) -> Iterator[str]:
    """Which stacks were recorded by an earlier run, and when."""
    for each in diff.kept:
        partly = "" if each.whole else "partly "
        yield f"{each.side} {partly}as recorded {each.since:%Y-%m-%d %H:%M} UTC"
    if diff.kept:
        yield "--fresh records anew"


def outcome(diff: Diff) -> str:
    """What came out, without a word of anyone else."""
    if diff.starts:
        text = starts(*diff.starts)
        return f"inconclusive: {text}" if diff.inconclusive else text
    if not diff.compared:
        return "nothing was compared"
    text = _differing(diff)
    if diff.unstable:
        requests = sum(each.requests for each in diff.unstable)
        text += f"; unstable responses to {count(requests, 'request')}"
    text = "; ".join([text, *left_out.counts(diff)])
    if diff.reached:
        text += f"; {reached(diff.reached).partition('; ')[0]}"
    if diff.fails_on:
        text += f"; fails by --fail-on {', '.join(diff.fails_on)}"
    told = diff.unexplained or diff.unstable or diff.fails_on
    return f"inconclusive: {text}" if diff.inconclusive and not told else text


def starts(older: Start, newer: Start) -> str:
    """Both sides' state: `NEW does not start, OLD does: KeyError: 'x' (app.py:3)`."""
    if older.failure and newer.failure:
        text = "neither OLD nor NEW starts"
    elif newer.failure:
        text = "NEW does not start, OLD does"
    else:
        text = "OLD does not start, NEW does"
    failed = newer if newer.failure else older
    return f"{text}: {failed.exception or failed.failure}"


def failures(diff: Diff) -> list[tuple[str, Start]]:
    """The sides on which a user's app does not start, by name."""
    sides = zip(("OLD", "NEW"), diff.starts or (), strict=False)
    return [(name, start) for name, start in sides if start.failure]


def start_lines(start: Start) -> list[str]:
    """What is known of a start that failed."""
    lines = [start.failure, *(["last exception: " + start.exception] if start.exception else [])]
    return [*lines, *(f"  {line}" for line in start.log), *(f"hint: {h}" for h in start.hints)]


def recorded(found: Recorded) -> str:
    """Which data were compared."""
    at = f" at {found.source}" if found.source else ""
    return (
        f"Published data{at}, made on {found.day} by starlette-conformance {found.tool}; "
        "nothing was run."
    )


def statuses(found: Statuses) -> str:
    """How many responses of each class each stack sent: `OLD 3 2xx, 1 4xx; NEW 4 2xx`."""
    sides = (("OLD", found.older), ("NEW", found.newer))
    return "; ".join(
        f"{name} {', '.join(f'{number:,} {each}' for each, number in counts.items()) or 'none'}"
        for name, counts in sides
    )


def replayed(found: Replayed) -> str:
    """How far the requests did what they should."""
    did, values = found.recorded - found.unlike, count(found.bound, "value")
    of_all = f"{did:,} of {count(found.recorded, 'request')}"
    return f"{of_all} did on OLD what was recorded or meant, {values} of earlier responses sent"


def _differing(diff: Diff) -> str:
    counts, of_scenarios = diff.counts, diff.counts_of_scenarios
    of_all = f"{counts['differing']:,} of {diff.compared:,} responses differ"
    whole = f"{diff.compared:,} responses"
    if diff.played:
        those = f"{of_scenarios['differing']:,} of {diff.played:,} scenarios differ"
        of_all = f"{of_all.removesuffix(' differ')} and {those}"
        whole = f"{whole} and {count(diff.played, 'scenario')}"
    unexplained = counts["unexplained"] + of_scenarios["unexplained"]
    if not (diff.differing or diff.outcomes):
        text = f"none of {whole} differs"
    elif unexplained:
        text = f"{of_all}, {unexplained:,} of them unexplained"
    elif not diff.explained:
        text = f"{of_all}, all accepted"
    else:
        alter = sum(group.severity == "status" for group in diff.explained)
        alters = f"of which {count(alter, 'alters', 'alter')}" if alter else "none of which alters"
        changes = count(len(diff.explained), "change")
        text = f"{of_all}, all explained by {changes}, {alters} a status"
    return text


def as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def unstable(found: Unstable) -> str:
    """How often a stack responded otherwise than usual, and when."""
    when = ", ".join(f"{name} {number:,}" for name, number in found.circumstances)
    return (
        f"{found.stack} responds otherwise from time to time: {found.count:,} of {found.total:,} "
        f"responses of {found.app} ({found.count / found.total:.2g} of all; {when}), to "
        f"{count(found.requests, 'request')}"
    )


def repeated(repetition: Repetition) -> str:
    """What was repeated, and which defects that may have missed."""
    if not repetition.after:
        return NOT_REPEATED
    crowds = " and ".join(map(str, repetition.crowds))
    counts = ", ".join(f"{app} {number:,}" for app, number in repetition.responses)
    odds = "; ".join(f"in 1 of {of:,} responses, {_range(repetition, of)}" for of in RATES)
    return (
        f"Repeated on each stack, {crowds} at once and after {repetition.after:,} requests "
        f"(responses: {counts}). Odds of missing a defect of an app: {odds}."
    )


def _range(repetition: Repetition, of: int) -> str:
    """The least and the greatest odds of an app, with its name."""
    missed = [(odds, served) for served, odds in repetition.missed(1 / of)]
    ends = dict.fromkeys((min(missed), max(missed)))
    return " to ".join(f"{_percent(odds)} ({served})" for odds, served in ends)


def _percent(odds: float) -> str:
    return "less than 0.01 %" if odds < 0.0001 else f"{100 * odds:.2g} %"


def moved(difference: Difference) -> str:
    """A difference with both values: `header vary: nothing -> 'Origin'`."""
    values = (difference.before, difference.after)
    was, now = ("nothing" if value is None else f"'{value}'" for value in values)
    return f"{difference.where}: {was} -> {now}"


def not_shown(change: NotShown) -> str:
    """A change that the requests do not show, in a line."""
    lost = ", which NEW lacks" if change.lost else ""
    about = f"{change.change.kind}, {since(change.change)}{lost}"
    return f"{change.name} ({about}): {change.change.sentence} Not shown: {change.why}."


def members(group: Group) -> str:
    """What a group has: `3 exchanges and 1 scenario`."""
    parts = [
        count(number, name)
        for number, name in ((group.requests, "exchange"), (group.scenarios, "scenario"))
        if number
    ]
    return " and ".join(parts)


def apart(older: Side, newer: Side) -> str:
    """The packages in which two stacks differ."""
    pairs = moved_packages(older, newer, python=True)
    found = (
        f"{name} {' -> '.join('none' if each is None else each for each in versions)}"
        for name, versions in pairs.items()
    )
    return ", ".join(found) or "the same packages"


def made_of(side: Side) -> dict[str, str]:
    """What it takes to make a stack again, in words."""
    seed = "that of the environment" if side.hash_seed is None else str(side.hash_seed)
    return {
        "packages": ", ".join(f"{name} {version}" for name, version in side.packages),
        "python": f"{side.implementation} {side.python}".strip(),
        "parser": side.parser,
        "loop": side.loop,
        "hash seed": seed,
    }


def standing(fix: Security) -> str:
    return STANDINGS[fix.standing]


def since(change: Change) -> str:
    return f"{change.package} {change.first}" + (f" to {change.last}" if change.last else "")
