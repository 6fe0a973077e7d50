"""What is judged in a session of pytest, and what came out so far."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.changes import Change, named
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart, Failure, NotInstallable
from starlette_conformance.model.expectations import Assertion
from starlette_conformance.model.stack import Stack
from starlette_conformance.pytest_plugin.needs import NOT_PROMISED, app_of
from starlette_conformance.pytest_plugin.own_specs import OwnSpecs
from starlette_conformance.pytest_plugin.verdict_of import ended_by_others, verdict_of
from starlette_conformance.runs.records import Record
from starlette_conformance.runs.remote_server import Address
from starlette_conformance.runs.run_file import Run
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.project import ROOT, catalogue, ledger
from starlette_conformance.stacks.suites import judged_by
from starlette_conformance.stacks.targets import made

CHANGES = ledger().changes
NAMES: dict[object, str] = {change: name for name, change in CHANGES.items()}
CATALOGUE = catalogue()
SUITES = {axis.suite for axis in CATALOGUE.axes.values()}
SPECS = ROOT / "specs"


def name_of(change: Change, module: object = None) -> str:
    """Its name in the ledger, or in a module of specs that defines or imports it."""
    own = named(vars(module).items()) if module else {}
    return NAMES.get(change) or next(
        (name for name, value in own.items() if value == change),
        f"{change.package} {change.first}",
    )


class Recording(Run):
    """A run file without which the session ends: what is not recorded must not seem judged."""

    def _write(self, record: Record) -> None:
        with ending_without_record():
            super()._write(record)


@contextmanager
def ending_without_record() -> Iterator[None]:
    """The session ends where a run file cannot be written, or not be read in the end."""
    try:
        yield
    except Failure as failure:
        pytest.exit(str(failure), pytest.ExitCode.INTERNAL_ERROR)


@dataclass
class Judging:
    """The stacks of a session, their run files, and the verdicts so far.

    folders     where the specs lie: a user's `own`, or the project's
    remote      by app the servers that others run
    needed      by stack the fixtures that some spec needs
    complete    whether no spec was left out but what a browser sees
    left        by stack how many specs are still to come
    spec        the one under way, and `asserted` what it asserted so far
    not_judged  why a stack or a spec could not be judged, and `lacking_extras` the modules of
                specs among them that need a package which is not installed, `of_browsers` those
                with specs left out that need a browser
    left_out    by reason how many specs an address cannot be held to
    ahead       by stack the streams at their documented pace, read while other specs run
    staying     which apps did not stop
    also        suites that are apart, and judge the stacks of no axis as well
    provisioned  by stack its environment, or why there is none, where that was made before
    paths       by stack the run file
    """

    targets: dict[str, Stack | Environment]
    folder: Path
    folders: Sequence[Path] = (SPECS,)
    own: OwnSpecs | None = None
    remote: Mapping[str, Address] = field(default_factory=dict)
    also: Collection[str] = ()
    needed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    complete: bool = True
    left: Counter[str] = field(default_factory=Counter)
    spec: str = ""
    asserted: set[Assertion] = field(default_factory=set)
    not_judged: list[str] = field(default_factory=list)
    lacking_extras: set[Path] = field(default_factory=set)
    of_browsers: set[Path] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)
    summary: Summary = field(default_factory=Summary)
    ahead: dict[str, Future[Exchange]] = field(default_factory=dict)
    provisioned: dict[str, Environment | Failure] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)
    _runs: dict[str, Run] = field(default_factory=dict)
    staying: list[str] = field(default_factory=list)
    _reported: set[tuple[str, str]] = field(default_factory=set)
    _seconds: float = 0.0

    def is_spec(self, path: Path) -> bool:
        return any(path == folder or folder in path.parents for folder in self.folders)

    def judged_by(self, folder: Path) -> list[str]:
        """The stacks that the specs in a folder judge: those of its axes, and those of none."""
        if self.own:
            return list(self.targets)
        first = folder.relative_to(SPECS).parts[0]
        suite = first if first in SUITES else ""
        return judged_by(suite, CATALOGUE, self.suites, self.also)

    @property
    def suites(self) -> dict[str, str | None]:
        """The suite of each stack's axis."""
        return {name: getattr(target, "suite", None) for name, target in self.targets.items()}

    def environment(self, name: str) -> Environment:
        """The environment of a stack, made if need be. Raises Failure."""
        found = self.provisioned.get(name) or made(self.targets[name])
        if isinstance(found, Failure):
            raise found
        return found

    def provision(self) -> None:
        """Make the environments of all stacks."""
        for name in self.targets:
            try:
                self.provisioned[name] = made(self.targets[name])
            except Failure as failure:
                self.provisioned[name] = failure

    def has_begun(self, item: pytest.Item) -> bool:
        """Whether a spec of the same stack was judged before, if the item is a spec at all."""
        callspec = getattr(item, "callspec", None)
        return callspec is None or callspec.params.get("environment") in {None, *self._runs}

    def run(self, stack: str) -> Run:
        if stack not in self._runs:
            with ending_without_record():
                self._runs[stack] = Recording(self.folder, stack)
            self.paths[stack] = self._runs[stack].path
        return self._runs[stack]

    def note(
        self,
        item: pytest.Function,
        error: BaseException | None,
        seconds: float,
        report: pytest.TestReport,
    ) -> None:
        """Take in what a phase of a spec came to: count it, and append it to the run file."""
        self._seconds += seconds
        if report.passed:
            if report.when == "call":
                self.passed(item, 0.0)
            return
        if report.skipped:
            self._took(item, 0.0)
            of = _stack(item) if str(error).startswith(NOT_PROMISED) else item.nodeid
            said = f"{of}: {error}"
            self.not_judged += [said] if said not in self.not_judged else []
            return
        verdict, reason = verdict_of(error), str(error) if error else ""
        if verdict == "fail" and (ended := ended_by_others(item)):
            verdict, reason = "harness error", f"{ended}: {reason}"
            report.longrepr = f"{verdict}: {ended}"
        if isinstance(error, Failure):
            failure = _stack(item), reason
            report.longrepr = f"{verdict}: {reason}"
            if failure in self._reported:
                setattr(report, REPEATED, True)
            elif verdict != "fail":
                setattr(report, NOT_JUDGED, True)
            self._reported.add(failure)
        self._write(item, verdict, reason, self._took(item, 0.0))

    def passed(self, item: pytest.Function, seconds: float) -> None:
        """Take in a spec that passed."""
        self._write(item, "pass", "", self._took(item, seconds))

    def stayed(self, stack: str, why: str) -> None:
        """Note that an app of a stack did not stop when it should, after the last spec."""
        self.staying.append(f"{stack}: {why}")
        name = f"starlette_conformance/pytest_plugin/judging.py::servers[{stack}]"
        self.run(stack).verdict(name, "-", "fail", why, {}, 0.0)

    def _took(self, item: pytest.Function, seconds: float) -> float:
        self.left[_stack(item)] -= 1
        seconds, self._seconds = self._seconds + seconds, 0.0
        return seconds

    def _write(self, item: pytest.Function, verdict: str, reason: str, seconds: float) -> None:
        app = self.own.app.name if self.own else app_of(item)
        browser = "browser" in item.fixturenames
        asserted = {name_of(change, item.module): applied for change, applied in self.asserted}
        self.asserted.clear()
        changes, run = dict(sorted(asserted.items())), self.run(_stack(item))
        if not run.begun:  # its stack could not be provisioned
            run.begin(None, self.complete)
        run.verdict(item.nodeid, app, verdict, reason, changes, seconds, browser)

    def end(self) -> None:
        """Close the run files."""
        for stack, run in self._runs.items():
            run.end(complete=self.left[stack] <= 0)

    def sum_up(self) -> None:
        with ending_without_record():
            self.summary = Summary.of(
                self.paths[name] for name in self.targets if name in self.paths
            )

    def rests_on_nothing(self, failures: int) -> bool:
        """Whether no spec said anything of a stack, and all `failures` of the session tell why."""
        verdicts = self.summary.verdicts
        reasons = verdicts[NotInstallable.verdict] + verdicts[DidNotStart.verdict]
        return (
            not self.summary.judged
            and failures == reasons == sum(verdicts.values())
            and bool(failures or self.not_judged)
        )

    def unproven(self) -> list[str]:
        """What is said of changes that no spec pins down; nothing where a spec was left out."""
        if self.own or not self.complete:
            return []
        return self.summary.unproven(CHANGES, CATALOGUE, ledger().probed, ledger().played)


REPEATED = "starlette_conformance_repeated"
"""What a report has that says again why a stack could not be judged."""

NOT_JUDGED = "starlette_conformance_not_judged"
"""What a report has that says so for the first time: no verdict on the stack."""

JUDGING = pytest.StashKey[Judging]()
"""Where pytest's configuration has it."""


def _stack(item: pytest.Function) -> str:
    return str(item.callspec.params["environment"])
