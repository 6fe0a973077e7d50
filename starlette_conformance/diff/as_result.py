"""What a diff came to, in the shape that `--json` of every command has."""

from collections.abc import Collection, Iterable, Iterator

from starlette_conformance.diff import phrases
from starlette_conformance.diff.cause_lines import culprit
from starlette_conformance.explain.cause import Causes
from starlette_conformance.explain.exit_code import exit_code
from starlette_conformance.explain.result import Diff, Group
from starlette_conformance.output.result import KnownCause, Result
from starlette_conformance.runs.rerun_commands import of_verb

NAMED = 3
"""Groups for which there is a command."""


def as_result(diff: Diff, fail_on: Collection[str] = ()) -> Result:
    code = exit_code(diff, fail_on)
    found = tuple(known_causes([diff]))
    return Result(code, phrases.summary(diff), diff.command, found, tuple(following(diff, code)))


def known_causes(diffs: Iterable[Diff]) -> Iterator[KnownCause]:
    """Those of what nobody explains, which trials found, then the named changes, each once."""
    diffs = list(diffs)
    for diff in diffs:
        yield from of_trials(diff.causes)
    groups = (group for diff in diffs for group in diff.explained)
    yield from dict.fromkeys(map(_of_group, groups))


def of_trials(causes: Causes | None) -> Iterator[KnownCause]:
    """Each package that trials found to make differences, or why that is not known."""
    for cause in causes.causes if causes else ():
        if not cause.sufficient:
            yield KnownCause(f"not known: {cause.untold}")
        for each in (one for found in cause.sufficient for one in found.culprits):
            change = each.changes[0] if each.changes else None
            links = [change.link] if change else list(each.links)
            yield KnownCause(
                change.sentence if change else culprit(each),
                each.package,
                each.first_release,
                change.name if change else None,
                links[0] if links else None,
                cause.proved,
            )


def _of_group(group: Group) -> KnownCause:
    change = group.change
    if change is None:
        return KnownCause(group.name, proved=True)
    lost = "NEW lacks it: " if group.lost else ""
    return KnownCause(
        f"{lost}{change.sentence}", change.package, change.first, group.name, change.link, True
    )


def following(diff: Diff, code: int) -> Iterator[str]:
    """What to run next: to reproduce what nobody explains, to accept it where that can be, to read
    of the changes, or the same again where it proved nothing.
    """
    for group in diff.unexplained[:NAMED]:
        yield from group.example.commands
    if code == 1 and diff.unexplained and diff.statuses:  # of an app of the user's
        yield f"{diff.command} --write-accepted"
    if code == 3 and diff.command:
        yield diff.command
    for group in diff.explained[:NAMED]:
        if group.change:
            yield of_verb("explain", group.name)
