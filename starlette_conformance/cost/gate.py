"""`gate`: may the new stack replace the old one, by what it costs?

First both stacks must pass the specs of the apps that are measured. Then instructions are counted
(where valgrind is on PATH) and both run in pairs. Exit codes: 0 pass, 1 regression, 2 usage,
3 cannot tell, 4 harness error.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from starlette_conformance.cost import attribution, callgrind, fanout, gate_verdict, paired
from starlette_conformance.cost.counts import Count, count_alike
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.gate_table import VERDICT, print_findings
from starlette_conformance.cost.manifest import Benchmark, chosen
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.progress import progress as progress_bar
from starlette_conformance.process.worker_threads import side_by_side
from starlette_conformance.runs.rerun_commands import made_of, of_verb, word
from starlette_conformance.runs.sessions import judge, last_words
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.targets import provisioned
from starlette_conformance.stacks.tempdirs import scratch

SCHEMA = 1
AT_A_TIME = 2
LAYOUTS = 3
"""In so many more a benchmark is counted that seems a little worse, or is inconclusive."""
SPECS = (
    "test_{app}.py and not browser and (transcript or greets or serves_the_page or challenges "
    "or refuses_a_wrong or counts_from_one or stops_counting)"
)
"""Which specs the benchmarks of an app lean on: what they send is sent there, to the last byte."""


@dataclass(frozen=True)
class Options:
    """What the user wants: two stacks, budgets, some benchmarks or all."""

    old: str
    new: str
    budget: float
    syscalls: float
    benchmarks: Sequence[str]
    json: Path | None


def gate(options: Options) -> int:
    if not 0 < options.budget < math.inf:
        raise UsageError(f"--budget {options.budget:g}: a percentage above 0 is needed")
    output_files.check([options.json])
    began, output = time.monotonic(), console(stderr=options.json == output_files.STDOUT)
    benchmarks = chosen(options.benchmarks or None)
    if any(each.streams for each in benchmarks):
        fanout.check()
    old, new = provisioned(options.old), provisioned(options.new)
    output.print(f"old: {old}\nnew: {new}", soft_wrap=True)
    check_specs([old, new], benchmarks, output)
    findings = measured(old, new, benchmarks, options.budget / 100, options.syscalls, output)
    outcome = overall(findings)
    findings, contributors = attribution.attributed(findings, old, new, benchmarks)
    print_findings(findings, output)
    seconds = time.monotonic() - began
    output.print(f"{outcome} after {seconds:.0f} s", style=VERDICT[outcome].style)
    if options.json:
        found = {
            "schema": SCHEMA,
            "verdict": outcome,
            "exit_code": VERDICT[outcome].exit_code,
            "old": str(old),
            "new": str(new),
            "stacks": {"old": made_of(old), "new": made_of(new)},
            "command": _again(options, old, new),
            "budget_percent": options.budget,
            "budget_syscalls": options.syscalls,
            "seconds": round(seconds, 1),
            "findings": [finding.as_json() for finding in findings],
            "functions": {name: list(map(asdict, each)) for name, each in contributors.items()},
        }
        output_files.write(options.json, output_files.as_json(found, indent=2))
    return VERDICT[outcome].exit_code


def _again(options: Options, old: Environment, new: Environment) -> str:
    """The command that gates the same stacks."""
    calls = ["--syscalls", f"{options.syscalls:g}"] if options.syscalls else []
    only = [text for name in options.benchmarks for text in ("--benchmark", name)]
    return of_verb("gate", word(old), word(new), "--budget", f"{options.budget:g}", *calls, *only)


def check_specs(
    stacks: Sequence[Environment], benchmarks: Sequence[Benchmark], output: Console
) -> None:
    """Raise CannotTell unless the stacks pass the specs that the benchmarks lean on."""
    names = list(dict.fromkeys(_judged_as(environment) for environment in stacks))
    apps = dict.fromkeys(benchmark.app for benchmark in benchmarks)
    wanted = " or ".join(f"({SPECS.format(app=app)})" for app in apps)
    with scratch() as folder:
        summary, _ = judge(names, folder / "runs", len(names), ["-k", wanted], output)
        reason = last_words(folder / "runs")
    judged = {app for _, app in summary.tally}
    if lacking := [name for name in names if name not in summary.stacks]:
        raise CannotTell(f"no spec ran on {', '.join(lacking)}: {reason}")
    if not_judged := sorted(set(apps) - judged):
        raise CannotTell(f"no spec of {', '.join(not_judged)} ran: {reason}")
    if not summary.passed:
        failing = sorted({key for key, counts in summary.tally.items() if set(counts) != {"pass"}})
        those = ", ".join(f"{app} on {name}" for name, app in failing)
        raise CannotTell(
            f"{those or 'a stack'} does not pass its specs, so it gets no cost figures: "
            f"`starlette-conformance judge` says more"
        )


def _judged_as(environment: Environment) -> str:
    """Its name; or its path, where the suite of its axis lacks the specs that are needed here."""
    known = catalogue().stacks.get(environment.name)
    return str(environment.interpreter) if known and known.suite else environment.name


def measured(
    old: Environment,
    new: Environment,
    benchmarks: Sequence[Benchmark],
    budget: float,
    syscalls: float,
    output: Console,
) -> list[Finding]:
    """All figures of both stacks. Raises CannotTell where one of the manifest is missing."""
    rounds = paired.rounds_for(len(benchmarks))
    counting = callgrind.found()
    if not counting:
        rounds += 3
        line = f"{callgrind.LACKING}. Paired CPU time alone decides."
        output.print(line, style="bold yellow", soft_wrap=True)
    with progress_bar("{task.description}", output) as progress:
        counts = _counted((old, new), benchmarks, budget, progress) if counting else []
        bar = progress.add_task("running in pairs", total=rounds * len(benchmarks))
        advance = partial(progress.advance, bar)
        heaviest = sorted(benchmarks, key=lambda benchmark: -benchmark.weight)
        pairs = side_by_side(
            [partial(paired.run, old, new, each, rounds, advance) for each in heaviest],
            AT_A_TIME,
        )
        streaming = [each for each in benchmarks if each.streams]
        fanned = {}
        for each in streaming:
            bar = progress.add_task(f"{fanout.STREAMS} streams each", total=1)
            fanned[each.name] = fanout.run(old, new, each)
            progress.advance(bar)
    ran = {benchmark.name: found for benchmark, found in zip(heaviest, pairs, strict=True)}
    complete([benchmark.name for benchmark in benchmarks], [*counts, ran])
    noise = gate_verdict.cpu_noise(ran)
    blamed = [
        name for name, each in ran.items() if gate_verdict.differs(each, "again", noise, budget)
    ]
    line = f"of {len(ran)} benchmarks, paired CPU time would blame {len(blamed)} for nothing"
    output.print(f"equal servers: {line}")
    findings = []
    for benchmark in benchmarks:
        name = benchmark.name
        if counting:
            findings.append(gate_verdict.of_counts(name, counts[0][name], counts[1][name], budget))
            findings.append(
                gate_verdict.of_syscalls(name, counts[0][name], counts[1][name], syscalls)
            )
            findings.append(gate_verdict.of_bytes(name, counts[0][name], counts[1][name], budget))
        findings.append(gate_verdict.of_memory(benchmark, ran[name]))
        findings.append(gate_verdict.of_cpu(name, ran[name], noise, budget, sole=not counting))
        findings += gate_verdict.of_kept(name, ran[name])
        findings.append(gate_verdict.of_waiting(name, ran[name]))
        findings.append(started(old, new, benchmark, ran[name]))
        if name in fanned:
            findings += gate_verdict.of_fanout(name, fanned[name])
        findings.append(gate_verdict.of_latency(name, ran[name]))
    return findings


def started(
    old: Environment, new: Environment, benchmark: Benchmark, rounds: Sequence[paired.Round]
) -> Finding:
    """What is red has a second look, at more starts: the rounds have few, side by side."""
    starts = [{role: each.start for role, each in one.items()} for one in rounds]
    found = gate_verdict.of_start(benchmark.name, starts)
    if found.outcome == "regression":
        starts += paired.starts(old, new, benchmark)
        found = gate_verdict.of_start(benchmark.name, starts)
    return found


def _counted(
    stacks: tuple[Environment, Environment],
    benchmarks: Sequence[Benchmark],
    budget: float,
    progress: Progress,
) -> list[dict[str, Count]]:
    """The counts of both stacks; what is then not clear is counted in other layouts too."""
    bar = progress.add_task("counting instructions", total=2 * len(benchmarks))
    advance = partial(progress.advance, bar)
    old: dict[str, Count] = {}
    new: dict[str, Count] = {}

    def counted(those: Sequence[Benchmark], layouts: Sequence[int]) -> None:
        by_app = {
            app: [each for each in those if each.app == app] for app in {e.app: 0 for e in those}
        }
        jobs = [
            partial(count_alike, stacks, of_app, advance, layout)
            for layout in layouts
            for of_app in by_app.values()
        ]
        for both in side_by_side(jobs, AT_A_TIME):
            for counts, more in zip((old, new), both, strict=True):
                for name, each in more.items():
                    counts[name] = counts[name] + each if name in counts else each

    counted(benchmarks, [0])
    complete([benchmark.name for benchmark in benchmarks], [old, new])
    again = [
        each
        for each in benchmarks
        if gate_verdict.unclear(each.name, old[each.name], new[each.name], budget)
    ]
    if again:
        progress.update(bar, total=2 * (len(benchmarks) + LAYOUTS * len(again)))
        counted(again, range(1, LAYOUTS + 1))
    return [old, new]


def complete(names: Sequence[str], measurements: Sequence[Mapping[str, object]]) -> None:
    """Raise CannotTell unless every benchmark of the manifest was measured, and nothing else."""
    for measurement in measurements:
        if odd := set(names) ^ set(measurement):
            raise CannotTell(f"not measured as the manifest says: {', '.join(sorted(odd))}")


def overall(findings: Sequence[Finding]) -> str:
    """The verdict over all figures: a regression outweighs what is inconclusive."""
    outcomes = {finding.outcome for finding in findings}
    return next((each for each in ("regression", "cannot tell") if each in outcomes), "pass")
