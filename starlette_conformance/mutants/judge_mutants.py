"""`mutants`: change the installed packages in one place, and see whether a spec notices.

Exit codes: 0 every mutant is killed, or known to be equivalent; 1 some survive, or an entry of
`specs/ledger/equivalent.toml` is wrong; 2 usage; 3 the stack could not be judged; 4 harness error.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from starlette_conformance.model.errors import UsageError
from starlette_conformance.mutants.campaign import judge_all
from starlette_conformance.mutants.coverage import coverage, key
from starlette_conformance.mutants.equivalents import FILE, Equivalent, known, load
from starlette_conformance.mutants.kill import Judging, Verdict
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.mutants.overlay import all_mutants
from starlette_conformance.mutants.render import again, print_report, summed_up, survivor
from starlette_conformance.mutants.results import Results
from starlette_conformance.mutants.worker import Worker
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.output_files import Unwritten
from starlette_conformance.output.result import Result
from starlette_conformance.runs.rerun_commands import named, of_verb, option_words
from starlette_conformance.stacks.targets import provisioned
from starlette_conformance.stacks.tempdirs import scratch

DOCUMENTED = "documented"
"""The stack that the entries of the known equivalents are written for."""


@dataclass(frozen=True)
class Options:
    """What the user wants: which stack, and which of its mutants."""

    stack: str
    modules: Sequence[str]
    only: Sequence[str]
    sample: int | None
    seed: int
    equivalent: bool
    jobs: int
    results: Path | None
    json: Path | None


def mutants(options: Options) -> int:
    output_files.check([options.results, options.json])
    environment = provisioned(options.stack)
    found = all_mutants(environment, options.modules)
    if unknown := sorted(set(options.only) - {mutant.name for mutant in found}):
        such_as = f"; one is called {found[0].name}" if found else ""
        raise UsageError(f"--only {unknown[0]}: no such mutant{such_as}")
    entries = load()
    output = console()
    with scratch() as folder, ExitStack() as context:
        first = context.enter_context(Worker(options.stack, folder / "worker0"))
        with output.status("judging the stack without a mutant"):
            covered, useless = coverage(environment, first, folder)
        for spec in useless:
            output.print(f"OF NO USE {spec}: it fails without a mutant", soft_wrap=True)
        made = [mutant for mutant in found if covered.reaches(mutant)]
        not_reached = Counter(mutant.module for mutant in set(found) - set(made))
        equivalent = known(entries, made)
        chosen = _chosen(options, made, equivalent)
        path = options.results or folder / "results.jsonl"
        results = context.enter_context(Results(path, environment, key(environment)))
        judging = Judging(environment, covered, useless)
        for mutant in made:
            if (verdict := results.of(mutant)) and verdict.by:
                judging.learn(mutant.module, mutant.function, verdict.by)
        left = sum(results.of(mutant) is None for mutant in chosen)
        workers = [first] + [
            context.enter_context(Worker(options.stack, folder / f"worker{number}"))
            for number in range(1, min(options.jobs, left))
        ]
        judge_all(chosen, judging, results, workers, output)
        judged = {mutant: verdict for mutant in made if (verdict := results.of(mutant))}
    stale = _stale(options, entries, judged, equivalent)
    return _report(options, made, not_reached, judged, equivalent, stale, output)


def _chosen(
    options: Options, made: Sequence[Mutant], equivalent: Mapping[Mutant, object]
) -> list[Mutant]:
    """Those that are selected; what is known to be equivalent, only with its own option."""
    if options.only:
        found = [mutant for mutant in made if mutant.name in options.only]
        if lacking := set(options.only) - {mutant.name for mutant in found}:
            raise UsageError(f"--only {min(lacking)}: no spec reaches it")
        return found
    among = [mutant for mutant in made if options.equivalent or mutant not in equivalent]
    if options.sample is None:
        return among
    by_chance = random.Random(options.seed)  # noqa: S311  (no secret)
    return by_chance.sample(among, min(options.sample, len(among)))


def _report(
    options: Options,
    made: Sequence[Mutant],
    not_reached: Counter[str],
    judged: Mapping[Mutant, Verdict],
    equivalent: Mapping[Mutant, object],
    stale: Sequence[Equivalent],
    output: Console,
) -> int:
    survived = [m for m, verdict in judged.items() if not verdict.killed and m not in equivalent]
    summary = summed_up(made, judged, equivalent, len(stale))
    result = Result(
        int(bool(survived or stale)),
        summary,
        _again(options),
        next=[again(each, options.stack) for each in survived],
    )
    unwritten = Unwritten()
    with unwritten.attempt():
        result.write(
            options.json,
            survived=[{"name": each.name, "text": each.summary()} for each in survived],
            stale=list(map(str, stale)),
        )
    for mutant in survived:
        for line in survivor(mutant, judged[mutant], options.stack):
            output.print(line, soft_wrap=True)
    for mutant in made:
        if mutant.name in options.only and (verdict := judged[mutant]).killed:
            killed = f"KILLED {mutant.name}: {mutant.summary()}\n  {verdict.verdict}: {verdict.by}"
            output.print(f"{killed}\n  {verdict.why}", soft_wrap=True)
    print_report(made, not_reached, judged, equivalent, output)
    for entry in stale:
        output.print(f"STALE {FILE.name}: {entry}: no mutant of it lives", soft_wrap=True)
    output.print(summary, style="bold red" if result.exit_code else "bold green")
    unwritten.report()
    return result.exit_code


def _again(options: Options) -> str:
    chance = ("sample", "seed") if options.sample else ()
    values = named(options, "stack", "only", *chance, "equivalent")
    values |= {"--module": options.modules}
    return of_verb("mutants", *option_words(values))


def _stale(
    options: Options,
    entries: Sequence[Equivalent],
    judged: Mapping[Mutant, Verdict],
    equivalent: Mapping[Mutant, Sequence[Equivalent]],
) -> list[Equivalent]:
    """The entries that cover no mutant of the documented stack, or only such that are killed."""
    if options.stack != DOCUMENTED or options.modules:
        return []
    living = {
        entry
        for m, by in equivalent.items()
        if m not in judged or not judged[m].killed
        for entry in by
    }
    return [entry for entry in entries if entry not in living]
