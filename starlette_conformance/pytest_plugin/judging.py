"""How pytest judges stacks: what the options select, what each spec came to, the closing table."""

import difflib
import shutil
from collections.abc import Generator

import pytest

from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.comparison import recorded_assertions
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.output.console import console
from starlette_conformance.output.sanitize import printable
from starlette_conformance.process.sandbox import leave_network
from starlette_conformance.pytest_plugin.distribution import handing_over, is_worker
from starlette_conformance.pytest_plugin.inert_terminal import make_inert
from starlette_conformance.pytest_plugin.requested_session import session_of
from starlette_conformance.pytest_plugin.session import (
    CATALOGUE,
    JUDGING,
    NOT_JUDGED,
    REPEATED,
    ending_without_record,
)
from starlette_conformance.runs.failure_message import failure_lines
from starlette_conformance.runs.verdict_table import print_table
from starlette_conformance.scenarios.outcome import Outcome, outcome_lines
from starlette_conformance.stacks.project import apps
from starlette_conformance.stacks.suites import not_run

FIRST_SECONDS = 3600.0
"""More than all that may be waited for before the first spec of a stack: the packages, another run
that makes the same, and the apps of the stack before."""

ENDED = {
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
}
NOTHING_JUDGED = 6
"""The exit code where specs were to run, and no stack could be judged; pytest has those up to 5."""


def pytest_configure(config: pytest.Config) -> None:
    try:
        if config.getoption("dist", "no") == "each":
            raise UsageError("--dist each would run every stack on each worker; leave it out")
        if config.getoption("--sandbox") and (
            config.getoption("--url", []) or config.getoption("numprocesses", None)
        ):
            raise UsageError("--sandbox goes neither with --url nor with -n")
        config.stash[JUDGING] = session_of(config)
    except UsageError as error:
        raise pytest.UsageError(printable(str(error))) from None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    make_inert(session.config)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """What needs a network comes before the sandbox."""
    if session.config.getoption("--sandbox") and not session.config.option.collectonly:
        session.config.stash[JUDGING].provision()
        with ending_without_record():
            leave_network()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """The first spec of a stack waits for its packages, by deadlines of their own."""
    judging = item.config.stash[JUDGING]
    if judging.is_spec(item.path) and not judging.has_begun(item):
        item.add_marker(pytest.mark.timeout(FIRST_SECONDS))
    with recorded_assertions() as judging.asserted:
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[JUDGING].spec = item.nodeid


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, Failure):  # one line: a traceback for each spec would take minutes
        short = pytest.fail.Exception(printable(str(error)), pytrace=False).with_traceback(
            error.__traceback__
        )
        call.excinfo = pytest.ExceptionInfo.from_exception(short)
    report = yield
    judging = item.config.stash[JUDGING]
    if judging.is_spec(item.path) and "environment" in item.fixturenames:
        judging.note(item, error, call.duration, report)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """A stack that cannot be judged is reported once: a thousand errors would hide why."""
    if report.failed and hasattr(report, REPEATED):
        return "not judged", "E", "ERROR"
    if report.failed and hasattr(report, NOT_JUDGED):
        return "error", "E", "ERROR"
    return None


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    """What differs and how to repeat it, in place of two long representations."""
    if op != "==" or not isinstance(left, Exchange | Lines | Outcome):
        return None
    comparison, judging = left.compare(right), config.stash[JUDGING]
    judging.asserted |= comparison.asserted
    if isinstance(left, Exchange):
        serve_command = judging.own.serve_command(left.environment) if judging.own else ""
        return [printable(line) for line in failure_lines(left, right, serve_command)]
    if isinstance(left, Outcome):
        return [printable(line) for line in outcome_lines(left, right)]
    return [printable(line.rstrip()) for line in difflib.ndiff(comparison.expected, left)]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where all passed, and yet an app did not stop, or the release of a change is not pinned
    down.
    """
    judging = session.config.stash[JUDGING]
    if is_worker(session.config):  # what all workers did is summed up by their controller
        with handing_over(session.config, judging):
            judging.end()
        return
    judging.end()
    judging.sum_up()
    if session.exitstatus == pytest.ExitCode.OK and (judging.staying or judging.unproven()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    elif session.exitstatus in ENDED and judging.rests_on_nothing(session.testsfailed):
        session.exitstatus = NOTHING_JUDGED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    judging = config.stash[JUDGING]
    if not (judging.summary.tally or judging.not_judged):
        return
    if judging.summary.tally:
        shown = [judging.own.app.name] if judging.own else list(apps())
        print_table(judging.summary.tally, judging.summary.seconds, shown, console())
        terminalreporter.write_line(f"run files: {judging.folder}")
    for line in judging.staying:
        terminalreporter.write_line(f"DID NOT STOP {line}", red=True, bold=True)
    for line in judging.unproven():
        terminalreporter.write_line(f"UNPROVEN CHANGE {line}", red=True, bold=True)
    for why, count in judging.left_out.items():
        terminalreporter.write_line(f"LEFT OUT {count} specs that {why}", yellow=True, bold=True)
    for line in [] if judging.own else not_run(CATALOGUE, judging.suites, judging.also):
        terminalreporter.write_line(line)
    for line in judging.not_judged:
        terminalreporter.write_line(f"NOT JUDGED {line}", red=True, bold=True)
    if shutil.which("curl") is None and not judging.own:
        terminalreporter.write_line("NOT JUDGED transcripts by curl: it is not on PATH", red=True)
