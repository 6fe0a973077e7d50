"""How pytest judges stacks: the options, the fixtures named after the apps, the closing table."""

import difflib
import os
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from harness import site
from harness.browser import chromium
from harness.browser import program as chromium_path
from harness.client import Client
from harness.environments import Environment, provision
from harness.exchange import Exchange
from harness.failures import DidNotStop, Failure, UsageError
from harness.forked import Forker
from harness.lines import Lines
from harness.plain import printable
from harness.project import APPS, console, script
from harness.remote import Remote, addresses
from harness.servers import Server
from harness.stacks import Stack
from harness.table import print_table
from harness.told import told
from specs.changes import SIGNAL_CUTS_STREAMS, SIGNAL_UNHEARD
from specs.collecting import (
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_deselected,
    pytest_generate_tests,
    pytest_ignore_collect,
)
from specs.ids import pytest_make_parametrize_id
from specs.judging import JUDGING, SERVED, Judging, held_to, targets

__all__ = [
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_deselected",
    "pytest_generate_tests",
    "pytest_ignore_collect",
    "pytest_make_parametrize_id",
]

Serving = Server | Remote

FIRST_SECONDS = 3600.0
"""More than all that may be waited for before the first spec of a stack: the packages, another run
that makes the same, and the apps of the stack before."""

RESEED = 3
"""From one hash seed to the other: with 0 and 3, a set of GET and HEAD has either order."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("starlette-conformance")
    group.addoption(
        "--url",
        action="append",
        default=[],
        metavar="APP=http://HOST:PORT",
        help="hold a server that runs there, in whatever language, to the specs of `latest`, or of "
        "the one --stack; repeatable",
    )
    group.addoption(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="DIR",
        help="where the run files are written (default: runs)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "source(*texts): where the promise of a spec is written")
    try:
        if config.getoption("dist", "no") != "no":
            raise UsageError(
                "pytest-xdist would tear the run of a stack apart; what judges stacks side by side "
                "is `python -m harness judge --jobs N`"
            )
        remote = addresses(config.getoption("--url"))
        chosen = config.getoption("--stack"), config.getoption("--python")
        judged, lacking = held_to(*chosen) if remote else targets(*chosen)
        folder = config.getoption("--runs")
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"--runs {folder}: is not a folder")
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[JUDGING] = Judging(judged, folder, remote, not_judged=lacking)


@pytest.fixture(scope="session")
def judging(request: pytest.FixtureRequest) -> Judging:
    return request.config.stash[JUDGING]


@pytest.fixture(scope="session")
def environment(request: pytest.FixtureRequest, judging: Judging) -> Environment:
    """The stack under judgement, provisioned."""
    target = judging.targets[request.param]
    run = judging.run(request.param)
    found = provision(target) if isinstance(target, Stack) else target
    urls = {app: str(address) for app, address in judging.remote.items()}
    seed = request.config.getoption("--hash-seed")
    found = replace(found, hash_seed=seed, urls=urls)
    run.begin(found, judging.complete)
    return found


def signals_cut_streams(environment: Environment) -> bool:
    """Whether SIGTERM ends a stream before its next event."""
    heard = not SIGNAL_UNHEARD.applies_to(environment)
    return heard and SIGNAL_CUTS_STREAMS.applies_to(environment)


@pytest.fixture(scope="session")
def servers(environment: Environment, judging: Judging) -> Iterator[Mapping[str, Serving]]:
    """All apps that some spec needs: those of others by their addresses, and else all started side
    by side, from an interpreter for each hash seed.
    """
    needed = judging.served[environment.name]
    served = {name: each for name, each in SERVED.items() if name in needed}
    if judging.remote:
        yield {n: Remote(judging.remote[s.app], environment) for n, s in served.items()}
        return
    with ExitStack() as stack:
        forkers = {
            reseeded: stack.enter_context(
                Forker(replace(environment, hash_seed=environment.hash_seed + RESEED * reseeded))
            )
            for reseeded in {each.reseeded for each in served.values()}
        }
        started: dict[str, Server] = {}
        try:
            for name, each in served.items():
                folder, forker = site.lay_out(each.files), forkers[each.reseeded]
                started[name] = Server(
                    script(each.app), forker.environment, folder, each.arguments, forker
                )
            yield started
        finally:
            for name, server in started.items():
                if served[name].idle and not signals_cut_streams(environment):
                    server.kill()  # a stream that a spec left behind would hold it up
                else:
                    server.ask_to_stop()
            faults = []
            for server in started.values():
                try:
                    server.stop_well()
                except DidNotStop as fault:
                    faults.append(str(fault))
            if faults:  # pytest would put an error down to the first spec of the next stack
                judging.stayed(environment.name, "; ".join(faults))


def _client(name: str) -> Callable[..., Client]:
    @pytest.fixture(scope="session", name=name)
    def client(servers: dict[str, Serving], judging: Judging) -> Client:
        def record(exchange: Exchange) -> None:
            judging.run(server.environment.name).exchange(judging.spec, exchange, name)

        server = servers[name]
        return Client(
            server.app, server.environment, server.port(), server.log, record, server.host
        )

    return client


hello = _client("hello")
json_cors = _client("json_cors")
static_files = _client("static_files")
static_files_404 = _client("static_files_404")
basic_auth = _client("basic_auth")
sse = _client("sse")
documented_sse = _client("documented_sse")


@pytest.fixture(scope="session", autouse=True)
def ahead(servers: dict[str, Serving]) -> Iterator[Future[Exchange] | None]:
    """The stream at its documented pace, which takes 3 s, read while other specs are judged."""
    if "documented_sse" not in servers:
        yield None
        return
    server = servers["documented_sse"]

    def read() -> Exchange:
        client = Client(
            "sse", server.environment, server.port(), server.log, lambda _: None, server.host
        )
        return client.request("GET", "/stream", chunks=2)

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(read)


@pytest.fixture
def documented_stream(
    ahead: Future[Exchange], documented_sse: Client, judging: Judging
) -> Exchange:
    """Two events of the stream as documented, 1.5 s apart."""
    exchange = ahead.result()
    judging.run(documented_sse.environment.name).exchange(judging.spec, exchange)
    return exchange


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Without one, a spec that needs it is skipped; where CI is set, it is a
    harness error.
    """
    if chromium_path() is None:
        lacking = "no Chromium on PATH: what a browser sees was not judged"
        if os.environ.get("CI"):
            raise Failure(lacking)
        pytest.skip(lacking)
    with chromium() as found:
        yield found


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """The first spec of a stack waits for its packages, by deadlines of their own."""
    if not item.config.stash[JUDGING].has_begun(item):
        item.add_marker(pytest.mark.timeout(FIRST_SECONDS))
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[JUDGING].spec = item.nodeid


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, Failure):  # told in a line: a traceback for each spec would take minutes
        short = pytest.fail.Exception(printable(str(error)), pytrace=False).with_traceback(
            error.__traceback__
        )
        call.excinfo = pytest.ExceptionInfo.from_exception(short)
    report = yield
    if "environment" in item.fixturenames:
        item.config.stash[JUDGING].note(item, error, call.duration, report)
    return report


