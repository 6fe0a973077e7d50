"""The progress bar of every command."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from starlette_conformance.output.verbosity import quiet


def begins(what: str, output: Console) -> None:
    """A line where no bar is seen, as in the log of a CI."""
    if not output.is_terminal and not quiet():
        output.print(f"{what} ...", soft_wrap=True)


def progress(text: str, output: Console, transient: bool = False) -> Progress:
    """A bar; one that goes away is shown on a terminal only, since it would leave an empty line."""
    columns = TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    hidden = quiet() or (transient and not output.is_terminal)
    return Progress(*columns, console=output, transient=transient, disable=hidden)
