"""What the gates that come with pytest-benchmark and locust say of a stack compared with itself.

    python -m studies.usual_gates [--runs N] [--busy] [--stack S]

Nothing changes from run to run, so whatever they report is noise. Each comparison is appended to a
file as it is made; studies/false_alarms.py says what a line is, and sums files up.

Exit codes: 0 done, 2 usage, 3 the stack could not be served, 4 a tool did not do its work,
130 Ctrl-C.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from rich.progress import Progress

from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.option_values import for_argparse, positive, seconds
from starlette_conformance.output.console import console
from starlette_conformance.output.jsonlines import appending, records
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import provision
from studies.false_alarms import Comparison, print_table
from studies.running import busy as a_busy_loop
from studies.running import ending
from studies.tools_as_gates import CPU, WALL, Benchmarks, Gate, Locust


def compare(gates: Sequence[Gate], times: int, busy: bool) -> Iterator[Comparison | None]:
    """Run the gates in turn, `times` and once more; None stands for the first runs."""
    before: dict[str, Mapping[str, float]] = {}
    with a_busy_loop() if busy else nullcontext():
        for _ in range(times + 1):
            for gate in gates:
                began = time.monotonic()
                means, alarm = gate.run()
                seconds = time.monotonic() - began
                old = before.get(gate.name)
                before[gate.name] = means
                if old is None:
                    yield None
                    continue
                ratios = {name: round(mean / old[name], 5) for name, mean in means.items()}
                load = round(os.getloadavg()[0], 1)
                yield Comparison(gate.name, busy, alarm, round(seconds, 1), load, ratios)


def measure(options: argparse.Namespace) -> list[Comparison]:
    """Make the comparisons, and append each to the file."""
    lacking = [name for name in ("locust", "pytest_benchmark") if find_spec(name) is None]
    if lacking:
        raise UsageError(f"{' and '.join(lacking)}: not installed here; `uv sync --all-groups`")
    environment = provision(catalogue().named(options.stack))
    halves = [(options.runs, False)]
    if options.busy:
        halves = [(options.runs - options.runs // 2, False), (options.runs // 2, True)]
    options.results.parent.mkdir(parents=True, exist_ok=True)
    records(options.results, Comparison, "comparisons")
    found = []
    with (
        appending(options.results) as results,
        Progress(console=console()) as progress,
    ):
        bar = progress.add_task("A against A", total=3 * sum(times + 1 for times, _ in halves))
        for times, busy in halves:
            with tempfile.TemporaryDirectory(prefix="usual-gates-") as name:
                folder = Path(name)
                gates: list[Gate] = [
                    Benchmarks(clock, environment.name, options.seconds, folder / str(number))
                    for number, clock in enumerate((WALL, CPU))
                ]
                gates.append(Locust(environment, options.locust_seconds, folder / "locust"))
                for comparison in compare(gates, times, busy):
                    progress.advance(bar)
                    if comparison:
                        results.write(comparison.line())
                        found.append(comparison)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m studies.usual_gates",
        description="how often pytest-benchmark and locust call a stack slower than itself",
    )
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    parser.add_argument(
        "--runs", type=for_argparse(_two), default=20, help="comparisons of each gate (20)"
    )
    parser.add_argument("--busy", action="store_true", help="hold a core during half of them")
    parser.add_argument("--stack", default="latest", help="a name or requirements (latest)")
    parser.add_argument(
        "--seconds",
        type=for_argparse(seconds),
        default=0.2,
        help="--benchmark-max-time of a benchmark (0.2)",
    )
    parser.add_argument(
        "--locust-seconds", type=for_argparse(positive), default=3, help="of a run of locust (3)"
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=Path(".benchmarks") / f"usual-gates-{stamp}.jsonl",
        help="the file to append to (.benchmarks/usual-gates-TIME.jsonl)",
    )
    options = parser.parse_args(arguments)
    return ending(lambda: _print(options))


def _print(options: argparse.Namespace) -> int:
    print_table(measure(options), console())
    print(f"\ncomparisons: {options.results}")
    return 0


def _two(text: str) -> int:
    number = positive(text)
    if number < 2:
        raise ValueError("fewer than two say nothing of noise")
    return number


if __name__ == "__main__":
    sys.exit(main())
