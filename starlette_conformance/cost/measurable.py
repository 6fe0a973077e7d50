"""Which requests to a user's app can be measured: nothing that responds wrongly has a cost.

Each must respond with 2xx or 3xx, or with what was recorded, on both stacks; with the same status
whenever it is repeated, and, unless it may change what the app keeps, with as long a body, before
and after those that may were repeated as often as they are counted.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from math import ceil
from statistics import median

from starlette_conformance.cost import counts
from starlette_conformance.cost.app_request import SEED, AppRequest, Group
from starlette_conformance.cost.traffic import Line
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.model.expectations import WHOLE
from starlette_conformance.process.orphans import below
from starlette_conformance.process.worker_threads import side_by_side
from starlette_conformance.userapp.as_recorded import NOT_MODIFIED
from starlette_conformance.userapp.reading import USUAL, Limits
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.send_in_order import Responses, send_in_order
from starlette_conformance.userapp.user_app import App, port

CHANGES_NOTHING = {"GET", "HEAD", "OPTIONS"}
TRIES = 5
"""Times that a request which changes nothing is repeated, before APART."""
APART = 1.05
"""Seconds, so that what has the second is another one."""
QUICK = 0.0005
"""Seconds of a response; of one that takes N times as long, N times fewer are sent."""
SLOW = 0.2
"""Seconds of a response of which so many thousands would take minutes."""


@dataclass
class Measurable:
    """What can be measured; a sentence on each request that is left out, and on each that only NEW
    responds wrongly to.
    """

    benchmarks: list[AppRequest] = field(default_factory=list)
    left_out: dict[Step, str] = field(default_factory=dict)
    broken: dict[Step, str] = field(default_factory=dict)


def measurable(
    app: App,
    older: Environment,
    newer: Environment,
    steps: Sequence[Step],
    chosen: Collection[Step],
    seconds: float,
    advance: Callable[[], None] = lambda: None,
) -> Measurable:
    """Of all requests, those of `chosen`; a response may take so many seconds. The names of the
    environments differ, unless both are one. Raises DidNotStart, CannotTell.
    """
    found = Measurable()
    stacks = older, newer
    last = max(steps.index(step) for step in chosen)
    sent = steps[: last + 1]
    apps = dict(zip([each.name for each in stacks], app.sides, strict=True))
    old, new = (_responses(apps[each.name], each, sent, seconds) for each in stacks)
    good = []
    for step in sent:
        if step not in chosen:
            continue
        if why := wrong(step, old):
            found.left_out[step] = f"{step}: {why}"
        elif why := wrong(step, new) or _other_status(step, old, new):
            found.broken[step] = f"{step}: right on OLD, and on NEW: {why}"
        else:
            good.append(step)
    whole = [step for step in sent if all(is_whole(step, each) for each in (old, new))]
    statuses = {
        environment.name: {step: each[step].response.status for step in whole}
        for environment, each in zip(stacks, (old, new), strict=True)
    }
    lines = [step.request_line for step in sent]
    names = {
        step: str(step) if lines.count(step.request_line) > 1 else step.request_line
        for step in good
    }
    alone = dict[Step, str]()
    group = Group(app.name, apps, whole, statuses)  # by one server, after all of the file was sent
    shared = [_benchmark(step, names[step], group) for step in sorted(names, key=_may_change)]
    for benchmark, before, after in _tried_on(stacks, shared):
        if isinstance(before, str) or isinstance(after, str):
            alone[benchmark.step] = names[benchmark.step]
        else:
            _note(found, benchmark, before, after)
    advance()
    in_order = {step: alone[step] for step in names if step in alone}
    for those in _grouped(in_order, apps, whole, statuses, app.name):
        for benchmark, before, after in _tried_on(stacks, those):
            _note(found, benchmark, before, after)
        advance()
    return found


def _note(
    found: Measurable, benchmark: AppRequest, before: float | str, after: float | str
) -> None:
    """What both sides say of a request: how long it takes, or what is wrong."""
    if isinstance(before, str):
        found.left_out[benchmark.step] = before
    elif isinstance(after, str):
        found.broken[benchmark.step] = after
    elif max(before, after) > SLOW:
        how = f"a response takes {max(before, after):.1f} s, and some thousand are needed"
        found.left_out[benchmark.step] = f"{benchmark.name}: {how}"
    else:
        weight = max(1, ceil(max(before, after) / QUICK))
        found.benchmarks.append(replace(benchmark, weight=weight))


def _responses(
    app: App, environment: Environment, steps: Sequence[Step], seconds: float
) -> Responses:
    server = app.start(environment, SEED)
    try:
        number = port(server)
        responses, _ = send_in_order(steps, number, environment.server, Limits(seconds))
        if others := len(below(server.pid)):
            raise CannotTell(
                f"{app.name} on {environment} has {others} more processes; the gate measures the "
                "one that it starts: serve the app by one"
            )
        return responses
    finally:
        server.kill()


def is_whole(step: Step, responses: Responses) -> bool:
    """Whether it can be sent again and again: its response ends, by itself."""
    return step in responses and step.manner == USUAL and responses[step].response.ending == WHOLE


def wrong(step: Step, responses: Responses) -> str:
    """Why its response has no cost; empty where it may have."""
    if step not in responses:
        return "it was not sent, since those before it got no response"
    if step.during:
        return "it is sent while a stream is open"
    if step.manner != USUAL:
        return "its client does more than to send it and to read the response"
    response = responses[step].response
    if response.ending != WHOLE:
        return str(response.ending)
    status = response.status
    if step.recorded and status != step.recorded and {status, step.recorded} != NOT_MODIFIED:
        return f"status {status}, and {step.recorded} was recorded"
    if not step.recorded and not 200 <= status < 400:
        return f"status {status}; write `?? status == {status}` if that is meant"
    return ""


def _other_status(step: Step, old: Responses, new: Responses) -> str:
    before, after = (each[step].response.status for each in (old, new))
    return "" if before == after else f"status {after}, and {before} on OLD"


def _benchmark(step: Step, name: str, group: Group) -> AppRequest:
    status = next(iter(group.statuses.values()))[step]
    return AppRequest(name, group, step, status, "status" if _may_change(step) else "length")


def _grouped(
    names: Mapping[Step, str],
    apps: Mapping[str, App],
    whole: Sequence[Step],
    statuses: Mapping[str, Mapping[Step, int]],
    name: str,
) -> Iterator[list[AppRequest]]:
    """Benchmarks that do not respond so after all of the file, and have a server each time with
    what stands before: those between two requests that may change what it keeps. `names` has the
    requests in order, each with its name: its place is a part of that where others have the same
    method and target.
    """
    before = {}
    for step in names:
        changing = [each for each in whole[: whole.index(step)] if _may_change(each)]
        before[step] = 2 * len(changing) + _may_change(step)
    for number, grouped in groupby(names, key=before.__getitem__):
        those = list(grouped)
        steps = whole[: whole.index(those[-1]) + 1]
        group = Group(f"{name} {number}", apps, steps, statuses)
        yield [_benchmark(step, names[step], group) for step in those]


def _may_change(step: Step) -> bool:
    return step.request.method not in CHANGES_NOTHING


def _tried_on(
    stacks: Sequence[Environment], benchmarks: Sequence[AppRequest]
) -> list[tuple[AppRequest, float | str, float | str]]:
    """What both sides say of each."""
    if not benchmarks:
        return []
    both = side_by_side([partial(_tried, each, benchmarks) for each in stacks], 2)
    return [*zip(benchmarks, *both, strict=True)]


def _tried(environment: Environment, benchmarks: Sequence[AppRequest]) -> list[float | str]:
    """By request, how long its response takes; or what is wrong with it."""
    group = benchmarks[0].group
    server = group.start(environment)
    lines: dict[str, Line] = {}
    found: dict[str, list[float]] = {each.name: [] for each in benchmarks}
    faults: dict[str, str] = {}
    try:
        number = server.port()
        reads, others = (
            [each for each in benchmarks if _may_change(each.step) == may] for may in (False, True)
        )
        most = counts.WARM_UP + counts.SETTLED + counts.REQUESTS
        rounds = ((reads, TRIES, APART), (reads, 1, 0), (others, most, 0), (reads, 1, 0))
        for those, tries, pause in rounds:
            for each in those:
                if each.name in faults:
                    continue
                try:
                    body = lines[each.name].body if each.name in lines else None
                    with Line(server, number, each, body) as line:
                        lines[each.name] = line
                        _repeat(line, tries, found[each.name])
                except CannotTell as error:
                    faults[each.name] = str(error)
            time.sleep(pause if those else 0)
    finally:
        server.kill()
    return [faults.get(each.name) or median(found[each.name]) for each in benchmarks]


def _repeat(line: Line, times: int, seconds: list[float]) -> None:
    """Add how long each response took; no more of what is slow, but for the first time."""
    for _ in range(times):
        began = time.perf_counter()
        line.exchange()
        seconds.append(time.perf_counter() - began)
        if len(seconds) > 1 and min(seconds) > SLOW:
            return
