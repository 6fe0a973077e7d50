"""What run files come to, for the pages of a CI: as JUnit, and as Markdown for a job's summary."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from starlette_conformance.output.junit import Case, Suite, junit
from starlette_conformance.output.markdown import quoted
from starlette_conformance.runs import run_file
from starlette_conformance.runs.recorded import without_stack
from starlette_conformance.runs.rerun_commands import of_spec
from starlette_conformance.runs.run_file import MADE_OF, VERDICTS
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.project import apps as known_apps

SHOWN = 50
"""Specs that did not pass which the Markdown lists."""


def as_junit(paths: Iterable[Path]) -> str:
    """A suite a stack, a case a spec; a run that was cut off fails by a case of its own."""
    return junit(_suite(path) for path in paths)


def _suite(path: Path) -> Suite:
    stack, ended, cases, head = "", False, list[Case](), dict[str, Any]()
    with run_file.understood(path):
        for record in run_file.read(path):
            if record["kind"] == "run":
                stack, head = record["stack"], record
            elif record["kind"] == "verdict":
                cases.append(_case(record, head))
            ended = record["kind"] == "end"
    if not ended:
        text = f"{path.name}: the run was cut off, so other specs have no verdict"
        cases.append(Case("run", "ends", 0.0, "cut off", text, judged=False))
    return Suite(stack or path.name, cases, {name: _text(head.get(name)) for name in MADE_OF})


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _case(record: dict[str, object], head: dict[str, Any]) -> Case:
    verdict, text = str(record["verdict"]), str(record["reason"])
    if verdict == "fail" and "again" in head:
        spec = without_stack(str(record["spec"]), head["stack"])
        text += f"\nagain: {of_spec(spec, head['called'], head['again'])}"
    return Case(
        str(record["app"]),
        str(record["spec"]),
        float(str(record["seconds"])),
        "" if verdict == "pass" else verdict,
        text,
        judged=verdict == "fail",
    )


def as_markdown(found: Summary, paths: Sequence[Path], notes: Sequence[str], closing: str) -> str:
    """The table of verdicts, the specs that did not pass, and notes; the closing line on top."""
    apps = [app for app in known_apps() if any(key[1] == app for key in found.tally)]
    lines = [f"## {_escaped(closing)}", "", _row(["stack", *apps]), _row(["---"] * (len(apps) + 1))]
    for stack in dict.fromkeys(key[0] for key in found.tally):
        cells = [_counts(found, stack, app) for app in apps]
        lines.append(_row([_escaped(stack), *cells]))
    if notes:
        lines += ["", *(f"- **{_escaped(note)}**" for note in notes)]
    failed = [*_not_passed(paths)]
    if failed:
        lines += ["", f"### {len(failed)} verdicts other than pass", ""]
        lines += [f"- {each}" for each in failed[:SHOWN]]
        lines += [f"- and {len(failed) - SHOWN} more"] if len(failed) > SHOWN else []
    return "\n".join(lines) + "\n"


def _not_passed(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        stack = ""
        with run_file.understood(path):
            for record in run_file.read(path):
                if record["kind"] == "run":
                    stack = record["stack"]
                elif record["kind"] == "verdict" and record["verdict"] != "pass":
                    reason = record["reason"].partition("\n")[0][:200]
                    where = f"{record['verdict']} on {stack}: {record['spec']}"
                    yield f"{_escaped(where)}<br>{_escaped(reason)}"


def _counts(found: Summary, stack: str, app: str) -> str:
    counts = found.tally.get((stack, app))
    if not counts:
        return "–"
    said = ", ".join(f"{counts[each]} {each}" for each in VERDICTS if counts[each])
    return said if set(counts) == {"pass"} else f"**{said}**"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return quoted(" ".join(text.split()))
