"""A diff as workflow commands of GitHub Actions, which shows them on the page of a run.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Collection, Mapping, Sequence

from starlette_conformance.diff import phrases
from starlette_conformance.diff.comparable import first_lines
from starlette_conformance.diff.headline import headline
from starlette_conformance.explain.exit_code import failing
from starlette_conformance.explain.result import Diff, Difference
from starlette_conformance.explain.severity import SEVERITIES, most_dangerous
from starlette_conformance.output.sanitize import printable

SHOWN = 9
"""Of each level: GitHub shows ten in a step, and drops the others."""
TITLE = 100
"""Characters."""
DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
"""What would end a command, or is read as an escape."""
PROPERTY = {":": "%3A", ",": "%2C"}
"""What would end a property of a command."""


def as_annotations(diff: Diff, fail_on: Collection[str] = ()) -> str:
    """Errors for requests that make `diff` exit with 1, the most dangerous first, warnings of what
    was not compared, and the verdict as a notice.
    """
    warnings = [("", sentence) for sentence in (*first_lines(diff), *diff.not_compared)]
    warnings += [("inconclusive", sentence) for sentence in diff.inconclusive]
    errors = [
        (f"{name} does not start", start.exception or start.failure)
        for name, start in phrases.failures(diff)
    ]
    errors += [("unstable", phrases.unstable(each)) for each in diff.unstable]
    requests: dict[tuple[str, str], list[Difference]] = {}
    for differing, difference in failing(diff, fail_on):
        requests.setdefault((differing.line, differing.app), []).append(difference)
    for (line, app), differences in sorted(requests.items(), key=_danger):
        errors.append((line, f"{headline(differences)}: {line} ({app})"))
    more = sum(max(0, len(level) - SHOWN) for level in (warnings, errors))
    verdict = phrases.outcome(diff) + (f" ({more} more findings in the report)" * (more > 0))
    return "".join(
        _command(level, *each)
        for level, found in (
            ("error", errors),
            ("warning", warnings),
            ("notice", [("verdict", verdict)]),
        )
        for each in found[:SHOWN]
    )


def _danger(request: tuple[tuple[str, str], Sequence[Difference]]) -> int:
    return SEVERITIES.index(most_dangerous(each.severity for each in request[1]))


def _command(level: str, title: str, message: str) -> str:
    """A line that the runner reads; what would end a value, or the line, is escaped."""
    named = _escaped(_escaped(printable(title[:TITLE]), DATA), PROPERTY)
    text = _escaped(printable(message), DATA)
    return f"::{level} title={named or 'starlette-conformance'}::{text}\n"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)
