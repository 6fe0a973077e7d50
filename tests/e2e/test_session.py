"""Sessions of pytest on the specs: how they end where a stack fails, or something beside it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.pytest_plugin.judging import NOTHING_JUDGED
from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.stacks.project import ROOT, catalogue
from starlette_conformance.stacks.provision import provision
from tests.e2e.test_cli import no_network
from tests.miniatures import quick_pytest

Records = list[dict[str, Any]]

BREAKS = """
from starlette_conformance.stacks import provision as provisioning

def provision(stack):
    raise OSError("no such luck")

provisioning.provision = provision
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


def session(
    folder: Path, *options: str, plugin: str = "", variables: Mapping[str, str] | None = None
) -> tuple[int, str, Records]:
    """The status of `pytest specs/hello/test_hello.py`, what it printed, and its run file."""
    (folder / "planted.py").write_text(plugin)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "specs/hello/test_hello.py",
        "-pplanted",
        "-q",
        "-rN",
    ]
    done = subprocess.run(
        [*command, "-pno:cacheprovider", "--runs", str(folder / "runs"), *options],
        cwd=ROOT,
        env=os.environ
        | {"PYTHONPATH": str(folder)}
        | quick_pytest.VARIABLES
        | dict(variables or {}),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    text = "".join(path.read_text("utf-8") for path in folder.glob("runs/*.jsonl"))
    output = done.stdout + done.stderr
    assert "Traceback" not in output
    records = [json.loads(line) for line in text.splitlines()]
    assert not records or records[-1]["kind"] == "end"
    return done.returncode, output, records


def judged(
    folder: Path, *options: str, variables: Mapping[str, str] | None = None
) -> tuple[int, str, list[str]]:
    """The status of such a session, what it printed, and the verdicts recorded."""
    status, output, records = session(folder, *options, variables=variables)
    return status, output, [verdict for verdict, _ in verdicts(records)]


def verdicts(records: Records) -> list[tuple[str, str]]:
    return [(r["verdict"], r["reason"]) for r in records if r["kind"] == "verdict"]


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
    assert status == NOTHING_JUDGED
    ((verdict, reason),) = set(verdicts(records))
    assert verdict == "not installable"
    assert "its packages cannot be fetched (no network?)" in reason


def test_what_breaks_before_a_stack_is_there_leaves_a_run_file(tmp_path: Path) -> None:
    status, _, records = session(tmp_path, "--stack", "documented", plugin=BREAKS)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert records[0]["kind"] == "run"
    assert set(verdicts(records)) == {("harness error", "no such luck")}
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
    assert "ERROR: specs/hello/test_hello.py judges none of these stacks\n" in output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--stack", "nope"], "ERROR: unknown stack 'nope': `starlette-conformance stacks` lists"),
        (["--python", "/bin/false"], "ERROR: /bin/false does not run as a Python: "),
        (["--runs", "/dev/null"], "ERROR: --runs /dev/null: is not a folder"),
        (["--hash-seed", "-1"], "argument --hash-seed: '-1' is not a hash seed, 0 to 4294967295"),
        (["--hash-seed", str(2**32)], "argument --hash-seed: '4294967296' is not a hash seed, "),
    ],
)
def test_specs_of_what_cannot_be_meant_end_with_4(
    tmp_path: Path, options: list[str], message: str
) -> None:
    status, output, found = judged(tmp_path, *options)
    assert (status, found) == (pytest.ExitCode.USAGE_ERROR, [])
    assert message in output


def interpreter(folder: Path, python: str, **files: str) -> str:
    """A program that runs a Python with some modules put before its own."""
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content)
    path = folder / "python"
    path.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {python} "$@"\n')
    path.chmod(0o755)
    return str(path)


def test_specs_of_an_app_that_dies_at_start_give_no_verdict(tmp_path: Path) -> None:
    for name in ("starlette", "sse_starlette", "uvicorn"):
        installed = tmp_path / f"{name}-9.0.dist-info"
        installed.mkdir()
        (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9.0\n")
    path = interpreter(tmp_path, sys.executable, starlette="raise ImportError('needs more')")
    status, output, found = judged(tmp_path, "--python", path)
    assert status == NOTHING_JUDGED
    assert set(found) == {"did not start"}
    assert f"{len(found)} did not start" in output
    assert output.count("ended with status 1: ImportError: needs more") == 1


def test_specs_of_a_stack_that_cannot_be_installed_give_no_verdict(tmp_path: Path) -> None:
    stack = "--stack", "starlette==0.46.1,uvicorn==0.34.0"
    status, output, found = judged(tmp_path, *stack, variables=no_network(tmp_path))
    assert status == NOTHING_JUDGED
    assert set(found) == {"not installable"}
    assert f"{len(found)} not installable" in output
    assert output.count("its packages cannot be fetched (no network?)") == 1
    assert f"1 error, {len(found) - 1} not judged in " in output
    assert len(output.splitlines()) < 50


def test_specs_of_an_app_with_a_defect_end_with_1_and_name_it(tmp_path: Path) -> None:
    documented = catalogue().named("documented")
    defect = "import starlette.responses as r; r.PlainTextResponse.media_type = 'text/csv'"
    python = str(provision(documented).interpreter)
    path = interpreter(tmp_path, python, sitecustomize=defect)
    status, output, found = judged(tmp_path, "--python", path)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "fail" in found
    assert set(found) <= {"pass", "fail"}
    lines = [line.removeprefix("E").strip() for line in output.splitlines()]
    named = lines.index("header content-type")
    assert lines[named + 1 : named + 3] == [
        "expected: 'text/plain; charset=utf-8'",
        "received: 'text/csv; charset=utf-8'",
    ]
    assert f"reproduce: starlette-conformance serve hello --stack {path} --port 8000" in lines
