"""Sessions of pytest on the specs, where something goes wrong beside them."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.cache import VARIABLE
from harness.project import ROOT

Records = list[dict[str, Any]]

BREAKS = """
from harness import environments

def provision(stack):
    raise OSError("no such luck")

environments.provision = provision
"""
LOSES = """
import pytest, shutil

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    shutil.rmtree(session.config.getoption("--runs"))
"""
DESELECTS = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config, items):
    yield
    config.hook.pytest_deselected(items=items[1:])
    del items[1:]
"""
DISTRIBUTES = """
def pytest_addoption(parser):
    parser.addoption("--dist", default="load")
"""


def session(
    folder: Path, *options: str, plugin: str = "", variables: Mapping[str, str] | None = None
) -> tuple[int, str, Records]:
    """The status of `pytest specs/test_hello.py`, what it printed, and its run file."""
    (folder / "planted.py").write_text(plugin)
    command = [sys.executable, "-m", "pytest", "specs/test_hello.py", "-pplanted", "-q", "-rN"]
    done = subprocess.run(
        [*command, "-pno:cacheprovider", "--runs", str(folder / "runs"), *options],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(folder), "PYTEST_ADDOPTS": ""} | dict(variables or {}),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    text = "".join(path.read_text("utf-8") for path in folder.glob("runs/*.jsonl"))
    output = done.stdout + done.stderr
    assert "Traceback" not in output
    return done.returncode, output, [json.loads(line) for line in text.splitlines()]


def verdicts(records: Records) -> set[tuple[str, str]]:
    return {(r["verdict"], r["reason"]) for r in records if r["kind"] == "verdict"}


def test_packages_may_take_longer_than_a_spec(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        variables = {
            "UV_DEFAULT_INDEX": f"http://127.0.0.1:{silent.getsockname()[1]}/simple",
            "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
            "UV_HTTP_TIMEOUT": "3",
            "UV_HTTP_RETRIES": "0",
            VARIABLE: str(tmp_path / "cache"),
        }
        options = ["--stack", "starlette==0.46.1", "--timeout", "1"]
        status, _, records = session(tmp_path, *options, variables=variables)
    assert status == pytest.ExitCode.TESTS_FAILED
    ((verdict, reason),) = verdicts(records)
    assert verdict == "not installable"
    assert "its packages cannot be fetched (no network?)" in reason


def test_what_breaks_before_a_stack_is_there_leaves_a_run_file(tmp_path: Path) -> None:
    status, _, records = session(tmp_path, "--stack", "documented", plugin=BREAKS)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert records[0]["kind"] == "run"
    assert verdicts(records) == {("harness error", "no such luck")}
    assert records[-1]["kind"] == "end"


def test_a_run_file_that_is_lost_is_told(tmp_path: Path) -> None:
    status, output, _ = session(tmp_path, "--stack", "documented", plugin=LOSES)
    assert status == pytest.ExitCode.INTERNAL_ERROR
    assert "-documented.jsonl: No such file or directory" in output


def test_a_run_of_what_another_plugin_left_ends(tmp_path: Path) -> None:
    status, _, records = session(tmp_path, "--stack", "documented", plugin=DESELECTS)
    assert status == pytest.ExitCode.OK
    assert (records[0]["complete"], records[-1]["kind"]) == (False, "end")


def test_specs_that_judge_none_of_the_stacks_are_told(tmp_path: Path) -> None:
    status, output, records = session(tmp_path, "--stack", "uvicorn-0.34.0-h11")
    assert (status, records) == (pytest.ExitCode.USAGE_ERROR, [])
    assert "ERROR: specs/test_hello.py judges none of these stacks\n" in output


def test_a_session_is_not_torn_apart(tmp_path: Path) -> None:
    status, output, records = session(tmp_path, "--stack", "documented", plugin=DISTRIBUTES)
    assert (status, records) == (pytest.ExitCode.USAGE_ERROR, [])
    assert "ERROR: pytest-xdist would tear the run of a stack apart; " in output
