"""How pytest judges stacks: the options, the fixtures named after the apps, runs and the table."""

import difflib
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from _pytest.outcomes import Failed
from playwright.sync_api import Browser
from rich.console import Console

from harness import site
from harness.browser import chromium
from harness.browser import program as chromium_path
from harness.changes import named, unproven
from harness.client import Client
from harness.environments import Environment, of_interpreter, provision
from harness.exchange import Exchange
from harness.failures import Failure, UsageError
from harness.lines import Lines
from harness.runs import Run
from harness.servers import Server
from harness.stacks import Stack, load
from harness.table import print_table
from harness.told import told
from specs import changes
from specs.site import SITE

ROOT = Path(__file__).parent.parent
APPS = ("hello", "json_cors", "static_files", "basic_auth", "sse")
"""In the order of the closing table."""

CHANGES = named(vars(changes).items())

VARIANTS: dict[str, tuple[str, list[str]]] = {
    **{app: (app, []) for app in APPS},
    "sse": ("sse", ["--interval", "0.05"]),
    "documented_stream": ("sse", []),
}
"""For each fixture the app, and the arguments that it is started with."""

SOURCE = re.compile(
    r"primer(?: \w+)+|RFC \d+ section [\d.]+|Fetch \S+|HTML \S+|starlette docs \w+|uvicorn docs \w+"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("starlette-conformance")
    group.addoption(
        "--stack",
        action="append",
        default=[],
        metavar="NAME|REQUIREMENT[,REQUIREMENT...]",
        help="judge this stack: a name of specs/stacks.toml, `all` of them, or requirements; "
        "repeatable (default: documented and latest)",
    )
    group.addoption(
        "--python",
        action="append",
        default=[],
        metavar="PATH",
        help="judge what this interpreter has installed; repeatable",
    )
    group.addoption(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="DIR",
        help="where the run files are written (default: runs)",
    )


@dataclass
class Session:
    """What is judged, what came out so far, and the run files under way."""

    targets: dict[str, Stack | Environment]
    runs_folder: Path
    needed: set[str] = field(default_factory=set)
    complete: bool = True
    environments: dict[str, Environment] = field(default_factory=dict)
    asserted: dict[str, set[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    tally: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    skipped: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    spec: str = ""

    def run(self, name: str) -> Run:
        if name not in self.runs:
            self.runs[name] = Run(self.runs_folder, name)
        return self.runs[name]


SESSION = pytest.StashKey[Session]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "source(*texts): where the promise of a spec is written")
    try:
        targets = _targets(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[SESSION] = Session(targets, config.getoption("--runs"))


def _targets(config: pytest.Config) -> dict[str, Stack | Environment]:
    catalogue = load(ROOT / "specs" / "stacks.toml")
    targets: dict[str, Stack | Environment] = {}
    names, interpreters = config.getoption("--stack"), config.getoption("--python")
    if not names and not interpreters:
        names = ["documented", "latest"]
    for name in names:
        if name == "all":
            targets |= catalogue.stacks
        else:
            targets[name] = catalogue.named(name)
    for path in interpreters:
        targets[path] = of_interpreter(path)
    return targets


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "environment" in metafunc.fixturenames:
        names = list(metafunc.config.stash[SESSION].targets)
        metafunc.parametrize("environment", names, indirect=True, scope="session")


def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    specs = [item for item in items if item.path.parent == ROOT / "specs"]
    for item in specs:
        sources = [text for mark in item.iter_markers("source") for text in mark.args]
        unknown = [text for text in sources if not SOURCE.fullmatch(text)]
        if unknown or not sources:
            raise pytest.UsageError(
                f"{item.nodeid}: source {unknown[0]!r} is unknown"
                if unknown
                else f"{item.nodeid}: no source; CONTRIBUTING.md tells how to state it"
            )
    items.sort(key=lambda item: "documented_stream" in getattr(item, "fixturenames", ()))
    judging = session.config.stash[SESSION]
    judging.needed = {
        name for item in specs for name in getattr(item, "fixturenames", ()) if name in VARIANTS
    }
    judging.complete = {item.path for item in specs} == set((ROOT / "specs").glob("test_*.py"))


def pytest_deselected(items: list[pytest.Item]) -> None:
    items[0].config.stash[SESSION].complete = False


@pytest.fixture(scope="session")
def judging(request: pytest.FixtureRequest) -> Session:
    return request.config.stash[SESSION]


@pytest.fixture(scope="session")
def environment(request: pytest.FixtureRequest, judging: Session) -> Environment:
    """The stack under judgement, provisioned."""
    target = judging.targets[request.param]
    run = judging.run(request.param)
    try:
        found = provision(target) if isinstance(target, Stack) else target
    except Failure:
        run.begin(None)
        raise
    run.begin(found)
    judging.environments[request.param] = found
    return found


@pytest.fixture(scope="session")
def servers(environment: Environment, judging: Session) -> Iterator[dict[str, Server]]:
    """All apps that some spec needs, started side by side."""
    folder = site.lay_out(SITE)
    started = {
        name: Server(ROOT / "apps" / f"{app}.py", environment, folder, arguments)
        for name, (app, arguments) in VARIANTS.items()
        if name in judging.needed
    }
    yield started
    for server in started.values():
        server.ask_to_stop()
    for server in started.values():
        server.stop()


def _client(name: str) -> Callable[..., Client]:
    @pytest.fixture(scope="session", name=name)
    def client(servers: dict[str, Server], environment: Environment, judging: Session) -> Client:
        def record(exchange: Exchange) -> None:
            judging.run(environment.name).exchange(judging.spec, exchange)

        server = servers[name]
        return Client(server.app, environment, server.port(), server.log, record)

    return client


hello = _client("hello")
json_cors = _client("json_cors")
static_files = _client("static_files")
basic_auth = _client("basic_auth")
sse = _client("sse")


@pytest.fixture(scope="session", autouse=True)
def ahead(
    servers: dict[str, Server], environment: Environment
) -> Iterator[Future[Exchange] | None]:
    """The stream at its documented pace, which takes 3 s, read while other specs are judged."""
    if "documented_stream" not in servers:
        yield None
        return
    server = servers["documented_stream"]

    def read() -> Exchange:
        client = Client("sse", environment, server.port(), server.log, lambda _: None)
        return client.request("GET", "/stream", chunks=2)

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(read)


@pytest.fixture
def documented_stream(
    ahead: Future[Exchange], environment: Environment, judging: Session
) -> Exchange:
    """Two events of the stream as documented, 1.5 s apart."""
    exchange = ahead.result()
    judging.run(environment.name).exchange(judging.spec, exchange)
    return exchange


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Without one, a spec that needs it is skipped, or fails where CI is set."""
    if chromium_path() is None:
        told = "no Chromium on PATH: what a browser sees was not judged"
        if os.environ.get("CI"):
            pytest.fail(told, pytrace=False)
        pytest.skip(told)
    with chromium() as found:
        yield found


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Function) -> None:
    item.config.stash[SESSION].spec = item.nodeid


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    session = item.config.stash[SESSION]
    stack = str(item.callspec.params["environment"]) if "environment" in item.fixturenames else ""
    if stack and "browser" not in item.fixturenames:
        session.seconds[stack] = session.seconds.get(stack, 0.0) + call.duration
    if stack and (report.when == "call" or not report.passed):
        _note_verdict(item, call, report, session, stack)
    return report


def _note_verdict(
    item: pytest.Function,
    call: pytest.CallInfo[None],
    report: pytest.TestReport,
    session: Session,
    stack: str,
) -> None:
    error = call.excinfo.value if call.excinfo else None
    if report.passed:
        verdict = "pass"
    elif report.skipped:
        session.skipped.append(f"{item.nodeid}: {error}")
        return
    elif isinstance(error, Failure):
        verdict = error.verdict
        report.longrepr = f"{verdict}: {error}" if stack not in session.told else verdict
        session.told.add(stack)
    else:
        verdict = "fail" if isinstance(error, AssertionError | Failed) else "harness error"
    app = next((VARIANTS[name][0] for name in item.fixturenames if name in VARIANTS), "-")
    session.tally.setdefault((stack, app), Counter())[verdict] += 1
    environment = cast("Environment | None", item.funcargs.get("environment"))
    asserted = dict(environment.asserted) if environment else {}
    applied = {name: asserted[change] for name, change in CHANGES.items() if change in asserted}
    if environment:
        environment.asserted.clear()
    for name in applied if verdict == "pass" else ():
        session.asserted.setdefault(name, set()).add(stack)
    reason = str(error) if error else ""
    session.run(stack).verdict(item.nodeid, app, verdict, reason, applied, call.duration)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """What differs and how to repeat it, in place of two long representations."""
    if op == "==" and isinstance(left, Exchange):
        return told(left, right)
    if op == "==" and isinstance(left, Lines):
        return list(difflib.ndiff(left.expected(right), left))
    return None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where all of the file's stacks passed all specs, and yet a change is not pinned down."""
    judging = session.config.stash[SESSION]
    named_stacks = set(load(ROOT / "specs" / "stacks.toml").stacks)
    if judging.complete and not session.testsfailed and named_stacks <= set(judging.environments):
        judging.unproven = unproven(CHANGES, judging.environments, judging.asserted)
        if judging.unproven:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    session = config.stash[SESSION]
    for run in session.runs.values():
        run.end()
    if session.tally:
        print_table(
            session.tally,
            session.seconds,
            APPS,
            Console(width=None if sys.stdout.isatty() else 120),
        )
        terminalreporter.write_line(f"runs: {session.runs_folder}")
    for line in session.unproven:
        terminalreporter.write_line(f"UNPROVEN CHANGE {line}", red=True, bold=True)
    for line in session.skipped:
        terminalreporter.write_line(f"NOT JUDGED {line}", red=True, bold=True)
    if session.tally and shutil.which("curl") is None:
        terminalreporter.write_line(
            "curl is not on PATH: transcripts replayed by the recorder only"
        )
