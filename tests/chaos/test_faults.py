"""Faults of our own: the command sees what is left behind; what it found is mended."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from starlette_conformance.runs.run_file import NotWritten, Run
from starlette_conformance.runs.run_reader import load
from starlette_conformance.stacks.cache import BYTECODE, cache_folder
from starlette_conformance.stacks.project import ROOT
from tests.chaos.axis import told_wrong
from tests.chaos.breakage import FEW_BYTES
from tests.chaos.killing import Killed, Place, kill
from tests.chaos.kills import Case, Outcome, after, read
from tests.miniatures.raw_server import ENVIRONMENT
from tests.unit.test_runs import EXCHANGE, SPEC

SECONDS = 50.0
LITTERS = """
import os, signal, socket, subprocess, sys, tempfile, time
folder = tempfile.mkdtemp()
listener = socket.create_server(("127.0.0.1", 0))
listener.set_inheritable(True)
command = [sys.executable, "-c", "import time; time.sleep(60)"]
subprocess.Popen(command, close_fds=False, start_new_session=True)
print("ready", flush=True)
time.sleep(60)
"""
"""A run that leaves a process, a port and a folder."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "place", tmp_path / "cache")


def test_what_a_killed_run_leaves_is_seen(place: Place) -> None:
    found = kill(["-c", LITTERS], place, 1.0, [signal.SIGTERM])
    assert found.status == -signal.SIGTERM
    assert len(found.processes) == 1
    assert found.processes[0].endswith("time.sleep(60)")
    assert found.ports == 1
    (folder,) = found.leftovers
    assert Path(folder).parent == place.temporary


def test_what_was_left_makes_a_kill_a_wrong_one(place: Place) -> None:
    begun(place.runs).end(complete=False)
    killed = Killed(1.0, 0, "", 2.0, ("sleep 60",), 1, ("tmp/x",))
    total = Outcome()
    wrong = after("it", Case(("RUNS",), 1), place, killed, (signal.SIGTERM,), total)
    assert (total.kills, total.processes, total.ports, total.folders) == (1, 1, 1, 1)
    assert [each.removeprefix("it, SIGTERM at 1.00 s: ") for each in wrong] == [
        "left: sleep 60",
        "1 ports are still listened on",
        "left: tmp/x",
        "it ended with 0, and a run is cut off",
    ]


def begun(folder: Path, stack: str = "latest") -> Run:
    run = Run(folder, stack)
    run.begin(ENVIRONMENT)
    run.exchange(SPEC, EXCHANGE)
    run.exchange(SPEC, EXCHANGE)
    run.verdict(SPEC, "hello", "pass", "", {}, 0.1)
    return run


def test_a_lost_exchange_and_a_torn_line_are_seen(place: Place) -> None:
    run = begun(place.runs)
    run.end()
    good = read(place.runs)
    assert (good.exchanges, good.verdicts, good.torn, good.whole, good.wrong) == (2, 1, 0, True, ())
    text = run.path.read_text()
    run.path.write_text(text[:-5])
    torn = read(place.runs)
    assert (torn.torn, torn.whole, torn.wrong) == (1, False, ())
    head, _, *rest = text.splitlines(keepends=True)
    run.path.write_text("".join([head, *rest]))
    missing, refused = read(place.runs).wrong
    assert missing == f"{run.path.name}: exchanges are missing"
    assert "field id: expected 1, got 2, so exchanges are missing" in refused


def test_a_stack_that_was_lost_must_be_named(place: Place) -> None:
    for stack in ("one", "two"):
        begun(place.runs, stack).end()
    begun(place.runs, "three").end(complete=False)
    asked = ["one", "two", "three", "four"]
    place.output.write_text("NOT JUDGED four: see pytest.log\nCUT OFF three: not all\n")
    assert told_wrong(asked, place, 1) == []
    assert told_wrong(asked, place, 0) == ["2 stacks were not judged to their end: exit code 0"]
    place.output.write_text("NOT JUDGED four: see pytest.log\n")
    assert told_wrong(asked, place, 1) == ["three was not judged to its end, and is not named"]
    place.output.write_text("")
    assert told_wrong(asked[:2], place, 1) == ["all was judged: exit code 1"]


