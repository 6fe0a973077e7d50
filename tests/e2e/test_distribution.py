"""Stacks side by side by pytest-xdist: what comes out is what one process says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.pytest_plugin.distribution import stack_in
from starlette_conformance.stacks.project import ROOT
from tests.miniatures import quick_pytest

SPECS = ("specs/hello/test_hello.py", "-k", "logs or greets or transcript")
STACKS = ("--stack", "documented", "--stack", "latest")
SECONDS = 150
"""Three processes import the specs, on whatever else the cores have to do."""

pytestmark = pytest.mark.timeout(2.2 * SECONDS)

BREAKS = """
def pytest_collection_modifyitems(items):
    for item in items:
        if item.name.startswith("test_logs_its_start[documented"):
            def fails(**_):
                raise AssertionError("planted")
            item.obj = fails
"""
LOSES = """
import pytest
from starlette_conformance.pytest_plugin.session import JUDGING

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item):
    if item.name.startswith("test_logs_its_start[documented"):
        run = item.config.stash[JUDGING].run("documented")
        run._file = open("/dev/full", "wb", buffering=0)
"""
CRASHES = """
import os

def pytest_runtest_setup(item):
    if item.name.startswith("test_logs_its_start[documented"):
        os._exit(9)
"""


def run(folder: Path, *options: str, plugin: str = "") -> tuple[int, str]:
    """The status of a session, and what it printed."""
    folder.mkdir()
    (folder / "planted.py").write_text(plugin)
    command = [sys.executable, "-m", "pytest", *SPECS, *STACKS, "-q", "-rN", "-pplanted"]
    done = subprocess.run(
        [*command, "-pno:cacheprovider", "--runs", str(folder / "runs"), *options],
        cwd=ROOT,
        env=os.environ | quick_pytest.VARIABLES | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def timeless(record: dict[str, Any]) -> dict[str, Any]:
    """A record without what goes with a port, a process or a moment."""
    kept = dict(record)
    for name in ("started", "finished", "seconds", "port", "sent", "received"):
        kept.pop(name, None)
    for side in {"sent", "received"} & record.keys():
        sent = record[side]  # a text in the record of a replay
        data = sent if isinstance(sent, str) else "".join(part for _, part in sent)
        kept[side] = re.sub(r"127.0.0.1:\d+|(?i:date): .*? GMT|_\w+_", "", data)
    return kept


def runs(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The records of each run file, by the name of its stack."""
    return {
        path.name.partition("-")[2]: [
            timeless(json.loads(line)) for line in path.read_text("utf-8").splitlines()
        ]
        for path in (folder / "runs").glob("*.jsonl")
    }


def test_verdicts_and_run_files_are_those_of_one_process(tmp_path: Path) -> None:
    alone = run(tmp_path / "0", "-n", "0", plugin=BREAKS)
    both = run(tmp_path / "2", "-n", "2", plugin=BREAKS)
    assert alone[0] == both[0] == pytest.ExitCode.TESTS_FAILED
    assert runs(tmp_path / "2") == runs(tmp_path / "0")
    assert set(runs(tmp_path / "2")) == {"documented.jsonl", "latest.jsonl"}
    for _, output in (alone, both):
        assert output.count("\nverdicts") == 1
        assert output.count(" 1 fail") == 1
    rows = [
        [line.rpartition("│")[0].rpartition("│")[0] for line in output.splitlines()]
        for _, output in (alone, both)
    ]
    assert [row for row in rows[0] if row] == [row for row in rows[1] if row]


def test_a_run_that_cannot_be_written_ends_the_session(tmp_path: Path) -> None:
    status, output = run(tmp_path / "2", "-n", "2", plugin=LOSES)
    assert status == pytest.ExitCode.INTERNAL_ERROR
    assert "-documented.jsonl: cannot be written: " in output


def test_a_worker_that_crashes_is_a_failure_and_its_run_has_no_end(tmp_path: Path) -> None:
    status, output = run(tmp_path / "2", "-n", "2", "--max-worker-restart", "0", plugin=CRASHES)
    assert status != pytest.ExitCode.OK
    assert "crashed while running 'specs/hello/test_hello.py::test_logs_its_start" in output
    assert runs(tmp_path / "2")["documented.jsonl"][-1]["kind"] != "end"


def test_every_stack_on_each_worker_is_refused(tmp_path: Path) -> None:
    status, output = run(tmp_path / "2", "-n", "2", "--dist", "each")
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: --dist each would run every stack on each worker; leave it out" in output


@pytest.mark.parametrize(
    ("case", "stack"),
    [
        ("[latest]", "latest"),
        ("[latest-h11-x]", "latest-h11"),
        ("[latest-x-latest-h11]", "latest"),
        ("[latests-x]", ""),
        ("[../\\xe4-x]", "../ä"),
        ("", ""),
    ],
)
def test_the_stack_of_a_case_is_read_from_its_name(case: str, stack: str) -> None:
    assert stack_in(f"specs/test_x.py::test_y{case}", ["latest", "latest-h11", "../ä"]) == stack
