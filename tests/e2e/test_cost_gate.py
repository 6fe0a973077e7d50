"""The gate as a user runs it, on stacks with a defect, and on machines that lack something."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from rich.progress import Progress

from starlette_conformance.__main__ import main
from starlette_conformance.cost import (
    callgrind,
    counts,
    figures,
    gate,
    gate_verdict,
    in_pairs,
    paired,
)
from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.callgrind import PATIENT
from starlette_conformance.cost.kept_counts import Counts
from starlette_conformance.cost.manifest import MANIFEST
from starlette_conformance.cost.measured_server import measured_server
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, Failure
from starlette_conformance.process import signals
from starlette_conformance.process.launch import Under, rests
from starlette_conformance.process.worker_threads import side_by_side
from starlette_conformance.stacks.patched_copies import Defect, copied, plant
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import of_interpreter, provision
from starlette_conformance.stacks.tempdirs import scratch
from studies.plants import PLANTS
from tests.e2e.test_session import interpreter

ROOT = Path(__file__).parent.parent.parent
HELLO = [MANIFEST["hello"]]


@pytest.fixture
def documented() -> Environment:
    return provision(catalogue().named("documented"))


@pytest.fixture
def valgrind() -> None:
    if not callgrind.found():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no valgrind on PATH")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("WARM_UP", 5), ("REQUESTS", 5), ("STREAMS", 2)):
        monkeypatch.setattr(counts, name, value)
    monkeypatch.setattr(paired, "BLOCKS", 4)


@pytest.fixture
def without_valgrind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.timeout(180)  # two starts under callgrind
@pytest.mark.usefixtures("valgrind")
def test_equal_packages_take_as_many_instructions_and_calls_wherever_they_lie(
    documented: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In folders of other names, one of them without bytecode."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    other = copied(documented.interpreter, tmp_path / "a folder whose name is quite a bit longer")
    for compiled in list((tmp_path).rglob("__pycache__")):
        shutil.rmtree(compiled)
    alike = [documented, of_interpreter(str(other))]
    one, two = (counts.count(each, HELLO)["hello"] for each in alike)
    assert one.bytes == two.bytes == 153.0
    found = gate_verdict.of_counts("hello", one, two, 0.005)
    assert (found.outcome, abs(found.change) < gate_verdict.FLOOR) == ("pass", True), (one, two)
    assert 100_000 < one.median < 5_000_000
    assert one.syscalls == two.syscalls
    assert one.syscalls["send"] == 2
    assert not list(tmp_path.rglob("__pycache__"))


def test_it_counts_whoever_the_user_and_the_host_are(
    documented: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Valgrind and vgdb name the files between them by the variables that each of them has."""
    for name in ("LOGNAME", "USER", "HOST", "HOSTNAME"):
        monkeypatch.setenv(name, "other")
    assert counts.count(documented, HELLO)["hello"].median > 100_000


