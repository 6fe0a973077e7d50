"""A diff on the terminal."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from starlette_conformance.diff import cause_lines, left_out, phrases
from starlette_conformance.diff.comparable import first_lines
from starlette_conformance.diff.coverage import reached
from starlette_conformance.diff.headline import headline, request_in
from starlette_conformance.diff.who_notices import noticed
from starlette_conformance.explain.changes_between import Security
from starlette_conformance.explain.exit_code import verdict
from starlette_conformance.explain.result import Diff, Differing, Group, Unstable
from starlette_conformance.explain.what_is_new import draft
from starlette_conformance.model.changes import news

STYLES = {
    "status": "bold red",
    "body": "red",
    "unstable": "red",
    "framing": "red",
    "value": "yellow",
}
NEWS = {"good": "bold green", "bad": "bold red", "": "bold"}
GROUPS = 12
"""Groups that `render_unexplained` shows; there are more only where much is unexplained."""

PLACES = 20
"""Differences of one response that are listed."""

WIDE = 110
"""Columns of a terminal from which on all of the overview fits."""


def render(diff: Diff, console: Console) -> None:
    """Print it: why it proves nothing, security, each change, and the verdict last."""

    def show(text: Text) -> None:
        console.print(text, soft_wrap=True)

    for sentence in diff.inconclusive:
        show(Text(f"INCONCLUSIVE {sentence}", "bold red"))
    if diff.recorded:
        show(Text(phrases.recorded(diff.recorded), "bold"))
    show(Text(f"{diff.older.name} -> {diff.newer.name}", "bold"))
    show(Text(f"  {phrases.apart(diff.older, diff.newer)}", "dim"))
    for line in _about_the_run(diff):
        show(line)
    for found in diff.unstable:
        for line in unstable_lines(found):
            show(line)
    if diff.explained:
        console.print(_overview(diff.explained, console.width))
    for group in (*diff.unexplained, *diff.explained):
        for line in group_lines(group, cause_lines.of_group(diff, group)):
            show(line)
    if diff.not_shown:
        show(Text(f"\n{phrases.NOT_SHOWN}", "bold"))
        for change in diff.not_shown:
            show(Text(f"  {phrases.not_shown(change)}"))
    warnings = first_lines(diff)
    for sentence in warnings:
        show(Text(sentence, "bold yellow"))
    show(Text(phrases.summary(diff), style(diff, warnings)))


COLORS = {"bad": "red", "warned": "yellow", "good": "green"}


def style(diff: Diff, warnings: Sequence[str]) -> str:
    """Of the verdict."""
    return f"bold {COLORS[verdict(diff, bool(warnings))]}"


def _about_the_run(diff: Diff) -> Iterator[Text]:
    """What holds for the whole: statuses, security, and what was not compared, or repeated."""
    yield from _about_the_requests(diff)
    for name, start in phrases.failures(diff):
        yield Text(f"{name} DOES NOT START", "bold red")
        yield from (Text(f"  {line}") for line in phrases.start_lines(start))
        yield from (Text(f"  {line}", "bold") for line in cause_lines.of_start(diff))
    for fix in diff.security:
        yield _security(fix)
    for sentence in diff.not_compared:
        yield Text(f"NOT COMPARED {sentence}", "bold red")
    for each in diff.accepted:
        yield Text(f"accepted: {left_out.accepted(each)}", "yellow")
    for rule in diff.ignored:
        yield Text(f"ignored: {left_out.ignored(rule)}", "yellow" if rule.cases else "dim")
    for sentence in diff.notes:
        yield Text(f"note: {sentence}", "yellow")
    if diff.noticed:
        yield Text(noticed(diff.noticed), "bold" if diff.noticed.clients else "dim")
    for sentence in diff.masked:
        yield Text(f"masked: {sentence}", "dim")
    if diff.causes:
        yield Text(cause_lines.summary(diff.causes), "dim")
    if diff.repetition:
        yield Text(phrases.repeated(diff.repetition), "dim")


def _about_the_requests(diff: Diff) -> Iterator[Text]:
    if diff.statuses:
        yield Text(f"responses: {phrases.statuses(diff.statuses)}")
    if diff.replayed:
        yield Text(f"replayed: {phrases.replayed(diff.replayed)}")
    if diff.reached:
        yield Text(f"coverage: {reached(diff.reached)}")


def render_unexplained(diff: Diff, console: Console) -> None:
    """Print what nobody explains, each group with a draft of the change that it may be."""
    pair = f"{diff.older.name} -> {diff.newer.name}"
    for found in diff.unstable:
        for shown in unstable_lines(found):
            console.print(shown, soft_wrap=True)
    if not (diff.unexplained or diff.unstable):
        line = f"{pair}: every response is as the named changes predict; see the failures above"
        console.print(line, soft_wrap=True)
        return
    console.print(f"{pair}: {phrases.summary(diff)}", soft_wrap=True)
    for group in diff.unexplained[:GROUPS]:
        lines = list(group_lines(group))
        if entry := draft(group, diff.older, diff.newer):
            lines.append(Text("  to complete in specs/ledger/changes.py:"))
            lines += [Text(f"    {text}") for text in entry.splitlines()]
        for shown in lines:
            console.print(shown, soft_wrap=True)
    if len(diff.unexplained) > GROUPS:
        console.print(f"  ... and {len(diff.unexplained) - GROUPS} more groups")


def unstable_lines(found: Unstable) -> Iterator[Text]:
    """How often, and one response beside the usual one."""
    title = Text("\n").append("UNSTABLE  ", "bold red").append(headline(found.example.differences))
    yield title.append(f"  {request_in(found.example.line, found.app)}")
    yield Text(f"  {phrases.unstable(found)}")
    example = _example(found.example, phrases.UNSTABLE_SIDES)
    yield from (Text("  ").append_text(line) for line in example)
    for line in found.example.commands:
        yield Text(f"  reproduce: {line}", "dim")


def _security(fix: Security) -> Text:
    style = "bold green" if fix.standing == "gained" else "bold red"
    text = Text(f"SECURITY {phrases.standing(fix)}: ", style)
    text.append(f"{fix.change.sentence} ", "default")
    return text.append(f"{fix.name}, {phrases.since(fix.change)}, {fix.change.link}", "dim")


def _overview(groups: Iterable[Group], width: int) -> Table:
    """A line for each; in a narrow terminal, whom it concerns is left to what follows."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    names = ("alters", "cases", "kind", "since", "change", "who notices")
    shown = len(names) - (width < WIDE)
    for name in names[:shown]:
        table.add_column(name, justify="right" if name == "cases" else "left", overflow="fold")
    for group in groups:
        change = group.change
        cells = (
            Text(group.severity, STYLES.get(group.severity, "")),
            str(len(group.exchanges)),
            change.kind if change else "-",
            phrases.since(change) if change else "-",
            Text(f"{group.name}{' (gone)' if group.lost else ''}"),
            ", ".join(change.noticed_by) if change else "-",
        )
        table.add_row(*cells[:shown])
    return table


