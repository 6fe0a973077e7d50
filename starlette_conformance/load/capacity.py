"""The knee: how many subscribers a stack serves, before events come late or not at all.

Each step is a run of locust in a process of its own, which leaves its figures in a file.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from starlette_conformance.load import capacity_report, results_file
from starlette_conformance.load.capacity_search import Knee, Step
from starlette_conformance.load.results_file import Results
from starlette_conformance.load.run_verdict import CANNOT_TELL, FINDING, Verdict, measured
from starlette_conformance.model.errors import CannotTell, Failure, UsageError
from starlette_conformance.model.extras import absent
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.verbosity import quiet
from starlette_conformance.process.child_environment import of_own
from starlette_conformance.process.launch import guarded
from starlette_conformance.process.log import last_said
from starlette_conformance.runs.rerun_commands import of_verb, option_words
from starlette_conformance.stacks.cache import BYTECODE, cache_folder
from starlette_conformance.stacks.project import INSTALLED, ROOT
from starlette_conformance.stacks.targets import provisioned
from starlette_conformance.stacks.tempdirs import scratch

RAMP_SECONDS = 5.0
WINDOW_SECONDS = 8.0
SPARE_SECONDS = 200.0
"""For locust to start and end, on busy cores."""
FAILURES = {each.exit_code: each for each in (UsageError, CannotTell)}
TRIES = 3
"""How often a step is run that is inconclusive, or is not good: a neighbour may have had the cores.
The best of it counts, and two that are late are enough."""

DEFAULT = ("documented-h11", "latest")
"""With the same HTTP parser."""

STEPS = "steps of 20 s or more in locust; two to five minutes for each stack"

Measure = Callable[[Knee, int], Step]
"""Take a step of a search, with so many subscribers."""


def knee(pair: Sequence[str], names: Sequence[str], interval: float, json: Path | None) -> int:
    """Find the knee of each stack, and print one table of all; with OLD and NEW, a verdict."""
    for extra in absent("locust", "hdrh"):
        raise UsageError(f"`capacity` needs {extra}")
    if len(pair) not in {0, 2} or (pair and names):
        raise UsageError("name OLD and NEW, which are compared, or stacks by --stack")
    output_files.check([json])
    stacks = list(pair or dict.fromkeys(names or DEFAULT))
    # none is measured for minutes before another one cannot be had
    environments = [provisioned(stack) for stack in stacks]
    found = [Knee(stack) for stack in stacks]
    if len({*stacks}) < len(stacks):
        found[1].title += ", again"
    screen = console()
    if not quiet():
        screen.print(f"capacity of {', '.join(stacks)}: {STEPS}", style="dim", soft_wrap=True)
    words = option_words({"--stack": names, "--interval": interval})
    again = of_verb("capacity", *pair, *words)
    verdict = Verdict(CANNOT_TELL, ("the search was cut off",))
    try:
        with scratch() as folder:

            def measure(each: Knee, users: int) -> Step:
                each.steps.append(_step(each.stack, users, interval, folder, screen))
                return each.steps[-1]

            _search(found, measure)
            if pair:
                _confirm(found[0], found[1], measure)
        screen.print(capacity_report.table(found))
        for each in found:
            screen.print(capacity_report.why(each))
        verdict = capacity_report.concluded(found, environments if pair else [])
        screen.print(*verdict.sentences, sep="\n", style="bold", soft_wrap=True)
    except Failure as failure:
        verdict = Verdict(failure.exit_code, (failure.message,))
        failure.concluded = True
        raise
    finally:  # the steps that were taken, where one fails or Ctrl-C comes
        capacity_report.write(json, found, verdict, again)
    return verdict.exit_code


def _search(found: Sequence[Knee], measure: Measure) -> None:
    """In turns, as a machine is another one after minutes."""
    left = list(found)
    while left:
        for each in list(left):
            users = each.following()
            if users is None or measure(each, users).verdict.exit_code not in (0, FINDING):
                left.remove(each)


def _confirm(old: Knee, new: Knee, measure: Measure) -> None:
    """Measure once more what would make NEW the worse one."""
    if capacity_report.compared(old, new).exit_code == FINDING and old.best and new.worst:
        measure(old, old.best.users)
        measure(new, new.worst.users)


def _step(stack: str, users: int, interval: float, folder: Path, screen: Console) -> Step:
    """Run one step, again where need be. What was lost once was lost: that is not tried again."""
    tried: list[Step] = []
    while True:
        results = _run(stack, users, interval, folder / f"{len(list(folder.iterdir()))}.json")
        step = Step(users, results.fanout, measured(results))
        tried.append(step)
        screen.print(capacity_report.line(stack, step))
        late = [each for each in tried if each.verdict.exit_code == 0 and not each.disturbed]
        if step.good or step.verdict.exit_code == FINDING or len(late) == 2 or len(tried) == TRIES:
            break
    if step.good or step.verdict.exit_code == FINDING:
        return step
    return min(tried, key=lambda each: (each.verdict.exit_code, each.late))


def _variables() -> dict[str, str]:
    """What locust loads is not compiled beside itself where it is installed."""
    compiled = {"PYTHONPYCACHEPREFIX": str(cache_folder() / BYTECODE)} if INSTALLED else {}
    return {**of_own(), **compiled}


def _run(stack: str, users: int, interval: float, path: Path) -> Results:
    ramp = max(RAMP_SECONDS, 3 * interval)
    seconds = ramp + WINDOW_SECONDS + 2 * interval
    command = [
        *(sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests"), "SseUser", "--headless"),
        *("--users", str(users), "--spawn-rate", str(max(1.0, users / ramp))),
        *("--run-time", f"{seconds:.0f}s", "--interval", str(interval), "--stack", stack),
        *("--only-summary", "--loglevel", "WARNING", "--results", str(path)),
    ]
    with path.with_suffix(".log").open("wb") as log:
        try:
            done = subprocess.run(
                guarded(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=_variables(),
                timeout=seconds + SPARE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            said = f"locust did not end within {seconds + SPARE_SECONDS:g} s"
            raise Failure(f"{said} ({stack}, {users} subscribers)") from None
    if not path.exists():
        last = last_said(path.with_suffix(".log").read_text("utf-8", "replace").splitlines())
        failure = FAILURES.get(done.returncode, Failure)
        raise failure(f"locust ended with status {done.returncode}: {last}")
    return results_file.read(path)
