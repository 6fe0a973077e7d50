"""A diff as a file: JSON, Markdown, a page, JUnit. Whatever servers said is escaped in each."""

import re
from collections.abc import Collection
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from starlette_conformance.diff import (
    cause_lines,
    coverage,
    left_out,
    page_head,
    phrases,
    who_notices,
)
from starlette_conformance.diff.as_result import as_result
from starlette_conformance.diff.comparable import first_lines
from starlette_conformance.explain.exit_code import failing, verdict
from starlette_conformance.explain.repetition import Repetition
from starlette_conformance.explain.result import Diff, Differing, Group, Unstable
from starlette_conformance.model.changes import news
from starlette_conformance.output import output_files
from starlette_conformance.output.markdown import cell, code, in_html, inline, quoted
from starlette_conformance.output.templates import templates as usual_templates

SCHEMA = 4
EXAMPLES = 3
"""Exchanges of a group that a page shows; JSON has all."""


def as_json(diff: Diff, fail_on: Collection[str] = ()) -> str:
    return output_files.as_json(document(diff, fail_on))


def document(diff: Diff, fail_on: Collection[str] = ()) -> dict[str, Any]:
    """The diff as plain data, beside what `--json` of every command has (`output/result.py`):

    schema        4; another number where a key goes away, or means something else
    first         sentences to know before the summary: parser, loop or Python differ, or packages
                  that no reference app imports
    failing       differences that make it 1: request, app, where, before, after, severity
    older, newer  name, packages (name: version), parser, loop, python, implementation (of it),
                  hash_seed (null where the environment of the harness has it)
    counts        numbers of requests: compared, differing, unexplained, severities, changes
    scenarios     the same numbers of scenarios
    seconds       how long it took
    kept          stacks that an earlier run has recorded: side (OLD, NEW), since (when the first of
                  it was), whole (false where some of it was recorded now)
    unconfirmed   requests whose difference did not reproduce on retry: request, fields
    unstable      requests to which one stack responds otherwise from time to time: stack, fields,
                  app, requests (how many), count (responses that are not the usual one), total
                  (responses of the app), circumstances (name, count), severity, example (an
                  exchange: before is the usual response, after another one)
    repetition    what was repeated: after (requests to an app; 0 where nothing was), crowds (at
                  once), seed, responses (by app), missed (the odds that a defect in 1 of 50, or of
                  500, responses came in none of them, by app); null for --app
    security      name, standing (gained, lost, lacking), change
    unexplained, explained  groups, the most dangerous first: name, change (null where there is
                  none), severity, fields, apps, lost, exchanges; of the former, causes (culprits,
                  proved)
    not_shown     changes between the two that no request shows: name, change, lost, why
    masked, not_compared, notes, inconclusive  sentences; with one of the last, nothing is
                  proved
    statuses      of your own app: how many responses of older and of newer were 2xx, 3xx, 4xx, 5xx,
                  or `no response`; null for the reference apps
    replayed      of your own app: requests of which it is known what they should do (recorded),
                  those that did otherwise on OLD (unlike), values of earlier responses in requests
                  (bound); or null
    reached       of your own app, without --requests: operations (how many it has), missed (those
                  to which no response of OLD was 2xx, with what they got); or null
    accepted      differences that the user accepts: request, where (a field), before, after, why,
                  who, until, place (in accepted.toml), cases (responses)
    ignored       rules of what is not compared: rule, why, place (in pyproject.toml), cases
                  (differences that it hides)
    recorded      the published data that were compared, where nothing was run: source, day, tool
                  (its version); or null
    not_chosen    how many responses --only leaves out
    noticed       who is given other events by streams that differ in more than values: streams (how
                  many pairs), clients (names with versions), names (of clients whose versions all
                  do, without one), judged, nothing (given no event by either) and not_judged (how
                  many clients); null where no stream differs so
    starts        of your own app where it does not start on both: OLD's and NEW's failure (empty
                  where it starts), exception (with its place), log (last lines), hints; or null
    searched      what makes differences that nothing explains, by trials of the packages between
                  OLD and NEW; null where that was not tried: trials (how many), seconds, causes
                  (differences: request, where; culprits; proved: OLD with it has the difference and
                  NEW without it has not; untold: why nothing is known, or nothing proved)
    culprits      package, before, after (versions, null where not installed), first_release (null
                  where not known, with unknown: why), mark (yanked, a pre-release), untried (older
                  releases that could not be tried), later (releases that change it again), change
                  (names of changes there that make it), links, guesses (entries of its notes that
                  mention words of the difference: text, link, words), how (alone, inseparable,
                  together: each is needed, parts: each makes a part), choice (those of the same
                  number are needed; any one number suffices)
    change        package, first, last, kind, sentence, link, noticed_by, reached_by (names, one of
                  which an app's source has where it can show; empty where any app can show it),
                  beside (a requirement without which it does not show, such as python>=3.12)
    exchanges     app (its variant; of your own app the line or entry), request (lines), before and
                  after (lines: text, differs), differences and remaining (severity, where, before,
                  after; null where there is no such field; digest of both whole values, where
                  those are only a part of them), accepted (differences), changes (names), commands
                  (lines to paste that reproduce it), scenario (whether it is one: `request` then
                  has its name and what is done); in each group of several, what remains there
    """
    more = {
        "schema": SCHEMA,
        "first": first_lines(diff),
        "failing": [
            {"request": differing.line, "app": differing.app, **asdict(difference)}
            for differing, difference in failing(diff, fail_on)
        ],
        **{
            key: asdict(side) | {"packages": dict(side.packages)}
            for key, side in (("older", diff.older), ("newer", diff.newer))
        },
        "counts": diff.counts,
        "scenarios": diff.counts_of_scenarios,
        "seconds": diff.seconds,
        "kept": [
            {"side": each.side, "since": each.since.isoformat(), "whole": each.whole}
            for each in diff.kept
        ],
        "unconfirmed": [asdict(each) for each in diff.unconfirmed],
        "unstable": [_unstable(each) for each in diff.unstable],
        "repetition": _repetition(diff.repetition),
        "security": [asdict(fix) for fix in diff.security],
        "unexplained": [
            _group(group) | {"causes": cause_lines.culprits(diff, group)}
            for group in diff.unexplained
        ],
        "explained": [_group(group) for group in diff.explained],
        "not_shown": [asdict(change) for change in diff.not_shown],
        "masked": list(diff.masked),
        "not_compared": list(diff.not_compared),
        "notes": list(diff.notes),
        "inconclusive": list(diff.inconclusive),
        "statuses": asdict(diff.statuses) if diff.statuses else None,
        "replayed": asdict(diff.replayed) if diff.replayed else None,
        "reached": asdict(diff.reached) if diff.reached else None,
        "accepted": [asdict(each) for each in diff.accepted],
        "ignored": [asdict(each) for each in diff.ignored],
        "not_chosen": diff.not_chosen,
        "noticed": asdict(diff.noticed) if diff.noticed else None,
        "recorded": asdict(diff.recorded) if diff.recorded else None,
        "starts": [asdict(start) for start in diff.starts] if diff.starts else None,
        "searched": cause_lines.document(diff.causes) if diff.causes else None,
    }
    return as_result(diff, fail_on).document(**more)


