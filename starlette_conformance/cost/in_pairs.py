"""How many rounds of paired runs each benchmark has: a few, and more where these are not clear.

A benchmark is clear where no figure has come half of the way to what blocks, nor CPU time up to
`CPU_CLEAR`. Rounds have as many blocks, first or not, so that all of them tell of the same noise.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from rich.progress import Progress

from starlette_conformance.cost import gate_verdict, paired
from starlette_conformance.cost.benchmark import USUAL, Benchmark
from starlette_conformance.cost.paired import Round
from starlette_conformance.model.environment import Environment
from starlette_conformance.output.progress import begins
from starlette_conformance.process.worker_threads import side_by_side

AT_A_TIME = 2
MORE = 1
"""Rounds of what is not clear: more of them would have more noise, which is the largest of all."""
SOLE = 5
"""Rounds of each, where nothing else decides."""
CPU_CLEAR = 0.02
HALF = 0.5


def in_pairs(
    old: Environment,
    new: Environment,
    benchmarks: Sequence[Benchmark],
    compiled: Path,
    progress: Progress,
    sole: bool,
) -> dict[str, list[Round]]:
    """All rounds of each benchmark; bytecode lies in the folder `compiled`."""
    begins("running in pairs", progress.console)
    first = SOLE if sole else paired.rounds_for(len(benchmarks))
    bar = progress.add_task("running in pairs", total=first * len(benchmarks))
    found: dict[str, list[Round]] = {each.name: [] for each in benchmarks}

    def run(those: Sequence[Benchmark], rounds: Iterable[int]) -> None:
        advance = partial(progress.advance, bar)
        jobs = [
            partial(paired.run, old, new, each, compiled, [number], len(of_kind) > USUAL, advance)
            for number in rounds
            for of_kind in by_kind(those)
            for each in sharing_pairs(of_kind)
        ]
        for each in side_by_side(jobs, AT_A_TIME):
            for name, more in each.items():
                found[name] += more

    run(benchmarks, range(first))
    again = [each for each in benchmarks if not sole and not is_clear(each, found[each.name])]
    if again:
        begins(f"running {len(again)} once more, which are not clear yet", progress.console)
        progress.update(bar, total=first * len(benchmarks) + MORE * len(again))
        run(again, range(first, first + MORE))
    return found


def is_clear(benchmark: Benchmark, rounds: Sequence[Round]) -> bool:
    """Whether more rounds would hardly come to something else."""
    name = benchmark.name
    starts = [{role: each.start for role, each in one.items()} for one in rounds]
    found = [
        gate_verdict.of_memory(benchmark, rounds),
        *gate_verdict.of_kept(name, rounds),
        gate_verdict.of_waiting(name, rounds),
        gate_verdict.of_start(name, starts),
    ]
    cpu = gate_verdict.of_cpu(name, rounds, noise=0.0, budget=0.0, sole=False)
    return cpu.change <= CPU_CLEAR and all(each.change <= HALF * each.limit for each in found)


def by_kind(benchmarks: Sequence[Benchmark]) -> list[list[Benchmark]]:
    """Those that are measured briefly, by servers that they share, and all others."""
    brief = [each for each in benchmarks if each.sending.briefly]
    others = [each for each in benchmarks if not each.sending.briefly]
    return [each for each in (brief, others) if each]


def by_server(benchmarks: Sequence[Benchmark]) -> list[list[Benchmark]]:
    """Those of one app together; where there are fewer apps than are measured at a time, and its
    benchmarks share servers, the first is divided.
    """
    found = [
        [each for each in benchmarks if each.app == app] for app in {e.app: 0 for e in benchmarks}
    ]
    first = found[0] if found else []
    if len(found) < AT_A_TIME and len(first) > 1 and first[0].shares:
        middle = (len(first) + 1) // 2
        found[:1] = [first[:middle], first[middle:]]
    return found


def sharing_pairs(benchmarks: Sequence[Benchmark]) -> list[list[Benchmark]]:
    """Those that share servers in paired runs, what takes longest first."""
    alone = [each for each in benchmarks if not each.shares]
    heaviest = sorted(alone, key=lambda benchmark: -benchmark.weight)
    return [
        *by_server([each for each in benchmarks if each.shares]),
        *([each] for each in heaviest),
    ]
