"""What is judged in a session of pytest, and what came out so far."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.model.stack import Stack
from starlette_conformance.process.app_server import Server
from starlette_conformance.runs.records import Record
from starlette_conformance.runs.remote_server import Address
from starlette_conformance.runs.run_file import Run
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.interpreters import present
from starlette_conformance.stacks.project import ROOT, catalogue, ledger, variants
from starlette_conformance.stacks.targets import asked_for

CHANGES = ledger().changes
NAMES: dict[object, str] = {change: name for name, change in CHANGES.items()}
CATALOGUE = catalogue()
SUITES = {axis.suite for axis in CATALOGUE.axes.values()}


def targets(
    names: list[str], interpreters: list[str]
) -> tuple[dict[str, Stack | Environment], list[str]]:
    """What --stack and --python ask to judge, by name, and what of it this machine lacks.

    Raises UsageError.
    """
    asked = asked_for(names, interpreters)
    stacks = {name: target for name, target in asked.items() if isinstance(target, Stack)}
    here, lacking = present(stacks)
    return {name: asked[name] for name in asked if name in here or name not in stacks}, lacking


def held_to(
    names: list[str], interpreters: list[str]
) -> tuple[dict[str, Stack | Environment], list[str]]:
    """The stack whose specs hold a server that is known by its URL: `latest`, or the one named.

    Raises UsageError.
    """
    if interpreters or len(names) > 1:
        raise UsageError("--url goes with one --stack, by whose specs the server is judged")
    stack = CATALOGUE.named(*names or ["latest"])
    name = f"url-as-{stack.name}"
    return {name: replace(stack, name=name)}, []


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

    `remote` are by app the servers that others run. `served` are by stack the fixtures that some
    spec needs, `complete` tells that no spec was left out but what a browser sees, `left` counts by
    stack the specs that are still to come, `spec` is the one under way, `left_out` counts those
    that an address cannot be held to, by reason, `repeated` are the specs of a stack that could not
    be judged, all but the first, which tells why, `staying` tells of apps that did not stop,
    `ahead` are by stack the streams at their documented pace, read while other specs are judged.
    """

    targets: dict[str, Stack | Environment]
    folder: Path
    remote: Mapping[str, Address] = field(default_factory=dict)
    served: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    complete: bool = True
    left: Counter[str] = field(default_factory=Counter)
    spec: str = ""
    not_judged: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    summary: Summary = field(default_factory=Summary)
    ahead: dict[str, Future[Exchange]] = field(default_factory=dict)
    _runs: dict[str, Run] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    staying: list[str] = field(default_factory=list)
    _told: set[tuple[str, str]] = field(default_factory=set)
    _seconds: float = 0.0

    def judged_by(self, folder: Path) -> list[str]:
        """The stacks that the specs in a folder judge: those of its axes, and those of none."""
        first = folder.relative_to(ROOT / "specs").parts[0]
        suite = first if first in SUITES else ""
        suites = {name: getattr(target, "suite", None) for name, target in self.targets.items()}
        return [name for name, judge in suites.items() if judge in (None, suite)]

    def has_begun(self, item: pytest.Item) -> bool:
        """Whether a spec of the same stack was judged before, if the item is a spec at all."""
        callspec = getattr(item, "callspec", None)
        return callspec is None or callspec.params.get("environment") in {None, *self._runs}

    def run(self, stack: str) -> Run:
        if stack not in self._runs:
            with ending_without_record():
                self._runs[stack] = Recording(self.folder, stack)
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
            self.not_judged.append(f"{item.nodeid}: {error}")
            return
        verdict, reason = _verdict(error), str(error) if error else ""
        if verdict == "fail" and (ended := _ended_by_others(item)):
            verdict, reason = "harness error", f"{ended}: {reason}"
            report.longrepr = f"{verdict}: {ended}"
        if isinstance(error, Failure):
            told = _stack(item), reason
            report.longrepr = f"{verdict}: {reason}"
            if told in self._told:
                self.repeated.add(item.nodeid)
            self._told.add(told)
        self._write(item, verdict, reason, self._took(item, 0.0))

    def passed(self, item: pytest.Function, seconds: float) -> None:
        """Take in a spec that passed."""
        self._write(item, "pass", "", self._took(item, seconds))

    def stayed(self, stack: str, why: str) -> None:
        """Take in that an app of a stack did not stop when it was told to, after the last spec."""
        self.staying.append(f"{stack}: {why}")
        name = f"starlette_conformance/pytest_plugin/judging.py::servers[{stack}]"
        self.run(stack).verdict(name, "-", "fail", why, {}, 0.0)

    def _took(self, item: pytest.Function, seconds: float) -> float:
        self.left[_stack(item)] -= 1
        seconds, self._seconds = self._seconds + seconds, 0.0
        return seconds

    def _write(self, item: pytest.Function, verdict: str, reason: str, seconds: float) -> None:
        served = (variants()[name][0].name for name in item.fixturenames if name in variants())
        app = next(served, getattr(item.module, "APP", "-"))
        browser = "browser" in item.fixturenames
        changes, run = _asserted_in(item), self.run(_stack(item))
        if not run.begun:  # its stack could not be provisioned
            run.begin(None, self.complete)
        run.verdict(item.nodeid, app, verdict, reason, changes, seconds, browser)

    def end(self) -> None:
        """Close the run files, and sum them up."""
        for stack, run in self._runs.items():
            run.end(complete=self.left[stack] <= 0)
        with ending_without_record():
            self.summary = Summary.of(run.path for run in self._runs.values())

    def unproven(self) -> list[str]:
        """What is said of changes that no spec pins down; nothing where a spec was left out."""
        return self.summary.unproven(CHANGES, CATALOGUE) if self.complete else []


JUDGING = pytest.StashKey[Judging]()
"""Where pytest's configuration has it."""


def _stack(item: pytest.Function) -> str:
    return str(item.callspec.params["environment"])


def _verdict(error: BaseException | None) -> str:
    if error is None:
        return "pass"
    if isinstance(error, Failure):
        return error.verdict
    return "fail" if isinstance(error, AssertionError | pytest.fail.Exception) else "harness error"


def _ended_by_others(item: pytest.Function) -> str:
    """A sentence on a server of the stack that somebody ended: what it answers is no verdict."""
    for name, server in cast("dict[str, object]", item.funcargs.get("servers") or {}).items():
        if isinstance(server, Server) and (by := server.ended_by_others()):
            return f"{name} on {server.environment.name} was ended by {by}, from outside"
    return ""


def _asserted_in(item: pytest.Function) -> dict[str, bool]:
    """The changes that the spec's expectations asked for, and whether they applied."""
    environment = cast("Environment | None", item.funcargs.get("environment"))
    if environment is None:
        return {}
    asserted = {NAMES[change]: applied for change, applied in environment.asserted}
    environment.asserted.clear()
    return {name: asserted[name] for name in sorted(asserted)}