def test_a_stack_has_the_same_variables_however_it_is_named(
    documented: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the caller of the harness has set is no cost of one of two stacks."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    found = []
    for each in (documented, of_interpreter(str(documented.interpreter))):
        server = measured_server("hello", each, Under(pinned=paired.PINNED))
        try:
            server.port()
            found.append(Path(f"/proc/{server.pid}/environ").read_text().split("\0"))
        finally:
            server.kill()
    assert found[0] == found[1]
    assert "PYTHONUNBUFFERED=1" not in found[0]


@pytest.mark.usefixtures("quick")
def test_a_server_that_dies_while_it_is_measured_is_named(
    tmp_path: Path, documented: Environment
) -> None:
    defect = """
import os
import starlette.responses as r
made = []
def render(self, content):
    made.append(content)
    if len(made) > 300: print("no more", flush=True), os._exit(9)
    return content.encode()
r.PlainTextResponse.render = render
"""
    path = interpreter(tmp_path, str(documented.interpreter), sitecustomize=defect)
    with pytest.raises(
        CannotTell, match=r"^hello on .* went away in mid-run .*it last said: no more"
    ):
        paired.run(documented, of_interpreter(path), HELLO, tmp_path, [0])


def test_a_stack_that_fails_its_specs_has_no_cost(
    tmp_path: Path, documented: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    defect = "import starlette.responses as r; r.PlainTextResponse.media_type = 'text/csv'"
    path = interpreter(tmp_path, str(documented.interpreter), sitecustomize=defect)
    figures = tmp_path / "figures.json"
    assert main(["gate", path, path, "--benchmark", "hello", "--json", str(figures)]) == 3
    output = capsys.readouterr().err
    assert output.startswith(f"cannot tell: hello on {path} does not pass its specs")
    found = json.loads(figures.read_text("utf-8"))
    assert (found["verdict"], "findings" in found) == ("inconclusive", False)


@pytest.mark.usefixtures("without_valgrind", "quick")
def test_without_valgrind_cpu_time_decides_and_says_what_it_resolves(
    tmp_path: Path,
    documented: Environment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(gate, "check_specs", lambda *_: None)
    monkeypatch.setattr(in_pairs, "SOLE", 2)
    python, figures = str(documented.interpreter), tmp_path / "figures.json"
    code = main(["gate", python, python, "--benchmark", "hello", "--json", str(figures)])
    output = capsys.readouterr().out
    found = json.loads(figures.read_text())
    whats = [finding["what"] for finding in found["findings"]]
    assert "install Debian's package `valgrind`. Paired CPU time alone decides." in output
    assert "of CPU µs" in output
    assert whats == [
        *("bytes left", "CPU seconds"),
        *("descriptors left", "threads left", "tasks left", "blocks left"),
        *("waiting seconds", "start seconds", "latency seconds"),
    ]
    assert (code, found["exit_code"]) in {(0, 0), (3, 3)}  # as noisy as the machine is
    assert "verdict" in found


@pytest.mark.usefixtures("without_valgrind")
def test_without_valgrind_nothing_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CannotTell, match="no valgrind on PATH"):
        callgrind.under_callgrind(tmp_path, {})
    assert main(["costs", "--results", str(tmp_path / "costs.jsonl")]) == 3
    assert capsys.readouterr().err.startswith("cannot tell: no valgrind on PATH")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope", "nope"], "error: unknown stack 'nope'"),
        (["/bin/false", "latest"], "error: /bin/false does not run as a Python"),
        (["latest", "latest", "--budget", "0"], "error: --budget 0: a percentage above 0"),
        (["latest", "latest", "--budget", "nan"], "error: --budget nan: a percentage above 0"),
        (["latest", "latest", "--json", "/nowhere/f"], "error: /nowhere/f: there is no"),
    ],
)
def test_what_cannot_be_meant_ends_with_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gate", *arguments]) == 2
    assert capsys.readouterr().err.startswith(message)


