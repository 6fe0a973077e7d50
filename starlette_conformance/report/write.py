"""`report`: run files into one page, or the data behind it as JSON."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from starlette_conformance.clients.results import Results
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.output_files import Unwritten
from starlette_conformance.output.result import Result
from starlette_conformance.report.data import report_data
from starlette_conformance.report.page import page
from starlette_conformance.report.read_runs import read_runs
from starlette_conformance.runs.rerun_commands import of_verb
from starlette_conformance.stacks.project import catalogue, ledger


@dataclass(frozen=True)
class Options:
    """Which run files, and what to write of them."""

    runs: Sequence[Path]
    html: Path | None
    json: Path | None


def report(
    options: Options, costs: Sequence[Mapping[str, Any]], clients: Results | None = None
) -> int:
    """0 where it is written, 1 where a run was cut off besides, 3 where no spec judged a stack."""
    if not (options.html or options.json):
        raise UsageError("nothing is to be written: give --html FILE, --json FILE or both")
    output_files.check([options.html, options.json])
    began = time.monotonic()
    said = console()
    runs = read_runs(options.runs)
    columns = runs.columns.values()
    data = report_data(columns, runs.pool, catalogue(), ledger(), costs, clients)
    for path in runs.headless:
        text = f"{path.name}: cut off in its first line, so nobody knows of which stack it was"
        data["not_judged"].append({"stack": None, "text": text})
    cut_off = runs.headless or any(each["finished"] is None for each in data["stacks"])
    code = 1 if cut_off else 0 if runs.judged else CannotTell.exit_code
    unwritten = Unwritten()
    result = Result(code, opening(data), _again(options), next=[_compared(data)])
    if options.json:
        with unwritten.attempt():
            _write(options.json, output_files.as_json(result.document(**data)), said)
    if options.html:
        with unwritten.attempt():
            _write(options.html, page(data), said)
    stacks, specs = len(data["stacks"]), len(data["specs"])
    shown = f"{stacks:,} stacks, {specs:,} specs ({time.monotonic() - began:.1f} s)"
    if left := len(columns) - stacks:
        shown += f"; {left:,} older run{'s' * (left > 1)} of the same packages left out"
    said.print(shown, soft_wrap=True)
    for each in data["not_judged"]:
        name = "" if each["stack"] is None else f"{data['stacks'][each['stack']]['name']}: "
        said.print(f"NOT JUDGED {name}{each['text']}", style="bold red")
    said.print(opening(data), soft_wrap=True)
    unwritten.report()
    return code


def _again(options: Options) -> str:
    return of_verb("report", *map(str, options.runs), "--html", str(options.html or "report.html"))


def _compared(data: Mapping[str, Any]) -> str:
    """The command that compares the two stacks which the page opens with."""
    return of_verb("diff", *(data["stacks"][number]["name"] for number in data["pair"]))


def opening(data: Mapping[str, Any]) -> str:
    """What the page says first, of the two stacks that it opens with."""
    older, newer = (data["stacks"][number]["name"] for number in data["pair"])
    requests, scenarios = data["counts"], data["counts_of_scenarios"]
    kinds = [(requests, "responses"), (scenarios, "scenarios")]
    those = [
        f"{counts['differing']:,} of {counts['compared']:,} {kind}"
        for counts, kind in kinds
        if counts["compared"]
    ]
    if not those:
        return f"{older} -> {newer}: no request was sent to both"
    unexplained = requests["unexplained"] + scenarios["unexplained"]
    text = " and ".join(those)
    return f"{older} -> {newer}: {text} differ, {unexplained:,} of them unexplained"


def _write(path: Path, text: str, said: Console) -> None:
    output_files.write(path, text)
    said.print(f"{path}: {len(text.encode()) / 1e6:.2f} MB", soft_wrap=True)
