"""`matrix`: run files in one table."""

from pathlib import Path

from starlette_conformance.cli.options import command, file, runs


@command()
@runs
@file("--junit", "A test case for each verdict.")
@file("--markdown", "For a job's summary page.")
def matrix(runs: tuple[Path, ...], junit: Path | None, markdown: Path | None) -> int:
    """Exits with 0 if every stack passes all of its specs."""
    from starlette_conformance.runs import matrix as engine

    return engine.sum_up(runs, junit, markdown)
