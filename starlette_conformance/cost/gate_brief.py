"""What a gate came to, as the last lines on a terminal, which fit one of 25 lines."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.gate_table import (
    COLUMNS,
    STYLES,
    TITLES,
    VERDICT,
    changed,
    sentence,
)
from starlette_conformance.output.one_screen import LINES, cut, lines_of, wrapped

BLOCKING = ("regression", "cannot tell")
NAME = 22
"""Columns for the name of a benchmark."""
SENTENCE = 4
"""Lines that a sentence may take."""
Row = tuple[str, str]
"""A line and its style."""


def print_brief(
    findings: Sequence[Finding], notes: Sequence[Row], ending: Row, file: str, output: Console
) -> None:
    """What blocks, a line for each benchmark, the verdict, and where the whole is."""
    width = output.width - 1
    last = [(line, ending[1]) for line in wrap(ending[0], width)]
    taken = len(last) + lines_of([file], output.width)
    blocking = [
        (line, VERDICT[each.outcome].style)
        for each in findings
        if each.outcome in BLOCKING
        for line in wrapped(sentence(each), width, SENTENCE)
    ]
    noted = [(line, style) for text, style in notes for line in wrapped(text, width, SENTENCE)]
    rows = list(_table(findings, width))
    room = LINES - taken - 1
    first = [*noted, *blocking][: max(room // 2, room - len(rows))]
    if len(rows) > room - len(first):
        more = len(rows) - (room - len(first) - 1)
        rows = [*rows[: -more or None], (f"... and {more:,} more benchmarks, in the file", "dim")]
    for text, style in (*rows, *first, *last, *([(file, "dim")] if file else [])):
        output.print(Text(text, style), soft_wrap=True)


def _table(findings: Sequence[Finding], width: int) -> Iterator[Row]:
    """By how much each figure of NEW is another one, as far as there is room, those that block
    first.
    """
    names = dict.fromkeys(each.benchmark for each in findings if each.what in COLUMNS)
    cells = {(each.benchmark, each.what): changed(each) for each in findings}
    columns: dict[str, int] = {}
    for what, head in COLUMNS.items():
        texts = [text for (_, each), text in cells.items() if each == what]
        wide = max(map(len, (head, *texts)))
        if texts and NAME + sum(columns.values()) + wide + len(columns) < width:
            columns[what] = wide
    if names:
        head = "".join(f" {COLUMNS[what]:>{wide}}" for what, wide in columns.items())
        yield f"{'what NEW costs more':{NAME}}{head}", "dim"
    outcomes = {name: {f.outcome for f in findings if f.benchmark == name} for name in names}
    for name in sorted(names, key=lambda name: outcomes[name].isdisjoint(BLOCKING)):
        red = next((STYLES[each] for each in BLOCKING if each in outcomes[name]), "")
        text = "".join(f" {cells.get((name, what), '-'):>{wide}}" for what, wide in columns.items())
        yield f"{cut(name, NAME):{NAME}}{text}", red


def verdict(outcome: str, findings: Sequence[Finding], seconds: float) -> str:
    """In a sentence."""
    blocking = [each for each in findings if each.outcome == outcome]
    every = {each.benchmark for each in findings}
    of = f"{len({each.benchmark for each in blocking})} of {len(every)} benchmarks"
    took = f"({seconds:.0f} s)"
    if outcome == "pass":
        return f"pass: NEW costs no more, in {len(every)} benchmarks {took}"
    kinds = dict.fromkeys(TITLES.get(each.what, each.what) for each in blocking)
    by = f", by {', '.join(kinds)}" if kinds else ""
    if outcome == "regression":
        return f"regression: NEW costs more in {of}{by} {took}"
    return (
        f"inconclusive: noise hides the budget in {of}{by} {took}"
        if by
        else (f"inconclusive: not all requests could be measured {took}")
    )
