"""`matrix`: run files in one table."""

from pathlib import Path

from starlette_conformance.cli.options import command, file, json_file, runs


@command()
@runs
@file("--junit", "A test case for each verdict.")
@file("--markdown", "For a job's summary page.")
@json_file("Verdicts by stack, and each that is no pass")
def matrix(
    runs: tuple[Path, ...], junit: Path | None, markdown: Path | None, json: Path | None
) -> int:
    """Exits with 0 if every stack passes all of its specs."""
    from starlette_conformance.runs import matrix as engine

    return engine.sum_up(runs, junit, markdown, json)
