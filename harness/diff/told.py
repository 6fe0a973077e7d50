"""A diff on the terminal."""

from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.diff.model import Diff, Differing, Line, Security
from harness.diff.model import Group as Reasoned
from harness.diff.words import answer, apart, count, since, standing

STYLES = {"status": "bold red", "body": "red", "framing": "red", "value": "yellow"}


def tell(diff: Diff, console: Console) -> None:
    """Print it: the answer, security, what nobody explains, and then each change."""
    console.print(Text(f"{diff.older.name} -> {diff.newer.name}", "bold"))
    console.print(Text(f"  {apart(diff.older, diff.newer)}", "dim"))
    console.print(Text(answer(diff), "bold green" if not diff.unexplained else "bold red"))
    for each in diff.security:
        console.print(_security(each))
    for line in diff.not_compared:
        console.print(Text(f"NOT COMPARED {line}", "bold red"))
    for line in diff.masked:
        console.print(Text(f"masked: {line}", "dim"))
    for group in diff.unexplained:
        console.print(_group(group))
    if diff.explained:
        console.print(_overview(diff.explained))
    for group in diff.explained:
        console.print(_group(group))


def _security(each: Security) -> Text:
    style = "bold green" if each.standing == "gained" else "bold red"
    text = Text(f"SECURITY {standing(each)}: ", style)
    text.append(f"{each.change.sentence} ", "default")
    return text.append(f"{each.name}, {since(each.change)}, {each.change.link}", "dim")


def _overview(groups: Iterable[Reasoned]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("alters", "exchanges", "kind", "since", "change", "who notices"):
        table.add_column(name, justify="right" if name == "exchanges" else "left")
    for group in groups:
        change = group.change
        table.add_row(
            Text(group.aspect, STYLES.get(group.aspect, "")),
            str(len(group.exchanges)),
            change.kind if change else "-",
            since(change) if change else "-",
            Text(f"{group.name}{' (lost)' if group.lost else ''}"),
            ", ".join(change.noticed_by) if change else "-",
        )
    return table


def _group(group: Reasoned) -> RenderableType:
    title = Text("\n")
    style = STYLES.get(group.aspect, "bold")
    if group.change:
        title.append(f"{group.aspect.upper()} ", style).append(group.name, "bold")
        title.append(f"  {group.change.kind}, {since(group.change)}")
        title.append(", which NEW lacks" if group.lost else "", "bold")
    elif group.explained:
        title.append(f"{group.aspect.upper()} ", style).append(group.name, "bold")
    else:
        title.append(f"UNEXPLAINED {group.aspect.upper()} ", "bold red").append(group.name, "bold")
    body: list[RenderableType] = []
    if group.change:
        body += [Text(group.change.sentence), Text(group.change.link, "dim")]
        body += [Text(f"who notices: {', '.join(group.change.noticed_by)}")]
    body.append(Text(f"{count(len(group.exchanges), 'exchange')} of {', '.join(group.apps)}"))
    body += _example(group.example)
    return Group(title, Padding(Group(*body), (0, 0, 0, 2)))


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
    return "nothing" if value is None else repr(value)
