"""Two stacks compared by what was recorded of them: nothing is run."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from starlette_conformance.diff.reference_apps import chosen_scenarios
from starlette_conformance.explain.comparison import Comparison, Known
from starlette_conformance.explain.recorded import Recorded
from starlette_conformance.explain.result import Diff
from starlette_conformance.explain.what_is_new import compare_runs
from starlette_conformance.published.documents import Judged
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.stacks.project import apps, ledger, variants

Run = tuple[Judged, RunResponses]
"""What is said of a stack, and what was recorded of it."""
ONCE = (
    "what is unexplained was recorded once, and cannot be requested again: a busy machine makes "
    "such differences, too; leave out --published to see whether it reproduces"
)
ARRIVALS = "when parts of a stream arrive is not recorded, and is not compared"


def recorded_diff(
    runs: tuple[Run, Run],
    recorded: Recorded,
    only: Collection[str] = (),
    known: Known | None = None,
) -> Diff:
    """What `diff` would say of OLD and NEW, as far as it was recorded; of some apps only, if any
    are named. `known` as for `Comparison.explain`.
    """
    chosen = set(only or apps())
    older, newer = (_of_apps(run, chosen) for _, run in runs)
    found = compare_runs(older, newer, ledger(), known)
    return replace(
        found,
        recorded=recorded,
        notes=(*((ONCE,) if found.unexplained else ()), *_notes(older, newer, chosen)),
        inconclusive=tuple(text for judged, _ in runs for text in _missing(judged)),
    )


def _of_apps(run: RunResponses, chosen: Collection[str]) -> RunResponses:
    names = {name for name, (app, _) in variants().items() if app.name in chosen}
    scenarios = {scenario.name for scenario in chosen_scenarios(chosen)}
    return replace(
        run,
        responses={sent: each for sent, each in run.responses.items() if sent.variant in names},
        outcomes={name: each for name, each in run.outcomes.items() if name in scenarios},
    )


def _missing(judged: Judged) -> Iterator[str]:
    if judged.finished is None:
        yield f"{judged.name}: its run was cut off"
    elif not judged.complete:
        yield f"{judged.name}: only a part of the specs was run"


def _notes(older: RunResponses, newer: RunResponses, chosen: Collection[str]) -> Iterator[str]:
    comparison = Comparison(older.environment, newer.environment, ledger())
    both = older.outcomes.keys() & newer.outcomes.keys()
    wanted = [each for each in chosen_scenarios(chosen) if comparison.wants_scenario(each)]
    if lacking := [each.name for each in wanted if each.name not in both]:
        were = f"{len(lacking)} of {len(wanted)} scenarios (signals, idle connections, logs)"
        yield f"{were} were not played on both, and are not compared"
    if one_sided := len(older.responses.keys() ^ newer.responses.keys()):
        yield f"{one_sided} requests were sent to one of the two only, and are not compared"
    yield ARRIVALS
