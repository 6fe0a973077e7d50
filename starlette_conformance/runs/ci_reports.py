"""Run files as reports of a CI: JUnit, and Markdown for the summary of a job."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from starlette_conformance.output.junit import Case, Suite, junit
from starlette_conformance.output.markdown import cell, inline, quoted
from starlette_conformance.runs.recorded import without_stack
from starlette_conformance.runs.records import VERDICTS, Installed, Start, VerdictRecord
from starlette_conformance.runs.rerun_commands import of_spec
from starlette_conformance.runs.run_reader import load
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.project import apps as known_apps

SHOWN = 50
"""Specs that did not pass which the Markdown lists."""


def as_junit(paths: Iterable[Path]) -> str:
    """A suite a stack, a case a spec; a run that was cut off fails by a case of its own."""
    return junit(_suite(path) for path in paths)


def _suite(path: Path) -> Suite:
    run = load(path)
    cases = [_case(record, run.start) for record in run.verdicts] if run else []
    if not (run and run.end):
        text = f"{path.name}: the run was cut off, so other specs have no verdict"
        cases.append(Case("run", "ends", 0.0, "cut off", text, judged=False))
    return Suite(
        (run.start.stack if run else "") or path.name,
        cases,
        _properties(run.start.installed if run else None),
    )


def _properties(installed: Installed | None) -> dict[str, str]:
    names = Installed.__struct_fields__
    values = msgspec.structs.asdict(installed) if installed else dict.fromkeys(names)
    return {n: v if isinstance(v, str) else json.dumps(v) for n, v in values.items()}


def again(record: VerdictRecord, start: Start) -> str:
    """The command that judges it again; none where it did not fail, or an old run does not say."""
    if record.verdict != "fail" or not start.rerun_options:
        return ""
    spec = without_stack(record.spec, start.stack)
    return of_spec(spec, start.rerun_name, start.rerun_options)


def _case(record: VerdictRecord, start: Start) -> Case:
    command = again(record, start)
    text = f"{record.reason}\nagain: {command}" if command else record.reason
    return Case(
        record.app,
        record.spec,
        record.seconds,
        "" if record.verdict == "pass" else record.verdict,
        text,
        judged=record.verdict == "fail",
    )


def as_markdown(summary: Summary, notes: Sequence[str], closing: str) -> str:
    """The table of verdicts, the specs that did not pass, and notes; the closing line on top."""
    apps = [app for app in known_apps() if any(key[1] == app for key in summary.tally)]
    lines = [f"## {quoted(closing)}", "", _row(["stack", *apps]), _row(["---"] * (len(apps) + 1))]
    for stack in dict.fromkeys(key[0] for key in summary.tally):
        cells = [_counts(summary, stack, app) for app in apps]
        lines.append(_row([cell(stack), *cells]))
    if notes:
        lines += ["", *(f"- **{inline(note)}**" for note in notes)]
    failed = summary.not_passed
    if failed:
        lines += ["", f"### {len(failed)} verdicts other than pass", ""]
        lines += [f"- {_not_passed(*each)}" for each in failed[:SHOWN]]
        lines += [f"- and {len(failed) - SHOWN} more"] if len(failed) > SHOWN else []
    return "\n".join(lines) + "\n"


def _not_passed(stack: str, record: VerdictRecord) -> str:
    where = f"{record.verdict} on {inline(stack)}: {inline(record.spec)}"
    return f"{where}<br>{inline(record.headline)}"


def _counts(summary: Summary, stack: str, app: str) -> str:
    counts = summary.tally.get((stack, app))
    if not counts:
        return "–"
    text = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
    return text if set(counts) == {"pass"} else f"**{text}**"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
