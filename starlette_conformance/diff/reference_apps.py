"""`diff OLD NEW`: what clients see of an upgrade.

Exit codes: 0 all is explained, 1 something is not or is unstable, or --fail-on says so, 2 usage,
3 a stack could not be installed, started or fully compared, 4 harness error.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from starlette_conformance.diff.cannot_run import apps_that_run
from starlette_conformance.diff.causes_of_stacks import with_causes
from starlette_conformance.diff.comparable import all_named, nothing_asked
from starlette_conformance.diff.conclude import conclude
from starlette_conformance.diff.left_out import count
from starlette_conformance.diff.options import DiffOptions
from starlette_conformance.diff.who_notices import with_noticed
from starlette_conformance.explain import live
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.progress import begins
from starlette_conformance.output.progress import progress as progress_bar
from starlette_conformance.output.sanitize import plain
from starlette_conformance.output.verbosity import quiet
from starlette_conformance.replay.clients import client_requests
from starlette_conformance.replay.corpus import corpus
from starlette_conformance.replay.recordings import recordings
from starlette_conformance.runs.rerun_commands import named, of_verb, option_words, word
from starlette_conformance.stacks.project import apps, ledger, variants
from starlette_conformance.stacks.script_imports import lacked_by_scenario
from starlette_conformance.stacks.targets import made, one

REPEAT = 500
"""How many requests each app gets where nobody says: that takes a second or two."""


@dataclass(frozen=True)
class Options(DiffOptions):
    """`only` are some apps. After `repeat` requests to one its exchanges are repeated; where it is
    None, after REPEAT, and with `quick` none is. Where `fresh`, nothing counts that an earlier run
    has recorded.
    """

    quick: bool
    repeat: int | None
    fresh: bool
    causes: bool
    cause_seconds: float


def diff(options: Options) -> int:
    chosen = options.files
    output_files.check(chosen.values())
    output, progress = console(), console(stderr=True)
    with ThreadPoolExecutor(3) as pool:
        meant = list(pool.map(one, (options.old, options.new)))  # or it ends here, at once
        why = nothing_asked(meant)
        if not quiet():
            if why:
                progress.print(f"INCONCLUSIVE {why}", style="bold red", soft_wrap=True)
            progress.print(announced(options), style="dim")
        older, newer = pool.map(made, meant)  # or it ends here, before minutes of recording
        can_run = apps_that_run(options.only or apps(), options.only, (older, newer))
        chosen_apps = can_run.runs
        recorded = corpus(progress)
        every = dict.fromkeys([*recorded, *client_requests(recorded)])
        requests = [sent for sent in every if sent.request.app in chosen_apps]
    comparison = Comparison(older, newer, ledger(), all_named(meant, (older, newer)))
    every_scenario = chosen_scenarios(chosen_apps)
    suited = [*filter(comparison.can_play, every_scenario)]
    wanted = [*filter(comparison.wants_scenario, suited)]
    scenarios = [each for each in wanted if not (options.quick and each.slow)]
    begins(f"{count(len(requests), 'request')} and {count(len(scenarios), 'scenario')}", progress)
    with progress_bar("sending to both stacks", progress, transient=True) as shown:
        bar = shown.add_task("", total=None)
        advance = partial(shown.advance, bar)
        usual = 0 if options.quick else REPEAT
        after = usual if options.repeat is None else options.repeat
        found = live.compare(
            comparison,
            requests,
            advance,
            scenarios,
            after,
            lambda steps: shown.update(bar, total=steps),
            recordings(comparison.sides, options.fresh),
        )
    if options.causes and found.unexplained:
        begins("trying what is behind it", progress)
        with progress_bar("trying what is behind it", progress, transient=True) as shown:
            bar = shown.add_task("", total=None)
            limit, more = options.cause_seconds, partial(shown.advance, bar)
            found = with_causes(found, older, newer, requests, limit, more)
    values = named(options, "only", "fail_on", "quick", "fresh", "repeat", "clients")
    values |= {"--no-cause": not options.causes}
    command = of_verb("diff", word(older), word(newer), *option_words(values))
    notes = (
        *found.notes,
        *not_wanted(len(suited) - len(wanted)),
        *unsuited(every_scenario, suited, comparison.sides),
    )
    not_played = len(wanted) - len(scenarios)
    found = replace(
        found,
        command=command,
        notes=notes,
        not_played=not_played,
        left_out=can_run.nowhere,
        not_compared=(*can_run.not_compared, *found.not_compared),
    )
    if why:
        found = replace(found, inconclusive=(*found.inconclusive, why))
    return conclude(with_noticed(found, options.clients), chosen, options.fail_on, output)


def announced(options: Options) -> str:
    """What is about to happen, said at once: packages and requests take their time."""
    stacks = f"{plain(options.old, 40)} {plain(options.new, 40)}"
    return f"diff {stacks}: install both, send each the specs' requests: 20 to 60 s"


def not_wanted(scenarios: int) -> Iterator[str]:
    """A sentence on those that show what may have changed where nobody named a change."""
    if scenarios:
        yield (
            f"not played: {count(scenarios, 'scenario')} of leaks, limits, starts, pings and what "
            "no reference app uses, since no named change that they show lies between; `judge ... "
            "-- --also resilience --also features` plays most of them"
        )


def lacking(scenario: Scenario, sides: Sequence[Environment]) -> list[str]:
    """The packages that its server imports, and one of the stacks lacks."""
    return [name for side in sides for name in lacked_by_scenario(scenario, side)]


def unsuited(
    scenarios: Collection[Scenario], suited: Collection[Scenario], sides: Sequence[Environment]
) -> Iterator[str]:
    """A sentence on those that need what a stack lacks, by what that is."""
    needs = Counter(
        " or ".join(each.needs or sorted({*lacking(each, sides)}))
        for each in scenarios
        if each not in suited
    )
    if needs:
        named = ", ".join(f"{need} ({number})" for need, number in sorted(needs.items()))
        yield f"not played, since OLD or NEW lacks what they need: scenarios with {named}"


def chosen_scenarios(chosen: Collection[str]) -> list[Scenario]:
    """Those of some apps."""
    return [each for each in ledger().scenarios if variants()[each.variant][0].name in chosen]
