"""Which operations of an app the requests reached that were made of it."""

from collections.abc import Sequence

from starlette_conformance.explain.statuses import Reached
from starlette_conformance.userapp.generate.make import Made
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.send_in_order import Responses


def reached(made: Made, steps: Sequence[Step], runs: Sequence[Responses]) -> Reached:
    """By the responses of OLD in every run of it: one that is 2xx now and then does not count."""
    found: dict[str, list[int]] = {operation: [] for operation in made.operations}
    for planned, step in zip(made.requests, steps, strict=True):
        if planned.of in found:
            statuses = {run[step].response.status for run in runs if step in run}
            found[planned.of].append(statuses.pop() if len(statuses) == 1 else 0)
    missed = [
        f"{operation} ({_said(statuses)})"
        for operation, statuses in found.items()
        if not any(200 <= status < 300 for status in statuses)
    ]
    return Reached(len(found), tuple(missed))


def _said(statuses: Sequence[int]) -> str:
    if not statuses:
        return "not requested"
    return ", ".join(dict.fromkeys(str(each or "no response") for each in statuses))