def limited(
    size: int, *words: str, variables: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """A module whose files may have so many bytes."""
    return subprocess.run(
        [sys.executable, "-B", "-c", FEW_BYTES, str(size), *words],
        cwd=ROOT,
        env=os.environ | dict(variables or {}),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


FULL = """
import sys
from collections import Counter
from pathlib import Path
from starlette_conformance.runs.run_file import NotWritten, Run
from tests.chaos.test_faults import begun
import resource
run = begun(Path(sys.argv[1]))
room = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (run.path.stat().st_size + 9, room[1]))
try:
    run.verdict("spec", "hello", "pass", "", {}, 0.1)
except NotWritten as failure:
    print(failure)
resource.setrlimit(resource.RLIMIT_FSIZE, room)
run.end()
"""


def test_a_run_that_lost_a_line_does_not_say_that_it_ended(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    (path,) = tmp_path.glob("*.jsonl")
    assert done.stdout == f"{path}: cannot be written: File too large; make room there\n"
    run = load(path)
    assert run
    assert (len(run.verdicts) > 0, run.end) == (True, None)
    assert not read(tmp_path).whole


def test_a_folder_of_runs_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(NotWritten, match=r"latest\.jsonl: cannot be written: "):
        Run(tmp_path / "runs", "latest")


@pytest.fixture
def own_bytecode(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a cache with all that the usual one has, and bytecode of its own.

    What is cut off there is read by nobody else.
    """
    cache = tmp_path_factory.mktemp("cache")
    for path in cache_folder().iterdir():
        if path.name != BYTECODE:
            (cache / path.name).symlink_to(path)
    return {"STARLETTE_CONFORMANCE_CACHE": str(cache)}


def test_judging_ends_where_its_runs_cannot_be_written(
    tmp_path: Path, own_bytecode: dict[str, str]
) -> None:
    words = ("--stack", "documented", "--runs", str(tmp_path), "--", "-k", "test_hello.py")
    done = limited(4000, "starlette_conformance", "judge", *words, variables=own_bytecode)
    assert done.returncode == 4, done.stdout
    said = r"error: \S+-documented.jsonl: cannot be written: File too large; make room there\n"
    assert re.fullmatch(said, done.stderr)
    found = read(tmp_path)
    assert (found.whole, found.wrong) == (False, ())
    command = [sys.executable, "-m", "starlette_conformance", "judge", *words]
    again = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | own_bytecode,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert again.returncode == 0, "bytecode that was cut off is read"


def test_a_full_standard_output_is_told() -> None:
    command = '"$0" -m starlette_conformance changes >/dev/full'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert done.stderr == (
        "error: standard output, or another file: cannot be written: No space left on device; "
        "make room there\n"
    )


ENDS_A_SERVER = """
import os, signal
from starlette_conformance.process import app_server

app_server.STOP_SECONDS = 0.3

def pytest_collection_modifyitems(items):
    del items[4:]
    spec = items[3].obj
    def ends(request, **given):
        os.kill(request.getfixturevalue("servers")["hello"].pid, signal.SIGNAL)
        WHEN
    items[3].obj = lambda **given: ends(items[3]._request, **given)
"""
"""A plugin that sends the server of `hello` a signal before its fourth and last spec."""


def judged_while(by: str, when: str, folder: Path) -> tuple[Counter[str], list[str], str]:
    """The verdicts of a session, the reasons of those that are no pass, and the output."""
    (folder / "ends.py").write_text(ENDS_A_SERVER.replace("SIGNAL", by).replace("WHEN", when))
    command = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", "-pends"]
    done = subprocess.run(
        [*command, "specs/hello/test_hello.py", "--stack", "documented", "--runs", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    (path,) = folder.glob("*.jsonl")
    run = load(path)
    assert run
    reasons = [record.reason for record in run.verdicts if record.verdict != "pass"]
    return Counter[str](record.verdict for record in run.verdicts), reasons, done.stdout


@pytest.mark.parametrize(("by", "verdict"), [("SIGKILL", "harness error"), ("SIGSEGV", "fail")])
def test_a_server_that_was_ended_from_outside_gives_no_verdict(
    tmp_path: Path, by: str, verdict: str
) -> None:
    found, reasons, said = judged_while(by, "spec(**given)", tmp_path)
    assert found.keys() - {"pass"} == {verdict}, said
    outside = "hello on documented was ended by SIGKILL, from outside: "
    assert reasons[0].startswith(outside) == (by == "SIGKILL")


def test_a_server_that_does_not_stop_is_a_verdict(tmp_path: Path) -> None:
    found, (reason,), said = judged_while("SIGSTOP", "pass", tmp_path)
    assert found == {"pass": 4, "fail": 1}
    assert re.fullmatch(
        r"hello on documented \(.*\) did not end within 0\.3 s of SIGTERM, so it was killed: .*",
        reason,
    )
    assert f"DID NOT STOP documented: {reason}\n" in said
