"""A diff on the terminal."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from starlette_conformance.diff.phrases import answer, apart, count, since, standing
from starlette_conformance.explain.result import Diff, Differing, Group, Line, Security

STYLES = {"status": "bold red", "body": "red", "framing": "red", "value": "yellow"}


WIDE = 110
"""Columns of a terminal from which on all of the overview fits."""


def tell(diff: Diff, console: Console) -> None:
    """Print it: the answer, security, what nobody explains, and then each change."""

    def show(text: Text) -> None:
        console.print(text, soft_wrap=True)

    show(Text(f"{diff.older.name} -> {diff.newer.name}", "bold"))
    show(Text(f"  {apart(diff.older, diff.newer)}", "dim"))
    good = not diff.unexplained and not diff.not_compared
    show(Text(answer(diff), "bold green" if good else "bold red"))
    for each in diff.security:
        show(_security(each))
    for sentence in diff.not_compared:
        show(Text(f"NOT COMPARED {sentence}", "bold red"))
    for sentence in diff.masked:
        show(Text(f"masked: {sentence}", "dim"))
    if diff.explained:
        console.print(_overview(diff.explained, console.width))
    for group in (*diff.unexplained, *diff.explained):
        for line in group_lines(group):
            show(line)


def _security(each: Security) -> Text:
    style = "bold green" if each.standing == "gained" else "bold red"
    text = Text(f"SECURITY {standing(each)}: ", style)
    text.append(f"{each.change.sentence} ", "default")
    return text.append(f"{each.name}, {since(each.change)}, {each.change.link}", "dim")


def _overview(groups: Iterable[Group], width: int) -> Table:
    """A line for each; in a narrow terminal, whom it concerns is left to what follows."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    names = ("alters", "exchanges", "kind", "since", "change", "who notices")
    shown = len(names) - (width < WIDE)
    for name in names[:shown]:
        table.add_column(name, justify="right" if name == "exchanges" else "left", overflow="fold")
    for group in groups:
        change = group.change
        cells = (
            Text(group.aspect, STYLES.get(group.aspect, "")),
            str(len(group.exchanges)),
            change.kind if change else "-",
            since(change) if change else "-",
            Text(f"{group.name}{' (lost)' if group.lost else ''}"),
            ", ".join(change.noticed_by) if change else "-",
        )
        table.add_row(*cells[:shown])
    return table


def group_lines(group: Group) -> Iterator[Text]:
    """What a group comes to, with its example."""
    title, *lines = _group(group)
    yield title
    yield from (Text("  ").append_text(line) for line in lines)


def _group(group: Group) -> Iterator[Text]:
    title = Text("\n")
    if group.explained:
        title.append(f"{group.aspect.upper()} ", STYLES.get(group.aspect, "bold"))
    else:
        title.append(f"UNEXPLAINED {group.aspect.upper()} ", "bold red")
    title.append(group.name, "bold")
    change = group.change
    if change:
        title.append(f"  {change.kind}, {since(change)}")
        title.append(", which NEW lacks" if group.lost else "", "bold red")
    yield title
    if change:
        yield Text(change.sentence)
        yield Text(change.link, "dim")
        yield Text(f"who notices: {', '.join(change.noticed_by)}")
    yield Text(f"{count(len(group.exchanges), 'exchange')} of {', '.join(group.apps)}")
    yield from _example(group.example)


def _example(example: Differing) -> Iterator[Text]:
    for line in example.request:
        yield Text(f"> {line}", "cyan")
    for difference in example.remaining:
        was, now = difference.before, difference.after
        yield Text(f"{difference.where}: {_or_nothing(was)} -> {_or_nothing(now)}", "bold red")
    for name, lines in (("before", example.before), ("after", example.after)):
        yield Text(f"{name}:", "dim")
        yield from (_line(line) for line in lines)
    if example.remaining:
        for line in example.by_hand:
            yield Text(f"by hand: {line}", "dim")


def _line(line: Line) -> Text:
    return Text(f"  {line.text}", "bold" if line.differs else "")


def _or_nothing(value: str | None) -> str:
    return "nothing" if value is None else f"'{value}'"
