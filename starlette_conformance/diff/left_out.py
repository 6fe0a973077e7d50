"""What does not count, in sentences that every rendering of a diff shares."""

from collections.abc import Iterator

from starlette_conformance.explain.left_out import Accepted, Ignored
from starlette_conformance.explain.result import Diff
from starlette_conformance.output.listed import listed
from starlette_conformance.output.sanitize import plain

NAMED = 2
"""Requests that a sentence names; `--json` has the others."""
LONGEST = 80
"""Characters of such a request."""


def counts(diff: Diff) -> Iterator[str]:
    """How much does not count by the user's word, and what could not be compared."""
    if cases := sum(each.cases for each in diff.accepted):
        yield f"{count(cases, 'difference')} accepted"
    if cases := sum(each.cases for each in diff.ignored):
        yield f"{count(cases, 'difference')} ignored"
    if diff.not_chosen:
        yield f"{count(diff.not_chosen, 'response')} left out by --only"
    if diff.not_played:
        yield f"{count(diff.not_played, 'slow scenario')} left out by --quick"
    if diff.not_compared:
        yield f"{len(diff.not_compared):,} not compared"


def unconfirmed(diff: Diff) -> Iterator[str]:
    """What did not reproduce: some of the requests, but of what has a known cause only that."""
    late = [each for each in diff.unconfirmed if each.fields == ("arrivals",)]
    if others := [each for each in diff.unconfirmed if each not in late]:
        did = count(len(others), "difference did", "differences did")
        were = "was" if len(others) == 1 else "were"
        requests = (plain(str(each).replace(" HTTP/1.1", "", 1), LONGEST) for each in others)
        named = listed([*dict.fromkeys(requests)], NAMED)
        yield f"{did} not reproduce on retry and {were} ignored: {named}"
    if late:
        streams = count(len(late), "stream came", "streams came")
        yield f"{streams} in other parts once: busy cores hold a server up between writes"


def accepted(found: Accepted) -> str:
    """What is accepted, by whom and why: `GET /me, status: 403 -> 401 (Ada: meant; a.toml:3)`."""
    values = " -> ".join("nothing" if v is None else f"'{v}'" for v in (found.before, found.after))
    why = f"{found.who or 'nobody named'}: {found.why or 'no reason given'}"
    until = f", until {found.until}" if found.until else ""
    times = f", {found.cases} times" if found.cases > 1 else ""
    return f"{found.request}, {found.where}: {values}{times} ({why}{until}; {found.place})"


def ignored(found: Ignored) -> str:
    """A rule, and what it hides."""
    why = f"; {found.why}" if found.why else ""
    return f"{found.rule}: {count(found.cases, 'difference')} ({found.place}{why})"


def count(number: int, one: str, more: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