def pytest_report_teststatus(
    report: pytest.TestReport, config: pytest.Config
) -> tuple[str, str, str] | None:
    """A stack that cannot be judged is told once: a thousand errors would hide why."""
    if report.failed and report.nodeid in config.stash[JUDGING].repeated:
        return "not judged", "E", "ERROR"
    return None


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """What differs and how to repeat it, in place of two long representations."""
    if op == "==" and isinstance(left, Exchange):
        return [printable(line) for line in told(left, right)]
    if op == "==" and isinstance(left, Lines):
        return [printable(line.rstrip()) for line in difflib.ndiff(left.expected(right), left)]
    return None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where all passed, and yet an app did not stop, or the release of a change is not pinned
    down.
    """
    judging = session.config.stash[JUDGING]
    judging.end()
    if session.exitstatus == pytest.ExitCode.OK and (judging.staying or judging.unproven()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    judging = config.stash[JUDGING]
    if not judging.summary.tally:
        return
    print_table(judging.summary.tally, judging.summary.seconds, APPS, console())
    terminalreporter.write_line(f"run files: {judging.folder}")
    for line in judging.staying:
        terminalreporter.write_line(f"DID NOT STOP {line}", red=True, bold=True)
    for line in judging.unproven():
        terminalreporter.write_line(f"UNPROVEN CHANGE {line}", red=True, bold=True)
    for why, count in judging.left_out.items():
        terminalreporter.write_line(f"LEFT OUT {count} specs that {why}", yellow=True, bold=True)
    for line in judging.not_judged:
        terminalreporter.write_line(f"NOT JUDGED {line}", red=True, bold=True)
    if shutil.which("curl") is None:
        terminalreporter.write_line("NOT JUDGED transcripts by curl: it is not on PATH", red=True)
