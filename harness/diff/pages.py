"""A diff as a file: JSON, Markdown, a page, JUnit. Whatever servers said is escaped in each."""

import html
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from harness.diff import words
from harness.diff.model import Diff, Differing, Group
from harness.junit import UNFIT

SCHEMA = 1
EXAMPLES = 3
"""Exchanges of a group that a page shows; JSON has all."""


def as_json(diff: Diff) -> str:
    return json.dumps(document(diff), indent=1)


def document(diff: Diff) -> dict[str, Any]:
    """The diff as plain data:

    schema        1; another number where a key goes away, or means something else
    answer        what came out, a sentence
    older, newer  name, packages (name: version), parser, loop, python
    compared, differing, unconfirmed  numbers of requests; seconds
    security      name, standing (gained, lost, lacking), change
    unexplained, explained  groups, the most dangerous first: name, change (null where there is
                  none), aspect, fields, apps, lost, exchanges
    masked, not_compared  sentences
    change        package, first, last, kind, sentence, link, noticed_by
    exchanges     served, request (lines), before and after (lines: text, differs), differences and
                  remaining (aspect, where, before, after; null where there is no such field),
                  changes (names), by_hand (lines)
    """
    return {
        "schema": SCHEMA,
        "answer": words.answer(diff),
        **{
            key: asdict(side) | {"packages": dict(side.packages)}
            for key, side in (("older", diff.older), ("newer", diff.newer))
        },
        **{key: getattr(diff, key) for key in ("compared", "differing", "unconfirmed", "seconds")},
        "security": [asdict(each) for each in diff.security],
        "unexplained": [_group(group) for group in diff.unexplained],
        "explained": [_group(group) for group in diff.explained],
        "masked": list(diff.masked),
        "not_compared": list(diff.not_compared),
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "change": asdict(group.change) if group.change else None,
        "aspect": group.aspect,
        "fields": list(group.fields),
        "apps": list(group.apps),
        "lost": group.lost,
        "exchanges": [asdict(each) for each in group.exchanges],
    }


def as_markdown(diff: Diff) -> str:
    text = _templates(False).get_template("diff.md.j2").render(_context(diff))
    return re.sub(r"\n{3,}", "\n\n", text)  # a server's text is on one line each


def as_html(diff: Diff) -> str:
    return _templates(True).get_template("diff.html.j2").render(_context(diff))


def _context(diff: Diff) -> dict[str, Any]:
    return {"diff": diff, "words": words, "examples": EXAMPLES, "lines": lines}


def _templates(escaped: bool) -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=escaped,  # noqa: S701  (in Markdown, `code` and `quoted` escape)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {"code": code, "quoted": quoted}
    return found


def code(lines: list[str]) -> str:
    """Lines as a fenced block that they cannot end."""
    text = "\n".join(lines)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text) or [""]))
    return f"{fence}text\n{text}\n{fence}"


def quoted(text: str) -> str:
    """Text as it stands between words in Markdown, and in a cell of a table."""
    return re.sub(r"([\\`*_{}\[\]#+!|~@])", r"\\\1", html.escape(text, quote=False))


def as_junit(diff: Diff) -> str:
    """A testcase for each change, which passes, and for each cluster of what is unexplained."""
    name = f"{diff.older.name} -> {diff.newer.name}"
    failures = len(diff.unexplained) + len(diff.not_compared)
    total = failures + len(diff.explained)
    suite = ET.Element("testsuite", name=_xml(name), errors="0", skipped="0")
    suite.attrib |= {"tests": str(total or 1), "failures": str(failures)}
    suite.set("time", f"{diff.seconds:.3f}")
    for group in diff.unexplained:
        case = _case(suite, f"UNEXPLAINED {group.name}: {group.example.line}", group)
        message = f"{words.count(len(group.exchanges), 'exchange')} differ in {group.name}"
        failure = ET.SubElement(case, "failure", message=_xml(message))
        failure.text = _xml("\n".join(lines(group.example)))
    for sentence in diff.not_compared:
        case = ET.SubElement(suite, "testcase", classname="diff", name="NOT COMPARED")
        ET.SubElement(case, "failure", message=_xml(sentence))
    for group in diff.explained:
        case = _case(suite, f"{group.aspect}: {group.name}", group)
        told = [group.change.sentence, group.change.link] if group.change else []
        output = ET.SubElement(case, "system-out")
        output.text = _xml("\n".join([*told, *lines(group.example)]))
    if not total:
        ET.SubElement(suite, "testcase", classname="diff", name="no answer differs")
    ET.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suite, "unicode") + "\n"


def _case(suite: ET.Element, name: str, group: Group) -> ET.Element:
    where = f"diff.{'.'.join(group.apps)}"
    return ET.SubElement(suite, "testcase", classname=_xml(where), name=_xml(name))


def lines(example: Differing) -> list[str]:
    """An exchange as lines, those that differ marked."""
    found = [f"> {line}" for line in example.request]
    for name, answer in (("before", example.before), ("after", example.after)):
        found += ["", f"{name}:", *(f"{'!' if x.differs else ' '} {x.text}" for x in answer)]
    if example.remaining:
        found += ["", *(f"by hand: {line}" for line in example.by_hand)]
    return found


def _xml(text: str) -> str:
    """The text without what XML cannot hold."""
    return UNFIT.sub("\ufffd", text)
