"""The causes of what differs of a user's app, by trials that send it the same requests."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from starlette_conformance.causes.find_causes import Place, find_causes
from starlette_conformance.causes.known_changes import known_changes
from starlette_conformance.explain.cause import Culprit, NamedChange
from starlette_conformance.explain.differences import BODY
from starlette_conformance.explain.result import Diff
from starlette_conformance.userapp.repetitions import Repetitions
from starlette_conformance.userapp.trial_replay import STARTS, Replay, whether_it_starts


def with_causes(
    found: Diff, repetitions: Repetitions, seconds: float, advance: Callable[[], None]
) -> Diff:
    """The diff with the causes of what nothing explains, searched for so many seconds."""
    left = {
        (exchange.app, difference.where)
        for group in found.unexplained
        for exchange in group.exchanges
        for difference in exchange.remaining
    }
    if found.starts and found.only_new_fails_to_start:
        observe, places = whether_it_starts(repetitions.app, found.starts[1]), [STARTS]
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
        known=partial(_known, repetitions),
        another_app=repetitions.app.newer is not None,
        advance=advance,
    )
    return replace(found, causes=causes)


def _known(repetitions: Repetitions, culprit: Culprit, place: Place) -> tuple[NamedChange, ...]:
    """The named changes at the first release of a package which make a difference."""
    name, where = place
    for step in repetitions.steps:
        if str(step) == name and (merged := repetitions.merged(step, repetitions.rules)):
            before, after = merged.before.response, merged.after.response
            field = BODY if where.startswith(f"{BODY} ") else where
            sent = repetitions.sent[step]
            return known_changes(culprit, sent, before, after, field, repetitions.newer)
    return ()
