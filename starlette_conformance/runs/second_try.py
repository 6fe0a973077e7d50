"""Specs that failed while others ran beside them, tried once more with nothing beside them.

A server that gets no core for seconds answers late, or its own parent ends it: that is no finding.
What passes the second time counts as passed, and is named, with what it failed before.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from starlette_conformance.output import output_files
from starlette_conformance.process.resources import Footprint
from starlette_conformance.runs.records import ExchangeRecord, OutcomeRecord, Record, VerdictRecord
from starlette_conformance.runs.run_file import as_line
from starlette_conformance.runs.run_reader import RecordedRun, load, load_start
from starlette_conformance.runs.sessions import judge, last_words
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.project import ROOT
from starlette_conformance.stacks.tempdirs import scratch

MOST = 100
"""Specs at the most: where more fail, busy cores are not the reason."""
AT_ONCE = 2
"""Scenarios that are played at once."""
TRIED = {"fail", "harness error"}


def judge_twice(
    stacks: Sequence[str], folder: Path, jobs: int, arguments: Sequence[str], console: Console
) -> tuple[Summary, Footprint]:
    """Judge stacks as `judge` does, and once more what failed. Raises Failure."""
    found, footprint = judge(stacks, folder, jobs, arguments, console)
    failed = [
        (name, record.spec)
        for name, record in found.not_passed
        if record.verdict in TRIED and record.spec.startswith("specs/")
    ]
    if not 0 < len(failed) <= MOST:
        return found, footprint
    specs: dict[str, list[str]] = {}
    for name, spec in failed:
        specs.setdefault(name, []).append(f"{ROOT}/{spec}")
    paths = sorted(folder.glob("[0-9]*/*.jsonl"))  # beside them may lie those that were kept
    firsts = {start.stack: path for path in paths if (start := load_start(path))}
    with scratch() as aside:
        options = [*arguments, f"--at-once={AT_ONCE}"]
        again, _ = judge([*specs], aside / "runs", 1, options, console, specs)
        if untried := ", ".join(name for name in specs if name not in again.stacks):
            console.print(f"NOT TRIED AGAIN {untried}: {last_words(aside)}", style="bold red")
        for path in aside.glob("runs/*/*.jsonl"):
            if second := load(path):
                fold(firsts[second.start.stack], second)
    logs = found.logs
    found = Summary.of(paths)
    found.logs |= logs
    return found, footprint


def fold(path: Path, second: RecordedRun) -> None:
    """Put what passed the second time into the run file of the first. Raises Failure."""
    first = load(path)
    assert first
    failed = {each.spec: each for each in first.verdicts if each.verdict in TRIED}
    passed = {
        each.spec: each
        for each in second.verdicts
        if each.verdict == "pass" and each.spec in failed
    }
    if not passed:
        return
    replaced = {number for spec in passed for number in failed[spec].exchanges}
    exchanges = [each for each in first.exchanges if each.id not in replaced]
    of_first = {each.id: number for number, each in enumerate(exchanges, 1)}
    theirs = {number for each in passed.values() for number in each.exchanges}
    added = [each for each in second.exchanges if each.id in theirs]
    of_second = {each.id: number for number, each in enumerate(added, 1 + len(exchanges))}
    numbered: list[ExchangeRecord] = [
        msgspec.structs.replace(each, id=number)
        for number, each in enumerate([*exchanges, *added], 1)
    ]
    played = {each.scenario: each for each in second.outcomes}
    outcomes: list[OutcomeRecord] = [played.get(each.scenario, each) for each in first.outcomes]
    verdicts: list[VerdictRecord] = [
        _renumbered(passed[each.spec], of_second, each.headline)
        if each.spec in passed
        else _renumbered(each, of_first, each.failed_first)
        for each in first.verdicts
    ]
    ends = [first.end] if first.end else []
    records: list[Record] = [
        first.start, *numbered, *outcomes, *verdicts, *first.replays, *ends
    ]  # fmt: skip
    output_files.write(path, "".join(map(as_line, records)))


def _renumbered(
    verdict: VerdictRecord, numbers: Mapping[int, int], failed_first: str
) -> VerdictRecord:
    exchanges = tuple(numbers[number] for number in verdict.exchanges)
    return msgspec.structs.replace(verdict, exchanges=exchanges, failed_first=failed_first)
