"""Judging many mutants side by side, each by a worker that judges one after the other."""

import queue
from collections.abc import Sequence
from functools import partial

from rich.console import Console

from starlette_conformance.mutants.kill import Judging
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.mutants.results import Results
from starlette_conformance.mutants.worker import Worker
from starlette_conformance.output.progress import progress
from starlette_conformance.process.worker_threads import side_by_side


def judge_all(
    mutants: Sequence[Mutant],
    judging: Judging,
    results: Results,
    workers: Sequence[Worker],
    output: Console,
) -> None:
    """Judge those that have no verdict yet; the results are written as they come."""
    waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
    left = [mutant for mutant in mutants if results.of(mutant) is None]
    for mutant in left:
        waiting.put(mutant)
    with progress(
        "running the specs on mutants, {task.fields[survived]} survived", output
    ) as shown:
        bar = shown.add_task("", total=len(left), survived=0)
        survived: list[Mutant] = []

        def work(worker: Worker) -> None:
            while True:
                try:
                    mutant = waiting.get_nowait()
                except queue.Empty:
                    return
                verdict = judging.judge(mutant, worker)
                results.add(mutant, verdict)
                survived.extend([] if verdict.killed else [mutant])
                shown.update(bar, advance=1, survived=len(survived))

        side_by_side([partial(work, worker) for worker in workers], len(workers))
