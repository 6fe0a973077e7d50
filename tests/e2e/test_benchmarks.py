"""`pytest benchmarks`: servers that are wrong in mid-run, and runs that did not measure all."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from benchmarks import measured
from benchmarks.kept_alive_request import Exchanging
from benchmarks.manifest import Run, across, manifest
from benchmarks.measured import Measured
from benchmarks.next_event import INTERVAL, SUBSCRIBERS, Listening
from benchmarks.server_clock import server_cpu_time, watching
from benchmarks.user_app import UserApp
from starlette_conformance.cost.manifest import MANIFEST
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.process.app_server import Server
from starlette_conformance.stacks.cache import cache_folder
from starlette_conformance.stacks.project import script
from starlette_conformance.stacks.provision import of_interpreter

ROOT = Path(__file__).parent.parent.parent
PLUGINS = [f"-pno:{name}" for name in ("cacheprovider", "anyio", "hypothesispytest")]
PYTEST = [sys.executable, "-m", "pytest", str(ROOT / "benchmarks"), "-q", *PLUGINS]
QUICK = ["--benchmark-max-time=0.02", "--benchmark-min-rounds=2"]
SECONDS = 60.0


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The program that stands for an interpreter with an app of its own."""
    path = tmp_path / "python"
    source = ROOT.joinpath("tests", "miniatures", "measured_app.py").read_text("utf-8")
    path.write_text(f"#!{sys.executable}\n{source}", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


Serve = Callable[[str], Server]


@pytest.fixture
def serve(python: Path) -> Iterator[Serve]:
    started = []

    def server(defect: str) -> Server:
        plant(python, defect)
        started.append(Server(script("hello"), of_interpreter(str(python)), python.parent))
        return started[-1]

    yield server
    for each in started:
        each.kill()


def exchanging(server: Server) -> Measured:
    return Exchanging(server, MANIFEST["hello"], b"Hello Starlette !!!")


@pytest.mark.parametrize("begin", [exchanging, Listening])
def test_what_is_as_expected_is_counted(serve: Serve, begin: Callable[[Server], Measured]) -> None:
    with closing(begin(serve(""))) as call:
        for _ in range(100):
            call()
        assert call.calls == 100
        assert call.wall is None or call.wall > 0


@pytest.mark.parametrize(
    ("begin", "defect", "message"),
    [
        (exchanging, "wrong", "body b'Hallo Starlette !!!' instead of b'Hello Starlette !!!'"),
        (exchanging, "closes", "the server went away in mid-run (it closed the connection)"),
        (exchanging, "changes", "Hello Starlette !!?', which is another response than before"),
        (exchanging, "adds", "Hello Starlette !!!\\n', which is another response than before"),
        (
            exchanging,
            "dies",
            "the server went away in mid-run (it closed the connection); it last said: ",
        ),
        (exchanging, "stalls", "not whole within 0.5 s"),
        (Listening, "dies", "the stream ended with nothing; its process has ended; its last line"),
        (Listening, "stalls", "no event, not within 0.5 s"),
        (Listening, "ends", "before event 50 the stream ended with b'0"),
        (Listening, "loses", "in the place of event 50 came b'data: 51'"),
        (Listening, "repeats", "in the place of event 50 came b'data: 49'"),
    ],
)
def test_what_is_wrong_is_told(
    serve: Serve,
    begin: Callable[[Server], Measured],
    defect: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measured, "SECONDS", 0.5)
    with pytest.raises(CannotTell, match=r"hello on .*python \(") as caught:
        repeat(begin(serve(defect)))
    assert message in str(caught.value)


def repeat(call: Measured) -> None:
    with closing(call):
        for _ in range(1000):
            call()


def test_events_that_waited_for_their_reader_are_not_counted(serve: Serve) -> None:
    server = serve("")
    with closing(Listening(server)) as call, watching(server, call):
        for _ in range(3):
            server_cpu_time()
            for _ in range(SUBSCRIBERS):
                call()
            time.sleep(0.2)
        assert call.calls == 3 * SUBSCRIBERS
        server_cpu_time()
        began = time.perf_counter()
        for _ in range(10 * SUBSCRIBERS):
            call()
        assert time.perf_counter() - began > 5 * INTERVAL


def test_the_clock_stands_still_while_the_server_is_idle(serve: Serve) -> None:
    server = serve("")
    with closing(exchanging(server)) as call, watching(server, call):
        call()
        times = [server_cpu_time() for _ in range(1000)]
        assert len(set(times)) == 1000
        for _ in range(100):
            call()
        used = server_cpu_time() - times[-1]
        assert used > 1e-4
        assert times[-1] - times[500] < used / 10


HERE = "benchmarks/test_requests.py::test_hello"
DROPPED = ("PYTHONDONTWRITEBYTECODE", "PYTEST_")
"""By pytest-xdist's variables pytest-benchmark measures nothing."""
STATS = dict.fromkeys(("min", "max", "mean", "median", "stddev", "iqr", "ops"), 1.0)


def saved(*fullnames: str) -> dict[str, dict[str, object]]:
    return {name: {"name": name, "fullname": name, "stats": STATS} for name in fullnames}


def plant(python: Path, defect: str) -> None:
    source = python.read_text("utf-8")
    python.write_text(source.replace('DEFECT = ""', f"DEFECT = {defect!r}"), "utf-8")


def benchmarks(folder: Path, *arguments: str) -> tuple[int, str]:
    variables = {k: v for k, v in os.environ.items() if not k.startswith(DROPPED)}
    done = subprocess.run(
        [*PYTEST, *QUICK, *arguments],
        cwd=folder,
        env=variables | {"PYTHONPYCACHEPREFIX": str(cache_folder() / "bytecode")},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_manifest_names_what_there_is(tmp_path: Path) -> None:
    code, output = benchmarks(tmp_path, "--stack", "documented", "--collect-only")
    assert code == 0
    assert sorted(re.findall(r"^(\S+::\w+)\[documented\]$", output, re.MULTILINE)) == manifest()


def test_each_request_of_a_file_to_ones_own_app_is_a_benchmark(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "miniatures" / "costly_app.py", tmp_path)
    tmp_path.joinpath("sent.http").write_text("GET /identified\n###\nGET /nowhere", "utf-8")
    words = ["--app", "costly_app:app", "--requests", "sent.http", "--stack", "documented"]
    code, output = benchmarks(tmp_path, *words)
    assert code == 0, output
    assert "test_request[documented-GET /identified (sent.http:1)]" in output
    assert "1 passed, 1 skipped" in output
    assert "GET /nowhere (sent.http:3): status 404" in output


def test_an_app_without_requests_is_not_measured() -> None:
    config = SimpleNamespace(getoption={"--app": "a:b", "--requests": ""}.__getitem__)
    with pytest.raises(UsageError, match=r"^name the app by --app and a file by --requests"):
        UserApp.of(cast("pytest.Config", config))


def test_a_stack_is_compared_with_another_one(tmp_path: Path) -> None:
    """The names are stable, and all that users of pytest-benchmark ask for is there."""
    files = ["--benchmark-json=found.json", "--benchmark-histogram=drawn", "-k", "hello or right"]
    code, output = benchmarks(tmp_path, "--stack", "documented", "--benchmark-save=old", *files)
    assert code == 0, output
    saved = json.loads((tmp_path / "found.json").read_text("utf-8"))["benchmarks"]
    assert {each["group"] for each in saved} == {"documented"}
    assert {each["options"]["timer"] for each in saved} == {"server_cpu_time"}
    assert all(each["extra_info"]["server_cpu"] > 0 for each in saved)
    assert (tmp_path / "drawn-documented.svg").exists()
    comparing = ["--stack", "documented-h11", "--benchmark-compare", "-k", "hello or right"]
    code, output = benchmarks(tmp_path, *comparing, "--benchmark-compare-fail=mean:9999%")
    assert code == 0, output
    for name in ("test_hello[documented] (0001_old)", "test_hello[documented-h11] (NOW)"):
        assert name in output


def test_a_comparison_is_of_what_was_chosen_and_fails_where_that_is_gone(
    tmp_path: Path, python: Path
) -> None:
    """Chosen by -k; what the file has, and nobody deselected, was renamed or deleted."""
    file = {"machine_info": {}, "benchmarks": list(saved(f"{HERE}[new]", f"{HERE}x[new]").values())}
    path = tmp_path / ".benchmarks" / "machine" / "0001_old.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(file), "utf-8")
    arguments = ["--python", str(python), "-k", "hello", "--benchmark-compare=machine/0001"]
    code, output = benchmarks(tmp_path, *arguments)
    assert code == 1, output
    assert "Benchmark machine_info is different" in output
    assert re.findall("INCOMPLETE RUN (.+)", output) == [
        f"{HERE}x[{python}] was not measured, and 0001_old.json has it"
    ]


def test_a_benchmark_of_the_manifest_that_is_gone_was_not_measured() -> None:
    there = [f"{name}[a]" for name in manifest()]
    run = Run(["a"], compares=True, compared={"1.json": saved(there[0])}, measured={there[0]})
    run.deselected = set(there[2:])
    assert run.faults() == [f"{there[1]} was not measured, and manifest.txt has it"]
    run.deselected = set(there[1:])
    run.compared = {"1.json": saved(*there)}
    assert run.faults() == []


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--benchmark-disable"], 1, "INCOMPLETE RUN no benchmark was measured"),
        (["--benchmark-skip"], 1, "INCOMPLETE RUN no benchmark was measured"),
        (["--stack", "nope"], 4, "ERROR: unknown stack 'nope'"),
    ],
)
def test_a_run_that_says_nothing_fails(
    tmp_path: Path, python: Path, arguments: list[str], status: int, message: str
) -> None:
    code, output = benchmarks(tmp_path, "--python", str(python), "-k", "hello", *arguments)
    assert (code, message in output) == (status, True), output