OF_A_PAIR = (
    *("older", "newer", "summary", "counts", "scenarios"),
    *("unexplained", "unstable", "unconfirmed", "not_compared"),
)


def pair_document(diff: Diff) -> dict[str, Any]:
    """What is open between two stacks of several, without what is explained."""
    whole = document(diff)
    return {key: whole[key] for key in OF_A_PAIR}


def _unstable(found: Unstable) -> dict[str, Any]:
    return asdict(found) | {
        "app": found.app,
        "fields": list(found.fields),
        "severity": found.severity,
        "circumstances": dict(found.circumstances),
    }


def _repetition(repetition: Repetition | None) -> dict[str, Any] | None:
    if repetition is None:
        return None
    missed = {str(of): dict(repetition.missed(1 / of)) for of in phrases.RATES}
    return asdict(repetition) | {"responses": dict(repetition.responses), "missed": missed}


def _group(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "change": asdict(group.change) if group.change else None,
        "severity": group.severity,
        "fields": list(group.fields),
        "apps": list(group.apps),
        "lost": group.lost,
        "exchanges": [asdict(each) for each in group.exchanges],
    }


def as_markdown(diff: Diff, _: Collection[str] = ()) -> str:
    text = templates(False).get_template("diff.md.j2").render(context(diff))
    return re.sub(r"\n{3,}", "\n\n", text)  # a server's text is on one line each


def as_html(diff: Diff, _: Collection[str] = (), home: str = "") -> str:
    """`home` is the way to the start of the site where it is a page of one, with a / behind."""
    return templates(True).get_template("diff.html.j2").render(context(diff) | {"home": home})


def context(diff: Diff) -> dict[str, Any]:
    """What a template of a diff, or of a part of one, is given."""
    return {
        "diff": diff,
        "words": phrases,
        "verdict": verdict(diff, bool(first_lines(diff))),
        "coverage": coverage,
        "causes": cause_lines,
        "left_out": left_out,
        "who_notices": who_notices,
        "first": first_lines(diff),
        "title": page_head.title(diff.older, diff.newer),
        "made": page_head.made(),
        "severities": page_head.severities(diff),
        "examples": EXAMPLES,
        "lines": lines,
        "home": "",
    }


@cache
def templates(escaped: bool, *folders: Path) -> Environment:
    """Those of a diff, and of other folders."""
    found = usual_templates(escaped, *folders, Path(__file__).parent)
    found.globals["news"] = news
    found.filters |= {form.__name__: form for form in (cell, code, in_html, inline, quoted)}
    return found


def lines(example: Differing, names: tuple[str, str] = ("before", "after")) -> list[str]:
    """An exchange as lines, those that differ marked."""
    found = [f"> {line}" for line in example.request]
    found += [f"! {phrases.moved(d)}" for d in example.differences if d.where.startswith("body ")]
    for name, response in zip(names, (example.before, example.after), strict=True):
        found += ["", f"{name}:", *(f"{'!' if x.differs else ' '} {x.text}" for x in response)]
    if example.remaining:
        found += ["", *(f"reproduce: {line}" for line in example.commands)]
    return found
