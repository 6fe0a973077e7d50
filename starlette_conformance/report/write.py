"""`report`: run files into one page, or the data behind it as JSON."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.report.data import report_data
from starlette_conformance.report.page import page
from starlette_conformance.report.read_runs import read_runs
from starlette_conformance.stacks.project import catalogue, ledger


@dataclass(frozen=True)
class Options:
    """Which run files, and what to write of them."""

    runs: Sequence[Path]
    html: Path | None
    json: Path | None


def report(options: Options, costs: Sequence[Mapping[str, Any]]) -> int:
    """0 where it is written, 1 where a run was cut off besides, 3 where no spec judged a stack."""
    if not (options.html or options.json):
        raise UsageError("nothing is to be written: give --html FILE, --json FILE or both")
    output_files.check([options.html, options.json])
    began = time.monotonic()
    said = console(stderr=output_files.STDOUT in (options.html, options.json))
    runs = read_runs(options.runs)
    columns = runs.columns.values()
    data = report_data(columns, runs.pool, catalogue(), ledger(), costs)
    for path in runs.headless:
        text = f"{path.name}: cut off in its first line, so nobody knows of which stack it was"
        data["not_judged"].append({"stack": None, "text": text})
    if options.json:
        _write(options.json, output_files.as_json(data), said)
    if options.html:
        _write(options.html, page(data), said)
    left = len(columns) - len(data["stacks"])
    stacks, specs, turns = (len(data[key]) for key in ("stacks", "specs", "turns"))
    explanations = data["explanations"]
    unexplained = sum(bool(explanations[t["explanation"]]["remaining"]) for t in data["turns"])
    said.print(
        f"{stacks} stacks, {specs} specs; {turns} responses changed from one stack to the next, "
        f"{unexplained} of them unexplained; {time.monotonic() - began:.1f} s",
        soft_wrap=True,
    )
    if left:
        said.print(f"{left} older runs of the same packages are left out", soft_wrap=True)
    for each in data["not_judged"]:
        name = "" if each["stack"] is None else f"{data['stacks'][each['stack']]['name']}: "
        said.print(f"NOT JUDGED {name}{each['text']}", style="bold red")
    if runs.headless or any(each["finished"] is None for each in data["stacks"]):
        return 1
    return 0 if runs.judged else CannotTell.exit_code


def _write(path: Path, text: str, said: Console) -> None:
    output_files.write(path, text)
    said.print(f"{path}: {len(text.encode()) / 1e6:.2f} MB", soft_wrap=True)
