"""The diff of a user's own app: what its clients see, on two stacks."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from starlette_conformance.explain.comparison import side
from starlette_conformance.explain.differences import differences
from starlette_conformance.explain.excerpt import answer_lines, request_lines
from starlette_conformance.explain.groups import clusters, security
from starlette_conformance.explain.result import Diff, Differing, Line
from starlette_conformance.http.curl_commands import PORT, asked
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.request import Request
from starlette_conformance.stacks.project import ledger
from starlette_conformance.userapp.merge_repetitions import Judged
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.repetitions import Rounds, differ
from starlette_conformance.userapp.send_in_order import STUCK
from starlette_conformance.userapp.user_app import App
from starlette_conformance.userapp.where_it_varies import apart

USUAL = re.compile(r"(?i)(sec-[\w-]+|user-agent|accept-(encoding|language)|referer|origin): ")
"""Header lines that every request of a browser has, and that are not shown."""

ALWAYS_MASKED = (
    "every answer: the date of now, the order of Allow, the boundary of parts, the time in a ping, "
    "and of an event stream that does not end, all but its first two events"
)


def own_diff(
    app: App,
    steps: Sequence[Step],
    older: Environment,
    newer: Environment,
    seconds: float,
    advance: Callable[[], None] = lambda: None,
    more: Callable[[], None] = lambda: None,
) -> Diff:
    """What differs, and what could not be judged. Raises DidNotStart."""
    began = time.monotonic()
    rounds = Rounds(app, older, newer, steps, seconds, advance)
    found = rounds.judge(more)
    unsent = len(steps) - len(found)
    problems = [f"{step}: {judged.problem}" for step, judged in found.items() if judged.problem]
    problems += [f"{step}: {limit}" for step, judged in found.items() for limit in judged.limits]
    if unsent:
        problems.append(f"{unsent} requests after {STUCK} without any answer were not sent")
    problems += rounds.ended
    differing = [
        _told(app, older, newer, step, rounds.sent[step], judged)
        for step, judged in found.items()
        if differ(judged)
    ]
    return Diff(
        side(older),
        side(newer),
        sum(not judged.problem for judged in found.values()),
        tuple(differing),
        time.monotonic() - began,
        security(ledger().changes, older, newer),
        tuple(clusters(differing)),
        unconfirmed=tuple(str(step) for step in rounds.suspects if not differ(found[step])),
        masked=(*_masked(found), ALWAYS_MASKED),
        not_compared=tuple(problems),
    )


def _masked(found: Mapping[Step, Judged]) -> Iterator[str]:
    """What varies: by place, with the requests whose answers vary there."""
    judged = [each for each in found.values() if not each.problem]
    varying: dict[str, list[Step]] = {}
    for step, each in found.items():
        for place in each.varying:
            varying.setdefault(place, []).append(step)
    for place, steps in varying.items():
        usual = len(steps) == len(judged) > 1
        yield f"{'every answer' if usual else ', '.join(map(str, steps))}: {place}"


def _told(
    app: App, older: Environment, newer: Environment, step: Step, sent: Request, judged: Judged
) -> Differing:
    """By its place in the user's file, and with the cookies that OLD was sent."""
    found = differences(judged.before, judged.after)
    fields = {difference.where for difference in found}
    bodies = (answer.response.body for answer in (judged.before, judged.after))
    within = [Line(f"* its JSON differs at {paths}", True)] if (paths := apart(*bodies)) else []
    return Differing(
        str(step),
        tuple(line for line in request_lines(sent) if not USUAL.match(line)),
        answer_lines(judged.before, judged.after, fields),
        (*answer_lines(judged.after, judged.before, fields), *within),
        tuple(found),
        remaining=tuple(found),
        by_hand=(
            *(app.by_hand(environment, PORT) for environment in (older, newer)),
            asked(sent.to(PORT)),
        ),
    )
