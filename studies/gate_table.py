"""How often the gate cries wolf, and what it finds: gates of equal stacks, and of planted ones.

    python -m studies.gate_table [--runs N] [--planted N] [--only CASE]... [--results FILE]
    python -m studies.gate_table --quick

`--quick` makes one gate of equal stacks, of one benchmark beside a busy loop, and one of each of a
few plants.
Half of the gates of equal stacks run while a busy loop holds one core; every other one compares a
stack with a copy of it in another folder instead of with itself. Results are appended to a
file of JSON Lines as they come, and a run that was cut off goes on where it was. In the end it
prints a table in Markdown; exit code 1 where a gate was wrong.
"""

import argparse
import json
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.output.jsonlines import appending, records
from starlette_conformance.stacks.patched_copies import copied, plant
from starlette_conformance.stacks.project import ROOT, catalogue
from starlette_conformance.stacks.provision import provision
from starlette_conformance.stacks.tempdirs import scratch
from studies.plants import PLANTS, QUICK, REASONS
from studies.running import COMMAND, busy, ending, finished

SECONDS = 900.0
EQUAL = "equal stacks"
BUSY = "equal stacks, a busy loop holds one core"
CASES = (EQUAL, BUSY, *(defect.name for defect in PLANTS))


def main(arguments: argparse.Namespace) -> int:
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    results = read(arguments.results)
    if arguments.quick:
        arguments.only, arguments.runs, arguments.planted = [BUSY, *QUICK], 1, 1
    cases = arguments.only or CASES
    old = provision(catalogue().named(arguments.stack)).interpreter
    with scratch() as folder, appending(arguments.results) as file:
        planted = {
            defect.name: plant(old, folder / str(number), defect)
            for number, defect in enumerate(PLANTS)
            if defect.name in cases
        }
        copy = copied(old, folder / "copy")
        benchmarks = {defect.name: defect.where for defect in PLANTS}
        if arguments.quick:
            benchmarks[BUSY] = "hello"
        for case in cases:
            equal = (arguments.runs + (case == BUSY)) // 2  # of one, the harder one
            runs = arguments.planted if case in planted else equal
            for number in range(sum(result["case"] == case for result in results), runs):
                new = planted.get(case, (old, copy)[number % 2])
                with busy() if case == BUSY else nullcontext():
                    result = gate(old, new, benchmarks.get(case), folder, case in {EQUAL, BUSY})
                results.append({"case": case, **result})
                file.write(json.dumps(results[-1]) + "\n")
                why = ", ".join(result.get("by", ()))
                took = f"{result['seconds']:.0f} s"
                print(f"{case}: {result['verdict']} ({why}), {took}", file=sys.stderr)
    print(table(results))
    return int(not all(map(right, results)))


def read(path: Path) -> list[dict[str, Any]]:
    """What earlier runs wrote. Raises UsageError where it is something else."""
    found = records(path, dict[str, Any], "gates")
    for number, each in enumerate(found, 1):
        if lacking := {"case", "verdict", "seconds"} - each.keys():
            raise UsageError(f"{path}:{number}: no {', '.join(sorted(lacking))}; not a gate")
    return found


def expected(case: str) -> str:
    return "pass" if case in {EQUAL, BUSY} else "regression"


def right(result: dict[str, Any]) -> bool:
    """Whether the verdict is that of the case, and by the figure that the case is about."""
    case = result["case"]
    if result["verdict"] != expected(case):
        return False
    return case in {EQUAL, BUSY} or REASONS.get(case, "instructions") in result.get("by", ())


def gate(old: Path, new: Path, benchmark: str | None, folder: Path, fresh: bool) -> dict[str, Any]:
    """What one gate came to, as a user would run it; that of equal stacks keeps no counts."""
    figures = folder / "figures.json"
    figures.unlink(missing_ok=True)
    command = [*COMMAND, "gate", str(old), str(new), "--json", str(figures)]
    command += ["--benchmark", benchmark] if benchmark else []
    command += ["--fresh"] if fresh else []
    began = time.monotonic()
    try:
        status, output = finished(command, ROOT, SECONDS)
    except Failure:
        return {"seconds": SECONDS, "verdict": f"none within {SECONDS:g} s"}
    found = {"exit": status, "seconds": round(time.monotonic() - began, 1)}
    document = json.loads(figures.read_text("utf-8")) if figures.exists() else {}
    if "outcome" not in document:
        said = output.strip().splitlines()
        return found | {"verdict": f"none: {said[-1] if said else 'it said nothing'}"}
    findings = document["findings"]
    decisive = [each for each in findings if each["outcome"] == document["outcome"]]
    return found | {
        "verdict": document["outcome"],
        "by": sorted({each["what"] for each in decisive}),
        "findings": decisive if document["outcome"] != "pass" else [],
        "counted": largest(findings, "instructions", "change"),
        "count noise": largest(findings, "instructions", "noise"),
        "CPU noise": largest(findings, "CPU seconds", "noise"),
        "left": largest(findings, "bytes left", "change"),
    }


def largest(findings: list[dict[str, Any]], what: str, key: str) -> float | None:
    return max((each[key] for each in findings if each["what"] == what), key=abs, default=None)


def table(results: list[dict[str, Any]]) -> str:
    head = "| case | gates | right | instructions | bytes left | noise of counts, CPU | seconds |"
    lines = [head, "| --- | --- | --- | --- | --- | --- | --- |"]
    for case in CASES:
        those = [result for result in results if result["case"] == case]
        if not those:
            continue
        found = sum(map(right, those))
        noises = ", ".join(f"{spread(those, key, 100):s} %" for key in ("count noise", "CPU noise"))
        lines.append(
            f"| {case} | {len(those)} | {found} | {spread(those, 'counted', 100, '+')} % "
            f"| {spread(those, 'left', 1, '+')} | {noises} | {spread(those, 'seconds', 1)} |"
        )
    return "\n".join(lines)


def spread(results: list[dict[str, Any]], key: str, scale: float, sign: str = "") -> str:
    """The lowest and the highest of a figure."""
    values = sorted(result[key] * scale for result in results if result.get(key) is not None)
    if not values:
        return "-"
    digits = 2 if scale > 1 else 0
    return " … ".join(f"{value:{sign}.{digits}f}" for value in (values[0], values[-1]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40, help="gates of equal stacks (40)")
    parser.add_argument("--planted", type=int, default=10, help="gates of each planted one (10)")
    parser.add_argument("--only", action="append", choices=CASES, help="only this case")
    parser.add_argument("--quick", action="store_true", help="as CI does")
    parser.add_argument("--stack", default="documented", help="(documented)")
    parser.add_argument(
        "--results", type=Path, default=Path(".benchmarks/gates.jsonl"), help="a file"
    )
    sys.exit(ending(lambda: main(parser.parse_args())))
