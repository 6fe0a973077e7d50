"""All figures of both stacks, of every benchmark, and the verdict over them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from starlette_conformance.cost import callgrind, fanout, fanout_verdict, gate_verdict, paired
from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.counted_servers import compile_ahead
from starlette_conformance.cost.counts import repeats_for
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.in_pairs import AT_A_TIME, by_kind, in_pairs
from starlette_conformance.cost.kept_counts import count
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.output.progress import begins
from starlette_conformance.output.progress import progress as progress_bar
from starlette_conformance.process.worker_threads import side_by_side
from starlette_conformance.stacks.tempdirs import scratch

LOOKS = 2
"""Rounds of what seems to wait longer."""
LAYOUTS = ([1, 2], [3])
"""In those more a benchmark is counted that seems a little worse, or is inconclusive."""


def measured(
    old: Environment,
    new: Environment,
    benchmarks: Sequence[Benchmark],
    budget: float,
    syscalls: float,
    output: Console,
    fresh: bool = False,
) -> list[Finding]:
    """All figures of both stacks; with `fresh`, no counts that were kept. Raises CannotTell where
    one of the manifest is missing.
    """
    with scratch() as compiled:
        return _measured(old, new, benchmarks, budget, syscalls, compiled, output, fresh)


def _measured(
    old: Environment,
    new: Environment,
    benchmarks: Sequence[Benchmark],
    budget: float,
    syscalls: float,
    compiled: Path,
    output: Console,
    fresh: bool,
) -> list[Finding]:
    counting = callgrind.found()
    if not counting:
        line = f"{callgrind.LACKING}. Paired CPU time alone decides."
        output.print(line, style="bold yellow", soft_wrap=True)
    with progress_bar("{task.description}", output) as progress:
        counts: list[dict[str, Count]] = []

        def count_both() -> None:
            if counting:
                counts.extend(
                    counted_by_both((old, new), benchmarks, budget, syscalls, progress, fresh)
                )

        # Counting leaves a core idle now and then, and nothing disturbs it.
        jobs: list[Callable[[], None]] = [count_both]
        jobs += [partial(compile_ahead, each, benchmarks, compiled) for each in (old, new)]
        side_by_side(jobs, len(jobs))
        ran = in_pairs(old, new, benchmarks, compiled, progress, sole=not counting)
        streaming = [each for each in benchmarks if each.streams]
        fanned = {}
        for each in streaming:
            bar = progress.add_task(f"{fanout.STREAMS} streams each", total=1)
            fanned[each.name] = fanout_verdict.measured(old, new, each, compiled)
            progress.advance(bar)
    complete([benchmark.name for benchmark in benchmarks], [*counts, ran])
    noise = gate_verdict.cpu_noise(ran)
    blamed = [
        name for name, each in ran.items() if gate_verdict.differs(each, "again", noise, budget)
    ]
    line = f"A/A check of CPU time: {len(blamed)} of {len(ran)} benchmarks falsely flagged"
    output.print(line, style="dim")
    sharing = [each for each in benchmarks if each.shares]
    findings = [
        started(old, new, each, ran[each.name], each.app, compiled) for each in sharing[:1]
    ]  # one program, whatever is requested of it
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
        findings.append(waited(old, new, benchmark, ran[name], compiled))
        if not benchmark.shares:
            findings.append(started(old, new, benchmark, ran[name], name, compiled))
        findings += fanned.get(name, [])
        findings.append(gate_verdict.of_latency(name, ran[name]))
    return findings


def started(
    old: Environment,
    new: Environment,
    benchmark: Benchmark,
    rounds: Sequence[paired.Round],
    name: str,
    compiled: Path,
) -> Finding:
    """What is red has a second look, at more starts: the rounds have few, side by side."""
    starts = [{role: each.start for role, each in one.items()} for one in rounds]
    found = gate_verdict.of_start(name, starts)
    if found.outcome == "regression":
        starts += paired.starts(old, new, benchmark, compiled)
        found = gate_verdict.of_start(name, starts)
    return found


def waited(
    old: Environment,
    new: Environment,
    benchmark: Benchmark,
    rounds: Sequence[paired.Round],
    compiled: Path,
) -> Finding:
    """What is red is measured once more, alone: beside a neighbour, one server may wait for all."""
    found = gate_verdict.of_waiting(benchmark.name, rounds)
    if found.outcome != "regression":
        return found
    again = paired.run(old, new, [benchmark], compiled, range(LOOKS), few=True)
    alone = gate_verdict.of_waiting(benchmark.name, again[benchmark.name])
    return found if alone.outcome == "regression" else alone


def counted_by_both(
    stacks: tuple[Environment, Environment],
    benchmarks: Sequence[Benchmark],
    budget: float,
    syscalls: float,
    progress: Progress,
    fresh: bool = False,
) -> list[dict[str, Count]]:
    """The counts of both stacks; what is then not clear is counted in other layouts too, until it
    is.
    """
    begins(f"counting instructions of {len(benchmarks)} requests", progress.console)
    bar = progress.add_task("counting instructions", total=2 * len(benchmarks))
    advance = partial(progress.advance, bar)
    old: dict[str, Count] = {}
    new: dict[str, Count] = {}
    ages = dict[str, float](), dict[str, float]()
    repeats = repeats_for(max(map(len, by_kind(benchmarks))))

    def counted(layouts: Sequence[int], those: Sequence[Benchmark]) -> None:
        sides = [*zip(stacks, (old, new), ages, strict=True)] * len(layouts)
        jobs = [
            partial(count, stack, those, advance, layout, repeats, fresh)
            for layout in layouts
            for stack in stacks
        ]
        found = side_by_side(jobs, AT_A_TIME)
        for (_, counts, kept), more in zip(sides, found, strict=True):
            kept.update(more.ages)
            for name, each in more.found.items():
                counts[name] = counts[name] + each if name in counts else each

    counted([0], benchmarks)
    complete([benchmark.name for benchmark in benchmarks], [old, new])
    total = 2 * len(benchmarks)
    for layouts in LAYOUTS:
        again = [
            each
            for each in benchmarks
            if gate_verdict.unclear(each.name, old[each.name], new[each.name], budget, syscalls)
        ]
        if not again:
            break
        total += 2 * len(again) * len(layouts)
        progress.update(bar, total=total)
        begins(f"counting {len(again)} again, which are not clear yet", progress.console)
        counted(layouts, again)
    for side, kept in zip(("OLD", "NEW"), ages, strict=True):
        if kept:
            progress.console.print(_kept(side, kept, len(benchmarks)), style="dim", soft_wrap=True)
    return [old, new]


def _kept(side: str, ages: Mapping[str, float], benchmarks: int) -> str:
    hours = max(ages.values()) / 3600
    age = f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.0f} days"
    how = f"counts of {len(ages)} of {benchmarks} benchmarks are kept, up to {age} old"
    return f"{side}: {how}; --fresh counts anew"


def complete(names: Sequence[str], measurements: Sequence[Mapping[str, object]]) -> None:
    """Raise CannotTell unless every benchmark of the manifest was measured, and nothing else."""
    for measurement in measurements:
        if odd := set(names) ^ set(measurement):
            raise CannotTell(f"not measured as the manifest says: {', '.join(sorted(odd))}")


def overall(findings: Sequence[Finding]) -> str:
    """The verdict over all figures: a regression outweighs what is inconclusive."""
    outcomes = {finding.outcome for finding in findings}
    return next((each for each in ("regression", "cannot tell") if each in outcomes), "pass")
