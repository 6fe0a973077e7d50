"""What a run of mutants came to: by module, and each that survives with how to repeat it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from starlette_conformance.mutants.kill import Verdict
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.runs.rerun_commands import of_verb

Judged = Mapping[Mutant, Verdict]
COLUMNS = ("killed", "out of time", "equivalent", "survived", "not judged")


def outcome(mutant: Mutant, judged: Judged, equivalent: Mapping[Mutant, object]) -> str:
    verdict = judged.get(mutant)
    if verdict and verdict.killed:
        return verdict.verdict
    if mutant in equivalent:
        return "equivalent"
    return "survived" if verdict else "not judged"


def share(counts: Counter[str]) -> float:
    """Of the mutants that were judged and are not equivalent, those that are killed; in percent."""
    killed = counts["killed"] + counts["out of time"]
    return 100 * killed / ((killed + counts["survived"]) or 1)


def print_report(
    made: Iterable[Mutant],
    not_reached: Counter[str],
    judged: Judged,
    equivalent: Mapping[Mutant, object],
    output: Console,
) -> None:
    """Print a row for each module. `not_reached` counts what no spec reaches, and is not made."""
    counts: dict[str, Counter[str]] = {}
    for mutant in made:
        found = counts.setdefault(mutant.module, Counter())
        found[outcome(mutant, judged, equivalent)] += 1
    table = Table(title="mutants", title_justify="left", title_style="bold")
    table.add_column("module")
    for column in ("made", *COLUMNS, "%", "not reached"):
        table.add_column(column, justify="right")
    for module, found in counts.items():
        _row(table, module, found, not_reached[module])
    table.add_section()
    _row(table, "all", sum(counts.values(), Counter()), sum(not_reached.values()))
    output.print(table)
    killed = sum(outcome(mutant, judged, {}) in COLUMNS[:2] for mutant in equivalent)
    listed = f"{len(equivalent):,} are listed as equivalent, of which specs kill {killed:,}"
    output.print(listed, highlight=False)


def _row(table: Table, name: str, found: Counter[str], not_reached: int) -> None:
    figures = [f"{found[column]:,}" if found[column] else "" for column in COLUMNS]
    table.add_row(
        RichText(name), f"{found.total():,}", *figures, f"{share(found):.1f}", f"{not_reached:,}"
    )


def survivor(mutant: Mutant, verdict: Verdict, stack: str) -> list[str]:
    """What survived, the line that it stands in, and how to judge it again."""
    return [
        f"SURVIVED {mutant.name} in {mutant.function or 'the module'}: {mutant.summary()}",
        f"  line {mutant.line}: {mutant.text}",
        f"  again: {again(mutant, stack)}  ({verdict.specs:,} specs passed)",
    ]


def again(mutant: Mutant, stack: str) -> str:
    """The command that judges it again."""
    return of_verb("mutants", "--stack", stack, "--only", mutant.name)


def summed_up(
    made: Iterable[Mutant], judged: Judged, equivalent: Mapping[Mutant, object], stale: int
) -> str:
    """The verdict, in a sentence."""
    counts = Counter(outcome(mutant, judged, equivalent) for mutant in made)
    killed = counts["killed"] + counts["out of time"]
    text = f"{killed:,} of {killed + counts['survived']:,} mutants killed, "
    text += f"{counts['survived']:,} survived ({counts['not judged']:,} not judged)"
    return text + (f"; {stale} entries of equivalent.toml are stale" if stale else "")