def test_a_thread_that_ends_while_it_is_looked_at_says_nothing_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its file is open, and reading it is no longer possible."""
    read_text, looks = Path.read_text, iter(range(1_000_000))

    def ended_now_and_then(path: Path) -> str:
        if next(looks) % 2:
            raise ProcessLookupError
        return read_text(path)

    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            monkeypatch.setattr(Path, "iterdir", lambda folder: iter([folder / f"{busy.pid}"] * 2))
            monkeypatch.setattr(Path, "read_text", ended_now_and_then)
            assert not rests(busy.pid, 0.2)
        finally:
            busy.kill()


def test_a_server_that_never_rests_is_told() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            assert not rests(busy.pid, 0.5)
        finally:
            busy.kill()
    assert rests(busy.pid, 0.5)


def test_the_first_job_that_fails_ends_the_wait() -> None:
    def fails() -> int:
        raise Failure("this one")

    def slow() -> int:
        time.sleep(5)
        return 2

    assert side_by_side([lambda: 1, lambda: 2, lambda: 3], 2) == [1, 2, 3]
    with pytest.raises(Failure, match="this one"):
        side_by_side([fails, slow], 2)


@pytest.mark.parametrize(("takes", "left"), [(0.2, []), (5.0, ["half"])])
def test_jobs_may_tidy_up_for_a_second_where_a_signal_ends_the_wait(
    takes: float, left: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "kill_children", lambda: None)  # of other tests, some of them
    things, main_thread = [], threading.get_ident()

    def job() -> None:
        things.append("half")
        time.sleep(0.1)  # as the wait begins
        signal.pthread_kill(main_thread, signal.SIGTERM)
        time.sleep(takes)
        things.remove("half")

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), signals.interruptible():
        side_by_side([job], 1)
    assert things == left
    assert time.monotonic() - began < 4.0


def test_scratch_folders_do_not_stay() -> None:
    with scratch() as one, scratch() as other:
        assert one.is_dir()
        assert other.is_dir()
    assert not one.exists()
    assert not other.exists()


def test_a_patient_app_puts_long_waits_off(tmp_path: Path) -> None:
    """But not those of a user's app, which runs in its own folder."""
    app = tmp_path / "app.py"
    app.write_text("""
import asyncio, sys
async def main():
    done, late = await asyncio.wait(
        [asyncio.ensure_future(asyncio.sleep(s, s)) for s in (0.001, 0.06)], timeout=0.3)
    print(sorted(task.result() for task in done), len(late), sys.argv[1:], __name__)
asyncio.run(main())
""")
    command = [sys.executable, str(PATIENT), str(app), "--port", "0"]
    for folder, printed in ((ROOT, "[0.001] 1"), (tmp_path, "[0.001, 0.06] 0")):
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=20, check=True
        )
        assert done.stdout == f"{printed} ['--port', '0'] __main__\n"


def test_a_defect_that_cannot_be_planted_is_told(documented: Environment, tmp_path: Path) -> None:
    python = plant(documented.interpreter, tmp_path / "copy", PLANTS[0])
    assert of_interpreter(str(python)).packages == documented.packages
    gone = Defect("none", "hello", "starlette/routing.py", "not there", "")
    with pytest.raises(Failure, match="'not there' stands there 0 times"):
        plant(documented.interpreter, tmp_path / "other", gone)


def test_what_seems_a_little_worse_is_counted_in_other_layouts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, int, list[str]]] = []
    unlucky = {("new", 0): 1.006, ("new", 1): 1.001, ("new", 2): 0.998, ("new", 3): 1.002}

    def fake(
        stack: str, those: list[Benchmark], _: Callable[[], None], layout: int, *__: int
    ) -> Counts:
        asked.append((stack, layout, [each.name for each in those]))
        return Counts(
            {
                each.name: Count((5e5 * factor(stack, each.name, layout),) * 5, 100.0)
                for each in those
            }
        )

    def factor(stack: str, name: str, layout: int) -> float:
        worse = unlucky.get((stack, layout), 1.0)
        return {"hello": worse, "sse": 1.5 if stack == "new" else 1.0, "json_cors": 1.0}[name]

    monkeypatch.setattr(figures, "count", fake)
    stacks = cast("tuple[Environment, Environment]", ("old", "new"))
    those = [MANIFEST[name] for name in ("hello", "json_cors", "sse")]
    with Progress(disable=True) as progress:
        old, new = figures.counted_by_both(stacks, those, 0.005, 0, progress)
    every = [each.name for each in those]
    again = [(stack, n, ["hello"]) for n in (1, 2, 3) for stack in stacks]
    assert sorted(asked) == sorted([("old", 0, every), ("new", 0, every), *again])
    found = gate_verdict.of_counts("hello", old["hello"], new["hello"], 0.005)
    assert (found.outcome, old["hello"].layouts) == ("pass", 4)
    assert gate_verdict.of_counts("sse", old["sse"], new["sse"], 0.005).outcome == "regression"
