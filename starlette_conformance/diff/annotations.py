"""A diff as workflow commands of GitHub Actions, which shows them on the page of a run.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Collection, Mapping

from starlette_conformance.diff import phrases
from starlette_conformance.diff.comparable import first_lines
from starlette_conformance.diff.headline import headline
from starlette_conformance.explain.exit_code import failing
from starlette_conformance.explain.result import Diff, Difference
from starlette_conformance.output.sanitize import printable

SHOWN = 9
"""GitHub shows ten of a kind in each step, and drops the others."""
TITLE = 100
"""Characters."""
DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
"""What would end a command, or is read as an escape."""
PROPERTY = {":": "%3A", ",": "%2C"}
"""What would end a property of a command."""


def as_annotations(diff: Diff, fail_on: Collection[str] = ()) -> str:
    """An error for each request that makes `diff` exit with 1, a warning for what was not compared,
    and the verdict as a notice.
    """
    found = [("warning", "", sentence) for sentence in (*first_lines(diff), *diff.not_compared)]
    found += [("warning", "inconclusive", sentence) for sentence in diff.inconclusive]
    found += [("error", "unstable", phrases.unstable(each)) for each in diff.unstable]
    found += [
        ("error", f"{name} does not start", start.exception or start.failure)
        for name, start in phrases.failures(diff)
    ]
    requests: dict[tuple[str, str], list[Difference]] = {}
    for differing, difference in failing(diff, fail_on):
        requests.setdefault((differing.line, differing.app), []).append(difference)
    for (line, app), differences in requests.items():
        found.append(("error", line, f"{headline(differences)}: {line} ({app})"))
    shown, more = found[:SHOWN], len(found) - SHOWN
    verdict = phrases.outcome(diff) + (f" ({more} more findings in the report)" * (more > 0))
    return "".join(_command(*each) for each in (*shown, ("notice", "verdict", verdict)))


def _command(level: str, title: str, message: str) -> str:
    """A line that the runner reads; what would end a value, or the line, is escaped."""
    named = _escaped(_escaped(printable(title[:TITLE]), DATA), PROPERTY)
    text = _escaped(printable(message), DATA)
    return f"::{level} title={named or 'starlette-conformance'}::{text}\n"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)
