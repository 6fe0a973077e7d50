"""The diff of an app by the usual options, with no progress shown."""

from collections.abc import Sequence

from starlette_conformance.explain.result import Diff
from starlette_conformance.http.event_stream import EVENTS
from starlette_conformance.model.environment import Environment
from starlette_conformance.userapp.as_recorded import SHARE
from starlette_conformance.userapp.compare import compare_app
from starlette_conformance.userapp.reading import Limits
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.repetitions import Repetitions
from starlette_conformance.userapp.user_app import App


def compared_app(
    app: App,
    steps: Sequence[Step],
    older: Environment,
    newer: Environment,
    seconds: float,
    events: int = EVENTS,
) -> Diff:
    repetitions = Repetitions(app, older, newer, steps, Limits(seconds, events))
    return compare_app(repetitions, lambda: None, SHARE)
