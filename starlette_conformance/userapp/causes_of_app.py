"""The causes of what differs of a user's app, by trials that send it the same requests."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from starlette_conformance.causes.find_causes import Place, find_causes
from starlette_conformance.explain.cause import Culprit, NamedChange
from starlette_conformance.explain.result import Diff
from starlette_conformance.stacks.project import ledger
from starlette_conformance.userapp.repetitions import Repetitions
from starlette_conformance.userapp.trial_replay import STARTS, Replay, whether_it_starts


def with_causes(
    found: Diff, repetitions: Repetitions, seconds: float, advance: Callable[[], None]
) -> Diff:
    """The diff with the causes of what nothing explains, searched for so many seconds."""
    left = {
        (exchange.place, difference.where): (difference.before or "", difference.after or "")
        for group in found.unexplained
        for exchange in group.exchanges
        for difference in exchange.remaining
    }
    if found.starts and found.only_new_fails_to_start:
        observe, places = whether_it_starts(repetitions.app, found.starts[1]), [STARTS]
        left = {STARTS: ("", found.starts[1].exception)}
    elif left:
        differing = [
            step for step in repetitions.steps if any(str(step) == name for name, _ in left)
        ]
        observe, places = Replay(repetitions, differing).observe, sorted(left)
    else:
        return found
    causes = find_causes(
        repetitions.older,
        repetitions.newer,
        places,
        observe,
        seconds,
        known=partial(_known, found),
        values=left,
        another_app=repetitions.app.newer is not None,
        advance=advance,
    )
    return replace(found, causes=causes)


def _known(found: Diff, culprit: Culprit, place: Place) -> tuple[NamedChange, ...]:
    """The named changes at the first release of a package which alter the response."""
    names = {name for each in found.differing if each.app == place[0] for name in each.changes}
    changes = {name: ledger().changes[name] for name in sorted(names)}
    return tuple(
        NamedChange(name, change.sentence, change.link)
        for name, change in changes.items()
        if (change.package, change.first) == (culprit.package, culprit.first_release)
    )
