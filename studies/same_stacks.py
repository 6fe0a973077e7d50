"""`diff` of a stack with itself: whatever differs is a false difference.

    python -m studies.same_stacks [--runs 200] [--seed N] --file FILE

takes stacks of all axes by chance, and every second run is beside two busy loops. A run is a line
of JSON, appended to FILE, and a later call goes on from there. The table at the end is Markdown.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from starlette_conformance.output.jsonlines import appending, records
from starlette_conformance.stacks.project import catalogue
from studies.running import COMMAND, busy, finished, read_diff

LOOPS = 2
HEADINGS = ("beside", "runs", "stacks", "differ", "unstable", "not reproduced", "exit codes")

Run = dict[str, Any]


def run(stack: str, loops: int, folder: Path) -> Run:
    file = folder / "diff.json"
    file.unlink(missing_ok=True)
    with ExitStack() as beside:
        for _ in range(loops):
            beside.enter_context(busy())
        code, said = finished([*COMMAND, "diff", stack, stack, "--json", str(file)], folder)
    found: Run = {"stack": stack, "busy": loops, "exit": code, "load": os.getloadavg()[0]}
    diff = read_diff(file)
    if diff is None:
        return found | {"failed": said[-500:]}
    return found | {
        "seconds": round(diff["seconds"], 1),
        "differing": diff["counts"]["differing"] + diff["scenarios"]["differing"],
        "unstable": diff["unstable"],
        "unconfirmed": diff["unconfirmed"],
        "not_compared": diff["not_compared"],
    }


def table(runs: Sequence[Run]) -> Iterator[str]:
    """Markdown: a row for the runs beside nothing, and one for those beside busy loops."""
    yield f"| {' | '.join((*HEADINGS, 'seconds', 'load'))} |"
    yield f"| --- |{' ---: |' * (len(HEADINGS) + 1)}"
    for name, those in (
        ("nothing of ours", [each for each in runs if not each["busy"]]),
        (f"{LOOPS} busy loops", [each for each in runs if each["busy"]]),
    ):
        done = [each for each in those if "seconds" in each]
        codes = Counter(each["exit"] for each in those)
        loads = [each["load"] for each in those] or [0]
        cells = (
            name,
            len(those),
            len({each["stack"] for each in those}),
            sum(each["differing"] for each in done),
            sum(len(each["unstable"]) for each in done),
            _fields(done),
            ", ".join(f"{number} × {code}" for code, number in sorted(codes.items())),
            f"{median([each['seconds'] for each in done] or [0]):.1f}",
            f"{min(loads):.0f} to {max(loads):.0f}",
        )
        yield f"| {' | '.join(map(str, cells))} |"


def _fields(runs: Iterable[Run]) -> str:
    """What did not reproduce, by field: a known cause is the time at which parts arrive."""
    fields = Counter(
        field for run in runs for each in run["unconfirmed"] for field in each["fields"]
    )
    return ", ".join(f"{number} × {name}" for name, number in sorted(fields.items())) or "0"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="which stacks (0)")
    parser.add_argument("--file", type=Path, required=True, help="where the runs are, and go")
    options = parser.parse_args(arguments)
    stacks = sorted(name for name, each in catalogue().stacks.items() if not each.python)
    chance = random.Random(options.seed)  # noqa: S311  (no secret)
    chosen = [stacks[chance.randrange(len(stacks))] for _ in range(options.runs)]
    runs: list[Run] = records(options.file, Run, "runs")
    with tempfile.TemporaryDirectory(prefix="same-") as folder:
        for number in range(len(runs), options.runs):
            runs.append(run(chosen[number], LOOPS * (number % 2), Path(folder)))
            with appending(options.file) as file:
                file.write(json.dumps(runs[-1]) + "\n")
    print("\n".join(table(runs)))
    return int(any(each["exit"] for each in runs))


if __name__ == "__main__":
    sys.exit(main())
