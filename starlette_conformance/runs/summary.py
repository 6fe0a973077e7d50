"""What run files come to: verdicts by stack and app, times, and the changes that specs asserted."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path

from starlette_conformance.model.changes import Change, unproven
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, Failure
from starlette_conformance.runs.records import Start, VerdictRecord
from starlette_conformance.runs.run_reader import RecordedRun, load
from starlette_conformance.stacks.catalogue import Catalogue

NONE_PROBED: Mapping[Change, Collection[str]] = {}


@dataclass
class Summary:
    """The sum of some run files, each one stack's. Raises UsageError where one is no run file.

    `tally` counts verdicts by stack and app, `seconds` is the time that judging each stack took
    (what a browser sees aside), `asserted` says by change the stacks where a spec asserted it and
    passed, `unfinished` are the stacks whose run was cut off, `complete` says that no spec was left
    out, `logs` are the outputs of the sessions that ran the stacks, where they are known.
    `not_passed` are the other verdicts, each with its stack, `second` those that are a pass the
    second time only; `starts` are the heads of the runs.
    """

    tally: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    environments: dict[str, Environment] = field(default_factory=dict)
    asserted: dict[str, set[str]] = field(default_factory=dict)
    unfinished: set[str] = field(default_factory=set)
    complete: bool = True
    logs: dict[str, Path] = field(default_factory=dict)
    not_passed: list[tuple[str, VerdictRecord]] = field(default_factory=list)
    second: list[tuple[str, VerdictRecord]] = field(default_factory=list)
    starts: dict[str, Start] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Iterable[Path]) -> "Summary":
        summary = cls()
        for path in paths:
            summary.add(path.name, load(path))
        return summary

    def add(self, name: str, run: RecordedRun | None) -> None:
        """Count a run; the name of its file stands for its stack where it was cut off too early."""
        if run is None:
            self.unfinished.add(name)
            return
        stack, installed = run.start.stack, run.start.installed
        self.complete &= run.start.complete
        self.starts[stack] = run.start
        if installed:
            self.environments[stack] = Environment(
                stack, Path(), installed.python, installed.packages
            )
        for record in run.verdicts:
            self._count(stack, record)
        if run.end is None:
            self.unfinished.add(stack)

    def _count(self, stack: str, record: VerdictRecord) -> None:
        self.tally.setdefault((stack, record.app), Counter())[record.verdict] += 1
        if not record.browser:
            self.seconds[stack] += record.seconds
        if record.verdict != "pass":
            self.not_passed.append((stack, record))
            return
        if record.failed_first:
            self.second.append((stack, record))
        for name in record.changes:
            self.asserted.setdefault(name, set()).add(stack)

    @property
    def verdicts(self) -> Counter[str]:
        """How often each verdict was given."""
        return sum(self.tally.values(), Counter())

    @property
    def stacks(self) -> set[str]:
        """The stacks with at least one verdict."""
        return {stack for stack, _ in self.tally}

    @property
    def judged(self) -> set[str]:
        """The stacks of which a spec said something: it passed, or it failed."""
        return {
            stack for (stack, _), counts in self.tally.items() if counts["pass"] or counts["fail"]
        }

    @property
    def passed(self) -> bool:
        """Whether specs were judged, all passed, and no run was cut off."""
        return set(self.verdicts) == {"pass"} and not self.unfinished

    def exit_code(self, asked: Set[str], unproven: Collection[str] = ()) -> int:
        """What a command ends with that was asked for these stacks: a finding goes before what
        could not be judged, and nothing is success that no spec judged.
        """
        verdicts = self.verdicts
        if verdicts["fail"] or unproven:
            return 1
        if verdicts[Failure.verdict]:
            return Failure.exit_code
        return 0 if self.passed and asked <= self.judged else CannotTell.exit_code

    def seen(self, changes: Mapping[str, Change]) -> dict[str, Change]:
        """The changes that specs asserted, and passed, on stacks of both sides."""
        sides = {
            name: {change.applies_to(self.environments[s]) for s in self.asserted.get(name, ())}
            for name, change in changes.items()
        }
        return {name: change for name, change in changes.items() if len(sides[name]) == 2}

    def unproven(
        self,
        changes: Mapping[str, Change],
        known: Catalogue,
        probed: Mapping[Change, Collection[str]] = NONE_PROBED,
        played: Mapping[Change, Collection[str]] = NONE_PROBED,
    ) -> list[str]:
        """What is said of changes that no spec pins down; nothing unless a whole group passed.

        The stacks of a whole axis lie on both sides of each change of its package. One with a suite
        of its own may leave a change of that package to another suite, and asserts it nowhere then.
        Those that are `probed` are left to their suites, which judge their own axes alone: to those
        that assert them, or, where none does, to those that were judged whole. What is `played` by
        suites of other axes alone, and was asserted by none of them here, is left to them, too.
        """
        if not (self.passed and self.complete):
            return []
        suites = {
            axis.name: axis.suite
            for axis in known.axes.values()
            if known.group(axis.name) <= self.stacks
        }
        of_axes = {axis.suite for axis in known.axes.values()}
        every = known.group("all") <= self.stacks
        apart = {n: e for n, e in self.environments.items() if self._is_apart(n, known)}
        found = []
        for name, change in changes.items():
            if change in probed:
                asserting = self.asserted.get(name, set()) & apart.keys()
                those = {known.stacks[stack].suite for stack in asserting} or {
                    suite for suite in probed[change] if self._is_whole(suite, change, known)
                }
                its = {n: e for n, e in apart.items() if known.stacks[n].suite in those}
                found += unproven({name: change}, its, self.asserted, all_should_differ=False)
                continue
            suite = suites.get(change.package)
            by_others = change in played and of_axes.issuperset(played[change])
            own = suite is not None and (name in self.asserted or not (suite or by_others))
            if own or every:
                judged = self._judged_for(name, known)
                found += unproven({name: change}, judged, self.asserted, all_should_differ=own)
        return found

    def _is_whole(self, suite: str, change: Change, known: Catalogue) -> bool:
        """Whether all axes of a suite that vary the package of a change were judged."""
        return all(
            known.group(axis.name) <= self.stacks
            for axis in known.axes.values()
            if axis.suite == suite and change.package in axis.vary
        )

    def _is_apart(self, stack: str, known: Catalogue) -> bool:
        return stack in known.stacks and known.stacks[stack].suite in known.apart

    def _judged_for(self, name: str, known: Catalogue) -> dict[str, Environment]:
        """The stacks that lie in the suites which assert a change; all where none does. Those apart
        count where nobody else asserts it.
        """
        suite = {stack: found.suite for stack, found in known.stacks.items()}
        asserting = self.asserted.get(name, set())
        apart = bool(asserting) and all(self._is_apart(stack, known) for stack in asserting)
        suites = {None, *(suite.get(stack) for stack in asserting or suite)}
        return {
            stack: environment
            for stack, environment in self.environments.items()
            if suite.get(stack) in suites and self._is_apart(stack, known) == apart
        }
