"""`site`: run files into a static site, which needs no server and fetches nothing."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from starlette_conformance.explain.recorded import Recorded
from starlette_conformance.model.errors import CannotTell, UsageError, of_output
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.progress import progress
from starlette_conformance.output.result import Result
from starlette_conformance.published import pages
from starlette_conformance.published.badge import badge
from starlette_conformance.published.collected import Collected, collected
from starlette_conformance.published.compared import Comparisons
from starlette_conformance.published.documents import TOOL, HistoryLine, Index, Release, schema_of
from starlette_conformance.published.feed import feed
from starlette_conformance.published.history import extended
from starlette_conformance.published.reader import INDEX
from starlette_conformance.published.release_document import release_documents
from starlette_conformance.published.releases import pairs
from starlette_conformance.report.data import report_data
from starlette_conformance.report.page import page
from starlette_conformance.report.read_runs import ReadRuns, read_runs
from starlette_conformance.runs.rerun_commands import of_verb
from starlette_conformance.stacks.project import catalogue, ledger

OURS = ("badge", "change", "diff", "release", "report", "runs", "schema")
"""Folders that are made anew. `history` is kept, and what lies beside them."""
HISTORY = "history"
SCHEMAS: dict[str, tuple[type[msgspec.Struct], str]] = {
    "index": (Index, "What a site of starlette-conformance has"),
    "release": (Release, "A release, as starlette-conformance judged it"),
    "history": (HistoryLine, "A line of a history of starlette-conformance"),
}


@dataclass(frozen=True)
class Options:
    """Which run files, where the site goes, where its history is if elsewhere, and at which address
    it will be, or nothing.
    """

    runs: Sequence[Path]
    output: Path
    history: Path | None
    url: str
    json: Path | None = None


def site(options: Options) -> int:
    """0 where it is made, 1 where a run was cut off besides, 3 where no spec judged a stack."""
    began, made, tool = time.monotonic(), datetime.now(UTC).replace(microsecond=0), version(TOOL)
    output = options.output
    _check(output)
    history = options.history or output / HISTORY
    output_files.check_folder(history, "--history")
    output_files.check([options.json])
    runs = read_runs(options.runs)
    found = collected(runs, catalogue())
    stacks = [each.judged for each in found.stacks.values()]
    lines = extended(history, stacks, made, tool)
    index = Index(made=made, tool=tool, stacks=tuple(stacks))
    try:
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{TOOL}-", dir=output) as scratch:
            comparisons = _build(Path(scratch), runs, found, index, lines, options)
            _take_over(Path(scratch), output)
        if history != output / HISTORY:
            shutil.copytree(history, output / HISTORY, dirs_exist_ok=True)
    except OSError as error:
        raise of_output(error, f"{error.filename or output}: cannot be written") from None
    return _end(options, runs, index, comparisons, time.monotonic() - began)


def _build(
    folder: Path,
    runs: ReadRuns,
    found: Collected,
    index: Index,
    lines: Sequence[HistoryLine],
    options: Options,
) -> Comparisons:
    report = report_data(runs.columns.values(), runs.pool, catalogue(), ledger())
    _write(folder, "report/index.html", page(report))
    comparisons = _compared(folder, found, Recorded("", f"{index.made:%Y-%m-%d}", index.tool))
    series = release_documents(index, found, comparisons)
    docs = (options.output / pages.DOCS).is_file()
    files = {
        **dict(_data(found, index, series)),
        "feed.xml": feed(index, series, lines, options.url),
        **dict(pages.changes(index, found, comparisons)),
        "index.html": pages.start(index, series, docs),
    }
    for path, text in files.items():
        _write(folder, path, text)
    return comparisons


def _take_over(folder: Path, output: Path) -> None:
    """Put what is in a folder in place of what is there; first what says that it is ours."""
    for made in sorted(folder.iterdir(), key=lambda path: path.name != INDEX):
        there = output / made.name
        if there.is_dir():
            shutil.rmtree(there)
        made.rename(there)


def _check(output: Path) -> None:
    """Raises UsageError where files would go that are not ours."""
    output_files.check_folder(output, "--output")
    theirs = [name for name in OURS if (output / name).exists()]
    if theirs and not (output / INDEX).is_file():
        raise UsageError(
            f"--output {output}: there is {theirs[0]}/, and no {INDEX} that says it is of a site; "
            "name another folder"
        )


def _write(output: Path, path: str, text: str | bytes) -> None:
    file = output / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)


def _compared(output: Path, found: Collected, recorded: Recorded) -> Comparisons:
    comparisons = Comparisons(recorded)
    total = sum(len(list(pairs(series))) for series in found.series)
    with progress("comparing releases", console(stderr=True), transient=True) as shown:
        bar = shown.add_task("", total=total)
        for series in found.series:
            for _ in comparisons.add(series, found.stacks, lambda p, t: _write(output, p, t)):
                shown.advance(bar)
    return comparisons


def _data(
    found: Collected, index: Index, series: Sequence[Sequence[Release]]
) -> Iterator[tuple[str, str | bytes]]:
    """What programs read, by path."""
    for stack in found.stacks.values():
        if stack.judged.run:
            yield stack.judged.run.path, stack.packed
    for name, (kind, title) in SCHEMAS.items():
        yield f"schema/{name}.json", output_files.as_json(schema_of(kind, title))
    for releases in series:
        for release in releases:
            yield f"release/{release.package}/{release.version}.json", _json(release)
            yield f"badge/{release.package}/{release.version}.json", _badge(release)
        yield f"badge/{releases[-1].package}.json", _badge(releases[-1])
    yield INDEX, _json(index)


def _badge(release: Release) -> str:
    return output_files.as_json(badge(release.judged))


def _json(document: Index | Release) -> str:
    return output_files.as_json(msgspec.to_builtins(document))


def _end(
    options: Options, runs: ReadRuns, index: Index, comparisons: Comparisons, seconds: float
) -> int:
    said, output = console(), options.output
    not_judged = [f"{path}: cut off in its first line" for path in runs.headless]
    cut = [each.name for each in index.stacks if each.finished is None]
    not_judged += [f"{name}: its run was cut off" for name in cut]
    files = [path for path in output.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    summary = (
        f"{len(index.stacks)} stacks, {len(comparisons.found)} pairs; {len(files):,} files, "
        f"{size:.1f} MB, {seconds:.0f} s"
    )
    code = 1 if not_judged else 0 if runs.judged else CannotTell.exit_code
    command = of_verb("site", *map(str, options.runs), "--output", str(output))
    Result(code, summary, command).write(
        options.json, not_judged=not_judged, site=str(output / "index.html")
    )
    for sentence in not_judged:
        said.print(f"NOT JUDGED {sentence}", style="bold red", soft_wrap=True)
    said.print(summary, soft_wrap=True)
    said.print(f"site: {output / 'index.html'}", soft_wrap=True)
    return code
