"""How pytest measures stacks: the fixtures, what must have been measured, the closing table."""

import os
import shlex
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kept_alive_request import Exchanging
from benchmarks.manifest import Run, across, not_in_manifest, parts
from benchmarks.measured import Measured
from benchmarks.next_event import INTERVAL, Listening
from benchmarks.server_clock import server_cpu_time, watching
from benchmarks.table import Cost, print_costs
from benchmarks.user_app import MODULE, OnStack, UserApp
from starlette_conformance.cost.manifest import ReferenceBenchmark
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.model.stack import Stack
from starlette_conformance.output.console import console
from starlette_conformance.output.sanitize import printable
from starlette_conformance.process.app_server import Server
from starlette_conformance.pytest_plugin.inert_terminal import make_inert
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import script, site_files
from starlette_conformance.stacks.targets import made, targets_named, with_packages
from starlette_conformance.userapp.recorded_request import Step

HERE = Path(__file__).parent
ROUND_SECONDS = 0.05
"""Server CPU time of a round: some hundred requests, so that the reading of the clock, and what
the server does after its last response, weigh little."""

WALL_PER_CPU = 20
"""Wall time that a second of server CPU time takes at most, more or less: an app that sets the
pace is idle most of the time."""

TARGETS = pytest.StashKey[dict[str, Stack | Environment]]()
COSTS = pytest.StashKey[list[Cost]]()
RUN = pytest.StashKey[Run]()
USER_APP = pytest.StashKey[UserApp | None]()


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.hasplugin("benchmark"):
        raise pytest.UsageError("pytest-benchmark is not installed here: `uv sync --group bench`")
    try:
        found = targets_named(config.getoption("--stack"), config.getoption("--python"))
        config.stash[USER_APP] = own = UserApp.of(config)
        extra = own.extra if own else ()
        found = {name: with_packages(each, extra) for name, each in found.items()}
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[TARGETS] = found
    config.stash[COSTS] = []
    config.stash[RUN] = Run(
        list(found),
        compares=bool(config.getoption("benchmark_compare")),
        fails=bool(config.getoption("benchmark_compare_fail")),
    )


def pytest_report_header(config: pytest.Config) -> list[str]:
    timer = "the given timer" if _given(config, "timer") else "server CPU time"
    own = config.stash[USER_APP]
    line = f"benchmarks: {timer}, on {', '.join(config.stash[RUN].stacks)}"
    return [line, *map(printable, own.unread if own else ())]


def _given(config: pytest.Config, name: str) -> bool:
    """Whether one of pytest-benchmark's options was given, wherever that can be."""
    words = [*config.invocation_params.args, *config.getini("addopts")]
    words += shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    option = f"--benchmark-{name.replace('_', '-')}"
    return any(word.partition("=")[0] == option for word in map(str, words))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compare across stacks, where one is to be compared with another."""
    make_inert(session.config)
    run = session.config.stash[RUN]
    if session.config.stash[USER_APP]:
        return
    plugin = session.config.pluginmanager.getplugin("pytest-benchmark")
    run.compared = plugin.compared_mapping = across(plugin.compared_mapping, run.stacks)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "stack" in metafunc.fixturenames:
        names = metafunc.config.stash[RUN].stacks
        metafunc.parametrize("stack", names, indirect=True, scope="session")

    if "step" in metafunc.fixturenames and (own := metafunc.config.stash[USER_APP]):
        metafunc.parametrize("step", own.steps, ids=str)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The reference apps are measured, or a user's own."""
    if collection_path.parent != HERE or not collection_path.name.startswith("test_"):
        return None
    return (collection_path.name == MODULE) != bool(config.stash[USER_APP]) or None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Our timer and rounds, unless others were given; and time enough."""
    ours = {"timer": server_cpu_time, "min_time": ROUND_SECONDS}
    chosen = {name: value for name, value in ours.items() if not _given(item.config, name)}
    item.add_marker(pytest.mark.benchmark(**chosen))
    seconds = WALL_PER_CPU * float(item.config.getoption("benchmark_max_time"))
    item.add_marker(pytest.mark.timeout(60 + seconds))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
    if config.stash[USER_APP]:
        config.stash[RUN].names = [item.nodeid for item in items]
        return
    strange = not_in_manifest(item.nodeid for item in items if HERE in item.path.parents)
    if strange:
        raise pytest.UsageError(f"{strange[0]}: add it to benchmarks/manifest.txt")


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        item.config.stash[RUN].deselected.add(item.nodeid)


@contextmanager
def _in_a_line() -> Iterator[None]:
    """A server's failure is reported in a line: what pytest would show of us says nothing."""
    try:
        yield
    except Failure as failure:
        message = printable(f"{failure.verdict}: {failure}")
        raise pytest.fail.Exception(message, pytrace=False) from None


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Environment:
    """The stack that is measured, provisioned."""
    target = request.config.stash[TARGETS][request.param]
    with _in_a_line():
        found = made(target)
        return replace(found, hash_seed=request.config.getoption("--hash-seed"))


