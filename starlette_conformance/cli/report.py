"""`report`: one page of run files."""

from pathlib import Path

from starlette_conformance.cli.options import command, file, runs


@command()
@runs
@file("--html", "The page.")
@file("--json", "The data of the page.")
@file("--costs", "What `costs` wrote, to show it as well.", "Input")
@file("--clients", "What `clients --json` wrote: which clients read which streams.", "Input")
def report(
    runs: tuple[Path, ...],
    html: Path | None,
    json: Path | None,
    costs: Path | None,
    clients: Path | None,
) -> int:
    """Exits with 1 if a run was cut off, with 3 if no spec judged a stack: the page says which."""
    from starlette_conformance.clients.results import read_results
    from starlette_conformance.report import write

    return write.report(
        write.Options(runs, html, json),
        _prices(costs) if costs else [],
        read_results(clients) if clients else None,
    )


def _prices(file: Path) -> list[dict[str, object]]:
    from starlette_conformance.cost.prices import newest

    return newest(file)