@pytest.mark.parametrize(
    ("defect", "message"),
    [
        ("dies", "cannot tell: hello on {python} ("),
        ("does not start", "did not start: hello on {python} ("),
    ],
)
def test_a_server_that_fails_is_named_and_gives_no_figure(
    tmp_path: Path, python: Path, defect: str, message: str
) -> None:
    arguments = ["--python", str(python), "-k", "hello", "--benchmark-json=found.json", "-rN"]
    plant(python, defect)
    code, output = benchmarks(tmp_path, *arguments)
    assert code == 1
    assert output.count(message.format(python=python)) == 1
    assert "another exception" not in output
    assert "Traceback" not in output
    found = tmp_path / "found.json"
    assert not found.exists() or json.loads(found.read_text("utf-8"))["benchmarks"] == []


def test_a_benchmark_that_the_file_lacks_was_compared_with_nothing() -> None:
    measured = {f"{name}[a]" for name in manifest()}
    lacking = saved(*(measured - {f"{HERE}[a]"}))
    run = Run(["a"], compares=True, fails=True, compared={"x/1.json": lacking}, measured=measured)
    assert run.faults() == [f"{HERE}[a] was compared with nothing: 1.json does not have it"]
    run.fails = False
    assert run.faults() == []


def test_a_run_that_compares_with_nothing_is_told() -> None:
    run = Run(["a"], fails=True, measured={f"{HERE}[a]"})
    assert run.faults()[0].startswith("nothing was compared")
    run.compared = {"x/1.json": {}}
    assert run.faults()[0].startswith("nothing was compared")
    run.fails = False
    assert run.faults() == []


def test_only_one_stack_is_compared_with_another() -> None:
    one, two = saved("t::x[old]"), saved("t::x[old]", "t::x[new]")
    assert across({"f": one}, ["new"])["f"].keys() == {"t::x[new]"}
    assert across({"f": one}, ["new", "old"])["f"] == one
    assert across({"f": two}, ["new"])["f"] == two
    assert across({"f": saved("t::x")}, ["new"])["f"] == saved("t::x")