def group_lines(group: Group, causes: Sequence[str] = ()) -> Iterator[Text]:
    """What a group comes to, with its causes and its example."""
    title, *lines = _group(group, causes)
    yield title
    yield from (Text("  ").append_text(line) for line in lines)


def _group(group: Group, causes: Sequence[str]) -> Iterator[Text]:
    title = Text("\n")
    if group.explained:
        title.append(f"{group.severity.upper()} ", STYLES.get(group.severity, "bold"))
        title.append(group.name, "bold")
    else:
        example = group.example
        title.append("UNEXPLAINED  ", "bold red").append(headline(example.remaining), "bold")
        title.append(f"  {request_in(example.line, example.app)}")
    change = group.change
    if change:
        title.append(f"  {change.kind}, {phrases.since(change)}")
        title.append(", which NEW lacks" if group.lost else "", NEWS[news(change.kind, gone=True)])
    yield title
    if change:
        yield Text(change.sentence)
        yield Text(change.link, "dim")
        yield Text(f"who notices: {', '.join(change.noticed_by)}")
    for line in causes:
        yield Text(line, "dim" if line.startswith(" ") else "bold")
    yield Text(f"{phrases.members(group)} of {', '.join(group.apps)}")
    yield from _example(group.example)


def _example(example: Differing, names: tuple[str, str] = ("before", "after")) -> Iterator[Text]:
    for line in example.request:
        yield Text(f"> {line}", "cyan")
    for difference in example.remaining[:PLACES]:
        yield Text(phrases.moved(difference), "bold red")
    if (more := len(example.remaining) - PLACES) > 0:
        yield Text(f"... and {more} more differences, which --json FILE has", "bold red")
    for name, lines in zip(names, (example.before, example.after), strict=True):
        yield Text(f"{name}:", "dim")
        yield from (Text(f"  {line.text}", "bold" if line.differs else "") for line in lines)
    if example.remaining:
        for line in example.commands:
            yield Text(f"reproduce: {line}", "dim")
