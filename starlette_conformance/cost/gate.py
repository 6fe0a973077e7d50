"""`gate`: may the new stack replace the old one, by what it costs?

First both stacks must pass the specs of the apps that are measured. Then instructions are counted
(where valgrind is on PATH) and both run in pairs. Exit codes: 0 pass, 1 regression, 2 usage,
3 cannot tell, 4 harness error.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from starlette_conformance.cost import at_once, attribution, fanout, starts
from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.figures import measured, overall
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.gate_report import Report, check_budget
from starlette_conformance.cost.gate_specs import check_specs
from starlette_conformance.cost.manifest import EVERY, NAMES, named
from starlette_conformance.cost.wide import WideBenchmark, measurable
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.progress import begins
from starlette_conformance.runs.rerun_commands import of_verb, option_words, word
from starlette_conformance.stacks.targets import provisioned


@dataclass(frozen=True)
class Options:
    """What the user wants: two stacks, budgets, some benchmarks or all."""

    old: str
    new: str
    budget: float
    syscalls: float
    benchmarks: Sequence[str]
    json: Path | None
    old_start: str = ""
    new_start: str = ""
    fresh: bool = False

    @property
    def starts(self) -> starts.Pair | None:
        """The other starts that are to be compared, and nothing else."""
        if not (self.old_start or self.new_start):
            return None
        return starts.Pair(self.old_start or starts.PLAIN, self.new_start or starts.PLAIN)


def gate(options: Options) -> int:
    check_budget(options.budget)
    output_files.check([options.json])
    began, output = time.monotonic(), console()
    names = [starts.NAME] if options.starts else options.benchmarks or NAMES
    if options.starts and options.benchmarks:
        raise UsageError("--old-start and --new-start compare how long a response takes, alone")
    benchmarks = named([name for name in names if name in EVERY], EVERY)
    if any(each.streams for each in benchmarks):
        fanout.check()
    old, new = provisioned(options.old), provisioned(options.new)
    output.print(f"old: {old}\nnew: {new}", soft_wrap=not output.is_terminal)
    if options.starts:
        starts.check(options.starts, old, new)
    benchmarks = _measurable(old, new, benchmarks, output, options.fresh)
    findings = []
    if benchmarks:
        budget = options.budget / 100
        findings = measured(old, new, benchmarks, budget, options.syscalls, output, options.fresh)
    if at_once.NAME in names:
        begins("many clients at once", output)
        findings += at_once.measured(old, new)
    if starts.NAME in names:
        begins("other starts of the server", output)
        findings += _started(old, new, options.starts, output)
    outcome = overall(findings)
    findings, contributors = attribution.attributed(findings, old, new, benchmarks)
    report = Report(
        outcome,
        time.monotonic() - began,
        (old, new),
        _again(options, old, new),
        options.budget,
        options.syscalls,
        findings,
        contributors,
        "--benchmark",
        NAMES,
    )
    return report.conclude(options.json, output)


def _measurable(
    old: Environment,
    new: Environment,
    benchmarks: Sequence[Benchmark],
    output: Console,
    fresh: bool,
) -> list[Benchmark]:
    """Those to whose requests both stacks respond as they must; what OLD cannot is named."""
    wide = [each for each in benchmarks if isinstance(each, WideBenchmark)]
    others = [each for each in benchmarks if each not in wide]
    if others:
        check_specs([old, new], others, output, fresh)
    found, left_out = measurable(old, new, wide)
    for sentence in left_out:
        output.print(f"NOT MEASURED {sentence}", style="yellow", markup=False, soft_wrap=True)
    if benchmarks and not (others or found):
        raise CannotTell("OLD responds rightly to none of the requests")
    return [*others, *found]


def _started(
    old: Environment, new: Environment, pair: starts.Pair | None, output: Console
) -> list[Finding]:
    pairs = [pair] if pair else starts.known(old, new)
    found = {each.old: starts.measured(old, new, each) for each in pairs}
    if pair is None:
        for sentence in starts.slow(found):
            output.print(sentence, style="yellow", soft_wrap=not output.is_terminal)
    else:
        output.print("NOT MEASURED all else, which is measured within one process", style="yellow")
    return [*found.values()]


def _again(options: Options, old: Environment, new: Environment) -> str:
    """The command that gates the same stacks."""
    values = {
        "--budget": options.budget,
        "--syscalls": options.syscalls,
        "--benchmark": list(options.benchmarks),
        "--old-start": options.old_start,
        "--new-start": options.new_start,
    }
    return of_verb("gate", word(old), word(new), *option_words(values, {"--syscalls": 0.0}))
