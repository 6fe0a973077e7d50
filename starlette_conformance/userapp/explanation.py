"""Why responses of a user's app differ, as far as named changes say."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.explainer import Explained
from starlette_conformance.model.changes import Change
from starlette_conformance.userapp.merge_repetitions import Merged
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.send_in_order import Sent
from starlette_conformance.userapp.user_app import App


def may_show(app: App, change: Change) -> bool:
    """Whether the app may use what a change alters."""
    return any(side.source.may_reach(change.reached_by) for side in app.sides)


def explained(
    app: App,
    comparison: Comparison,
    sent: Sent,
    results: Mapping[Step, Merged],
) -> dict[Step, Explained]:
    """Those that differ, with what each change accounts for, and what is left."""
    before = {sent[step]: merged.before.response for step, merged in results.items()}
    after = {sent[step]: merged.after.response for step, merged in results.items()}
    explainer = comparison.explainer(before, after, may_show=partial(may_show, app))
    return {
        step: _counting(explainer.explain(sent[step], merged.before, merged.after), merged)
        for step, merged in results.items()
        if merged.differences
    }


def _counting(found: Explained, merged: Merged) -> Explained:
    """Without what follows from something else, and with what is later."""
    reasons = {
        change: tuple(filter(merged.counts, altered)) for change, altered in found.reasons.items()
    }
    return replace(
        found,
        differences=tuple(merged.differences),
        reasons={change: altered for change, altered in reasons.items() if altered},
        remaining=(*filter(merged.counts, found.remaining), *merged.later),
    )