Serve = Callable[..., Server]


@pytest.fixture(scope="session")
def serve(stack: Environment) -> Iterator[Serve]:
    """Gives the server of an app with arguments; each is started once a stack."""
    folder = site_fixture.lay_out(site_files())
    started: dict[tuple[str, ...], Server] = {}

    def server(app: str, *arguments: str) -> Server:
        key = (app, *arguments)
        if key not in started:
            started[key] = Server(script(app), stack, folder, arguments)
        started[key].port()
        return started[key]

    yield server
    for each in started.values():
        each.kill()


@pytest.fixture
def measure(
    request: pytest.FixtureRequest, benchmark: Any, stack: Environment
) -> Callable[..., None]:
    """Measures what is called again and again, and notes both clocks beside the benchmark."""
    benchmark.group = stack.name

    def measured(server: Server, call: Measured, called: str = "") -> None:
        benchmark.has_error = True  # until it is known better: no figure comes from a failed one
        with closing(call), watching(server, call):
            began = server_cpu_time()
            benchmark(call)
            cpu = (server_cpu_time() - began) / call.calls
        wall = None if call.wall is None else call.wall / call.calls
        benchmark.extra_info |= {"stack": str(stack), "server_cpu": cpu, "wall": wall}
        benchmark.has_error = False
        if benchmark.stats is not None:
            name, _ = parts(request.node.nodeid)
            request.config.stash[COSTS].append(
                Cost(stack.name, called or name.rpartition("::")[2], cpu, wall)
            )
            request.config.stash[RUN].measured.add(request.node.nodeid)

    return measured


@pytest.fixture
def measure_request(serve: Serve, measure: Callable[..., None]) -> Callable[..., None]:
    """Measures a request to an app, whose response must have this status and body."""

    def measured(app: str, status: int, body: bytes, path: str = "/", headers: str = "") -> None:
        benchmark = ReferenceBenchmark(app, app, path, headers.encode(), status)
        with _in_a_line():
            server = serve(app)
            measure(server, Exchanging(server, benchmark, body))

    return measured


@pytest.fixture(scope="session")
def on_stack(stack: Environment, request: pytest.FixtureRequest) -> Iterator[OnStack]:
    """The user's app on the stack, and which requests can be measured."""
    own = request.config.stash[USER_APP]
    assert own is not None
    with _in_a_line():
        found = OnStack.of(own, stack)
    with found.exits:
        yield found


@pytest.fixture
def measure_step(on_stack: OnStack, measure: Callable[..., None]) -> Callable[[Step], None]:
    """Measures a request to the user's app."""

    def measured(step: Step) -> None:
        benchmark = on_stack.benchmark(step)
        if isinstance(benchmark, str):
            pytest.skip(benchmark)
        with _in_a_line():
            server = on_stack.server(benchmark)
            measure(server, Exchanging(server, benchmark, None), benchmark.name)

    return measured


@pytest.fixture
def listens(serve: Serve, measure: Callable[..., None]) -> Callable[[], None]:
    """Measures an event of the stream, at a pace that keeps the server awake."""

    def measured() -> None:
        with _in_a_line():
            server = serve("sse", "--interval", str(INTERVAL))
            measure(server, Listening(server))

    return measured


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that did not measure what it should have does not pass."""
    faults = [] if session.config.option.collectonly else session.config.stash[RUN].faults()
    if faults and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None]:
    """After pytest-benchmark's tables, which end the run where something has regressed."""
    try:
        return (yield)
    finally:
        costs = config.stash[COSTS]
        if costs and not config.getoption("benchmark_quiet"):
            print_costs(costs, console())
        if not config.option.collectonly:
            for fault in config.stash[RUN].faults():
                terminalreporter.write_line(f"INCOMPLETE RUN {fault}", red=True, bold=True)
