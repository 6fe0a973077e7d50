"""The diff of a user's own app: what its clients see, on two stacks."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from starlette_conformance.explain.changed_streams import changed_streams
from starlette_conformance.explain.comparison import Comparison, side
from starlette_conformance.explain.excerpt import request_lines, response_lines
from starlette_conformance.explain.explainer import Explained
from starlette_conformance.explain.groups import PARSER, by_reason, clusters, security
from starlette_conformance.explain.left_out import Ignored
from starlette_conformance.explain.repetition import Unconfirmed
from starlette_conformance.explain.result import Diff, Difference, Differing, Line
from starlette_conformance.explain.statuses import Replayed, Statuses
from starlette_conformance.http.curl_commands import PORT, curl_command
from starlette_conformance.model.changes import Change
from starlette_conformance.stacks.project import ledger
from starlette_conformance.userapp import notes
from starlette_conformance.userapp.as_recorded import AsRecorded
from starlette_conformance.userapp.explanation import explained, may_show
from starlette_conformance.userapp.merge_repetitions import Merged
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.repetitions import LEFT_BEHIND, DoesNotStart, Repetitions
from starlette_conformance.userapp.send_in_order import STUCK

USUAL = re.compile(r"(?i)(sec-[\w-]+|user-agent|accept-(encoding|language)|referer): ")
"""Header lines that every request of a browser has, and that are not shown."""

ALWAYS_MASKED = (
    "every response: the date of now, the order of Allow, the boundary of parts, the time in a "
    "ping, and of an event stream that does not end, all but its first events"
)
NOTHING_SUCCEEDED = (
    "no response of OLD is 2xx or 3xx, so nothing shows whether NEW breaks what works; send "
    "requests that succeed, with the login, the token or the data that they need"
)


def compare_app(repetitions: Repetitions, more: Callable[[], None], unlike_recorded: float) -> Diff:
    """What differs by repetitions that are not begun yet, and what could not be compared."""
    began = time.monotonic()
    app, steps = repetitions.app, repetitions.steps
    older, newer = repetitions.older, repetitions.newer
    chosen, seconds = repetitions.chosen, repetitions.limits.seconds
    try:
        every = repetitions.compare(more)
    except DoesNotStart as found:
        return Diff(
            side(older),
            side(newer),
            0,
            seconds=time.monotonic() - began,
            inconclusive=(found.unsteady,) if found.unsteady else (),
            starts=found.starts,
        )
    unsent = len(steps) - len(every)
    results = {step: every[step] for step in chosen if step in every}
    problems = [f"{step}: {merged.problem}" for step, merged in results.items() if merged.problem]
    problems += [f"{step}: {limit}" for step, merged in results.items() for limit in merged.limits]
    if unsent:
        problems.append(f"{unsent} requests after {STUCK} without a response were not sent")
    problems += repetitions.ended
    problems += notes.unbound_values(repetitions.sent)
    recorded, bound = AsRecorded.of(every), [*notes.bound(repetitions.sent)]
    comparison = Comparison(older, newer, ledger())
    why = explained(app, comparison, repetitions.sent, results)
    pairs = [
        (_differing(repetitions, step, results[step], each, comparison.names), each.reasons)
        for step, each in why.items()
    ]
    differing = [each for each, _ in pairs]
    without_rest = [pair for pair in pairs if not pair[0].remaining]
    statuses = Statuses.of(
        (merged.before.response.status for merged in every.values()),
        (merged.after.response.status for merged in every.values()),
    )
    return Diff(
        side(older),
        side(newer),
        sum(not merged.problem for merged in results.values()),
        tuple(differing),
        time.monotonic() - began,
        tuple(fix for fix in security(ledger().changes, older, newer) if may_show(app, fix.change)),
        tuple(clusters(each for each in differing if each.remaining)),
        tuple(by_reason(without_rest, comparison.names, comparison.lost)),
        unconfirmed=tuple(
            Unconfirmed(str(step)) for step in repetitions.suspects if not results[step].differences
        ),
        masked=(
            *notes.masked_places(results),
            *notes.times_of_files(results),
            *notes.left_streams(results, seconds),
            ALWAYS_MASKED,
        ),
        not_compared=tuple(problems),
        statuses=statuses,
        replayed=Replayed(recorded.total, len(recorded.unlike), len(bound))
        if recorded.total or bound
        else None,
        inconclusive=(
            *([NOTHING_SUCCEEDED] if statuses.nothing_succeeded else []),
            *recorded.inconclusive(unlike_recorded),
        ),
        notes=(*recorded.unlike, *notes.bound_values(bound), *notes.renamed_files(repetitions)),
        left_behind=any(LEFT_BEHIND in sentence for sentence in repetitions.ended),
        ignored=tuple(_ignored(repetitions, results)),
        not_chosen=len(every) - len(results),
        streams=changed_streams(
            (each.before.response, each.after.response)
            for each in results.values()
            if each.differences
        ),
    )


def _ignored(repetitions: Repetitions, results: Iterable[Step]) -> Iterator[Ignored]:
    """How many differences each rule hides, of those that the rules before it left."""
    rules = repetitions.rules

    def differing(step: Step, number: int) -> set[Difference]:
        merged = repetitions.merged(step, rules[:number])
        return set(merged.differences) if merged else set()

    left = {step: differing(step, 0) for step in results} if rules else {}
    for number, rule in enumerate(rules, 1):
        hidden = 0
        for step, was in left.items():
            if rule.is_for(step.request_line):
                left[step] = differing(step, number)
                hidden += len(was - left[step])
        yield Ignored(str(rule), rule.written.why, rule.place, hidden)


def _differing(
    repetitions: Repetitions,
    step: Step,
    merged: Merged,
    why: Explained,
    names: Mapping[Change, str],
) -> Differing:
    """By its line or entry in the user's file, and with the cookies that were sent to OLD."""
    sent, stacks = repetitions.sent[step], (repetitions.older, repetitions.newer)
    found = why.differences
    fields = {d.where for d in (*found, *why.remaining) if d not in merged.later}
    return Differing(
        str(step),
        tuple(line for line in request_lines(sent) if not USUAL.match(line)),
        (
            *response_lines(merged.before, merged.after, fields),
            *(Line(f"* {each.where} {each.before}", True) for each in merged.later),
            *_logged(repetitions, "OLD", step),
        ),
        (
            *response_lines(merged.after, merged.before, fields),
            *(Line(f"* {each.where} {each.after}", True) for each in merged.later),
            *_logged(repetitions, "NEW", step),
        ),
        found,
        tuple(names[change] if change else PARSER for change in why.reasons),
        why.remaining,
        commands=(
            *(
                app.serve_command(environment, PORT)
                for app, environment in zip(repetitions.app.sides, stacks, strict=True)
            ),
            f"python -m websockets ws://127.0.0.1:{PORT}{sent.target}"
            if step.manner.websocket
            else curl_command(sent.to(PORT)),
        ),
    )


def _logged(repetitions: Repetitions, name: str, step: Step) -> Iterator[Line]:
    """The traceback that a server logged during a request that it failed."""
    if lines := repetitions.logs.get((name, step)):
        yield Line("* the server logged:", True)
        yield from (Line(f"*   {line}", True) for line in lines)
