"""A diff as JUnit XML: a case for each change, and for each finding."""

from collections.abc import Collection, Iterator

from starlette_conformance.diff import cause_lines, left_out, phrases
from starlette_conformance.diff.coverage import reached
from starlette_conformance.diff.files import EXAMPLES, lines
from starlette_conformance.explain.exit_code import failing
from starlette_conformance.explain.result import Diff, Group
from starlette_conformance.output.junit import Case, Suite, junit


def as_junit(diff: Diff, fail_on: Collection[str] = ()) -> str:
    """A case for each change, which passes, and for each cluster of what is unexplained."""
    cases = [*_cases(diff), *_failing_on(diff, fail_on)] or [Case("diff", "no response differs")]
    properties = {"summary": phrases.outcome(diff)}
    properties |= {"command": diff.command} if diff.command else {}
    if diff.repetition:
        properties["repetition"] = phrases.repeated(diff.repetition)
    if diff.statuses:
        properties["responses"] = phrases.statuses(diff.statuses)
    if diff.replayed:
        properties["replayed"] = phrases.replayed(diff.replayed)
    if diff.reached:
        properties["coverage"] = reached(diff.reached)
    for name, side in (("older", diff.older), ("newer", diff.newer)):
        properties |= {f"{name} {key}": text for key, text in phrases.made_of(side).items()}
    name = f"{diff.older.name} -> {diff.newer.name}"
    return junit([Suite(name, cases, properties, diff.seconds)])


def _cases(diff: Diff) -> Iterator[Case]:
    for group in diff.unexplained:
        differ = "differs" if len(group.exchanges) == 1 else "differ"
        first = f"{phrases.members(group)} {differ} in {group.name}"
        causes = cause_lines.of_group(diff, group)
        text = "\n".join([first, *causes, *lines(group.example)])
        name = f"UNEXPLAINED {group.name}: {group.example.line}"
        yield Case(_where(group), name, fault=group.severity, text=text)
    for found in diff.unstable:
        text = "\n".join([phrases.unstable(found), *lines(found.example, phrases.UNSTABLE_SIDES)])
        name = f"UNSTABLE {', '.join(found.fields)}: {found.example.line}"
        yield Case(f"diff.{found.app}", name, fault=found.severity, text=text)
    for sentence in diff.not_compared:
        yield Case("diff", "NOT COMPARED", fault="not compared", text=sentence)
    for name, start in phrases.failures(diff):
        about = [*phrases.start_lines(start), *cause_lines.of_start(diff)]
        text = "\n".join([*about, phrases.apart(diff.older, diff.newer)])
        fails = diff.only_new_fails_to_start
        yield Case("diff", f"{name} DOES NOT START", fault="did not start", text=text, judged=fails)
    for sentence in diff.inconclusive:
        yield Case("diff", "INCONCLUSIVE", fault="inconclusive", text=sentence, judged=False)
    for group in diff.explained:
        about = [group.change.sentence, group.change.link] if group.change else []
        text = "\n".join([*about, *lines(group.example)])
        yield Case(_where(group), f"{group.severity}: {group.name}", text=text)
    for each in diff.accepted:
        name = f"ACCEPTED {each.where}: {each.request}"
        yield Case("diff", name, text=left_out.accepted(each), skipped=True)
    for rule in diff.ignored:
        yield Case("diff", f"IGNORED {rule.rule}", text=left_out.ignored(rule), skipped=True)
    for change in diff.not_shown:
        text = f"{phrases.NOT_SHOWN} {phrases.not_shown(change)}"
        yield Case("diff", f"NOT SHOWN {change.name}", text=text, skipped=True)


def _failing_on(diff: Diff, fail_on: Collection[str]) -> Iterator[Case]:
    """A case for each difference that is explained, and that --fail-on names all the same."""
    for differing, difference in failing(diff, fail_on):
        if difference not in differing.remaining:
            name = f"FAIL-ON {difference.where}: {differing.line}"
            text = "\n".join(lines(differing))
            yield Case(f"diff.{differing.app}", name, fault=difference.severity, text=text)


def _where(group: Group) -> str:
    more = len(group.apps) - EXAMPLES
    return f"diff.{'.'.join(group.apps[:EXAMPLES])}" + (f" and {more} more" if more > 0 else "")
