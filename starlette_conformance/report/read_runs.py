"""Run files, or folders of them, read into columns of one pool."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.console import console
from starlette_conformance.output.progress import progress
from starlette_conformance.report.merged_runs import Column, Pool, read
from starlette_conformance.runs.run_file import files


@dataclass(frozen=True)
class ReadRuns:
    """The columns by file, and the files that were cut off in their first line."""

    pool: Pool = field(default_factory=Pool)
    columns: dict[Path, Column] = field(default_factory=dict)
    headless: list[Path] = field(default_factory=list)

    @property
    def judged(self) -> bool:
        """Whether a spec says something of a stack."""
        return any(cell.judged for each in self.columns.values() for cell in each.cells.values())


def read_runs(given: Sequence[Path]) -> ReadRuns:
    """Raises UsageError where no file holds a run."""
    found = ReadRuns()
    paths = files(given)
    with progress("reading runs", console(stderr=True), transient=True) as shown:
        for file in shown.track(paths):
            column = read(file, found.pool)
            if column is None:
                found.headless.append(file)
            else:
                found.columns[file] = column
    if not found.columns:
        first = found.headless[0]
        raise UsageError(f"{first}: cut off in its first line; no run file holds a run")
    return found
