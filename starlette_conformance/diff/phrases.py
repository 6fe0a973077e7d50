"""The sentences that every rendering of a diff shares."""

from starlette_conformance.explain.result import Diff, Group, Security, Side
from starlette_conformance.model.changes import Change

LEGEND = (
    "What a client sees first: the status, the body, its framing; a header's value, its presence, "
    "the order or the case of headers; when the parts of a stream arrive."
)
"""The aspects, in words, the most dangerous first."""

STANDINGS = {
    "gained": "fixed by NEW",
    "lost": "NEW takes the fix away",
    "lacking": "NEW still lacks the fix",
}


def answer(diff: Diff) -> str:
    """What came out, in a sentence."""
    if not diff.compared:
        return "nothing was compared"
    left = (each for group in diff.unexplained for each in group.exchanges)
    unexplained = len({(each.served, each.request, each.by_hand) for each in left})
    of_all = f"{diff.differing:,} of {diff.compared:,} answers differ"
    if not diff.differing:
        text = f"none of {diff.compared:,} answers differs"
    elif unexplained:
        text = f"{of_all}, {unexplained:,} of them unexplained"
    else:
        text = (
            f"{of_all}, all explained by {count(len(diff.explained), 'change')}, "
            f"of which {count(len(statuses(diff)), 'alters', 'alter')} a status"
        )
    again = f"; {diff.unconfirmed:,} differed once and not again" if diff.unconfirmed else ""
    return f"{text}{again} ({diff.seconds:.1f} s)"


def statuses(diff: Diff) -> list[Group]:
    """The explained groups that alter a status."""
    return [group for group in diff.explained if group.aspect == "status"]


def apart(older: Side, newer: Side) -> str:
    """The packages in which two stacks differ."""
    was = {**dict(older.packages), "python": older.python}
    now = {**dict(newer.packages), "python": newer.python}
    names = [name for name in sorted({**was, **now}) if was.get(name) != now.get(name)]
    if not names:
        return "the same packages"
    pairs = (f"{name} {was.get(name, 'none')} -> {now.get(name, 'none')}" for name in names)
    return ", ".join(pairs)


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


def standing(each: Security) -> str:
    return STANDINGS[each.standing]


def since(change: Change) -> str:
    return f"{change.package} {change.first}" + (f" to {change.last}" if change.last else "")


def count(number: int, one: str, more: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
