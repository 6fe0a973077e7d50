"""The verdict of a diff: the last lines on a terminal, which fit one of 25 lines."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from starlette_conformance.diff import cause_lines, phrases
from starlette_conformance.diff.comparable import first_lines
from starlette_conformance.diff.coverage import reached
from starlette_conformance.diff.headline import headline, request_in
from starlette_conformance.diff.terminal import STYLES, style
from starlette_conformance.diff.who_notices import noticed
from starlette_conformance.explain.result import Diff, Group
from starlette_conformance.output.one_screen import cut, fitting, wrapped
from starlette_conformance.output.sanitize import plain

INCONCLUSIVE = 3
"""Sentences on why the diff proves nothing that come before all else; there may be more."""
SENTENCE = 6
"""Lines that the verdict may take."""
NARROW = 40
"""Columns below which nothing is cut."""


def render_verdict(diff: Diff, console: Console, files: Sequence[str]) -> None:
    """Print it: what matters most, the verdict, and where the whole of it is, which `files` say."""
    width = max(NARROW, console.width - 1)
    warnings = [line for text in first_lines(diff) for line in wrap(text, width)]
    verdict = wrapped(phrases.summary(diff), width, SENTENCE, " ... (-v shows all)")
    told = wrap(plain(phrases.recorded(diff.recorded)), width) if diff.recorded else []
    head = [
        Text(line, "bold red")
        for sentence in diff.inconclusive[:INCONCLUSIVE]
        for line in wrapped(f"INCONCLUSIVE {sentence}", width, 3)
    ]
    head += [Text(line, "bold") for line in told]
    head.append(Text(cut(f"{diff.older.name} -> {diff.newer.name}", width), "bold"))
    head.append(Text(cut(f"  {phrases.apart(diff.older, diff.newer)}", width), "dim"))
    others = len(head) + len(warnings) + len(verdict)
    rows = fitting([*_rows(diff, width)], others, files, console.width)
    for text in (*head, *rows, *(Text(line, "bold yellow") for line in warnings)):
        console.print(text, soft_wrap=True)
    for line in verdict:
        console.print(Text(line, style(diff, warnings)), soft_wrap=True)
    for line in files:
        console.print(Text(line, "dim"), soft_wrap=True)


def _rows(diff: Diff, width: int) -> Iterator[Text]:
    """What there is to say, the most important first, in a line each."""

    def line(text: str, style: str) -> Text:
        return Text(cut(text, width), style)

    for text, color in _of_starts(diff, width):
        yield line(text, color)
    for sentence in diff.inconclusive[INCONCLUSIVE:]:
        yield line(f"INCONCLUSIVE {sentence}", "bold red")
    for found in diff.unstable:
        yield line(f"UNSTABLE {headline(found.example.differences)}", "bold red")
    for group in diff.unexplained:
        example = group.example
        request = request_in(example.line, example.app)
        text = f"UNEXPLAINED {headline(example.remaining)}  {request}"
        yield line(text, "bold red")
        for cause in cause_lines.of_group(diff, group)[:1]:
            yield line(f"  {cause}", "red")
    for sentence in diff.not_compared:
        yield line(f"NOT COMPARED {sentence}", "bold red")
    for fix in diff.security:
        text = f"SECURITY {phrases.standing(fix)}: {fix.name}, {fix.change.sentence}"
        yield line(text, "green" if fix.standing == "gained" else "bold red")
    for sentence in diff.notes if diff.recorded else ():
        yield line(f"note: {sentence}", "yellow")
    if diff.noticed:
        yield line(noticed(diff.noticed), "yellow" if diff.noticed.clients else "dim")
    for group in diff.explained:
        row = line(_row(group), "")
        row.stylize(STYLES.get(group.severity, ""), 0, len(group.severity))  # a fix is no bad news
        yield row
    if diff.reached and diff.reached.missed:
        yield from (line(text, "yellow") for text in wrap(reached(diff.reached), width))


def _of_starts(diff: Diff, width: int) -> Iterator[tuple[str, str]]:
    """The same of an app that does not start on a stack, each hint once, and in full."""
    for name, start in phrases.failures(diff):
        yield f"{name} DOES NOT START: {start.exception or start.failure}", "bold red"
    for hint in dict.fromkeys(hint for _, start in phrases.failures(diff) for hint in start.hints):
        yield from ((text, "yellow") for text in wrap(plain(f"  hint: {hint}"), width))
    for text in cause_lines.of_start(diff):
        yield f"  {text}", "red"


def _row(group: Group) -> str:
    """A line of the table of changes."""
    change = group.change
    lost = "NEW lacks it: " if group.lost else ""
    about = f"{change.kind}, {phrases.since(change)}: {lost}{change.sentence}" if change else ""
    return f"{group.severity:8} {len(group.exchanges):4}  {group.name}  {about}".rstrip()
