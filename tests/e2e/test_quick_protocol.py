"""Sessions without reports of what passes: the run files are those of an ordinary session."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.pytest_plugin.quick_protocol import keep_lines
from starlette_conformance.runs.run_reader import load
from starlette_conformance.runs.sessions import PYTEST
from starlette_conformance.stacks.project import ROOT
from tests.miniatures import quick_pytest

PLANTED = """
def pytest_collection_modifyitems(items):
    for item in items:
        if item.name.startswith("test_challenges_another_scheme"):
            def fails(**_):
                raise AssertionError("planted")
            item.obj = fails
"""


def judged(folder: Path, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """The status of a session on one app, and what each spec came to."""
    (folder / "planted.py").write_text(PLANTED)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "specs/basic_auth/test_basic_auth.py",
        "specs/every_app/test_chance.py",
    ]
    given = ["-q", "-pplanted", "--stack", "documented", "--runs", str(folder), *options]
    status = subprocess.run(
        [*command, *given],
        cwd=ROOT,
        env=os.environ | quick_pytest.VARIABLES | {"PYTHONPATH": str(folder)},
        stdout=subprocess.DEVNULL,
        timeout=50,
        check=False,
    ).returncode
    [path] = folder.glob("*.jsonl")
    kept = ("spec", "app", "verdict", "reason", "exchanges", "changes", "browser")
    run = load(path)
    assert run
    return status, [{name: getattr(record, name) for name in kept} for record in run.verdicts]


def test_says_of_each_spec_what_an_ordinary_session_says(tmp_path: Path) -> None:
    for name in ("ordinary", "quiet"):
        (tmp_path / name).mkdir()
    ordinary = judged(tmp_path / "ordinary")
    quiet = judged(tmp_path / "quiet", *PYTEST)
    assert quiet[0] == ordinary[0]
    for ours, theirs in zip(quiet[1], ordinary[1], strict=True):
        assert ours == theirs
    status, verdicts = ordinary
    assert status == pytest.ExitCode.TESTS_FAILED
    failed = {record["reason"] for record in verdicts if record["verdict"] != "pass"}
    assert failed == {"planted"}
    assert len(verdicts) > 60


def test_a_failure_where_no_line_is_known_is_shown() -> None:
    def fails() -> None:
        raise AssertionError("planted")

    fails.__code__ = fails.__code__.replace(co_linetable=b"")
    with pytest.raises(AssertionError) as failure:
        fails()
    with pytest.raises(TypeError):
        failure.getrepr()
    keep_lines(failure)
    assert "planted" in str(failure.getrepr())
