"""A folder of specs of the user's own, on an app of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.pytest_plugin.judging import NOTHING_JUDGED
from starlette_conformance.stacks.project import ROOT
from tests.miniatures import quick_pytest

EXAMPLE = ROOT / "examples" / "own_specs"
STACKS = ("--stack", "0.46.1", "--stack", "1.10.0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "specs", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "specs"


def run(folder: Path, *options: str) -> tuple[int, str]:
    """The status of pytest in a folder, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", "-pno:benchmark", *options],
        cwd=folder,
        env=os.environ
        | quick_pytest.VARIABLES
        | {"TMPDIR": str(folder.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def records(runs: Path) -> list[dict[str, Any]]:
    files = sorted(runs.glob("*.jsonl"), key=lambda path: path.name.partition("-")[2])
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_own_specs_run_on_two_releases_between_which_a_response_changes(folder: Path) -> None:
    before = sorted(folder.iterdir())
    runs = folder.parent / "runs"
    status, output = run(folder, "--app", "notes:app", *STACKS, "--runs", str(runs))
    assert status == pytest.ExitCode.OK, output
    assert "notes:app" in output
    assert output.count("4 pass") == 2
    assert sorted(folder.iterdir()) == before
    verdicts = [record for record in records(runs) if record["kind"] == "verdict"]
    assert {record["app"] for record in verdicts} == {"notes:app"}
    listing = [r["changes"] for r in verdicts if "test_lists_the_notes" in r["spec"]]
    assert listing == [{"CORS_VARIES_ALWAYS": False}, {"CORS_VARIES_ALWAYS": True}]
    (begin,) = [r for r in records(runs) if r["kind"] == "run" and "0.46.1" in r["stack"]]
    assert begin["rerun_options"][-4:] == ["--app", "notes:app", "--cwd", str(folder)]


def test_a_broken_expectation_fails_and_says_what_differs_and_how_to_repeat_it(
    folder: Path,
) -> None:
    spec = folder / "test_notes.py"
    spec.write_text(spec.read_text().replace("before=ABSENT", 'before="Cookie"'))
    options = "--app", "notes:app", "-k", "lists", *STACKS
    status, output = run(folder, *options)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "1 failed, 1 passed" in output
    lines = [line.removeprefix("E").strip() for line in output.splitlines()]
    at = lines.index("header vary")
    assert lines[at + 1 : at + 3] == ["expected: 'Cookie'", "received: nothing"]
    assert lines[at + 3].startswith("stack: starlette-0.46.1 (starlette 0.46.1, ")
    assert lines[at + 4].startswith(f"reproduce: cd {folder} && ")
    assert lines[at + 4].endswith("python -m uvicorn --port 8000 notes:app")
    assert lines[at + 5].endswith("http://127.0.0.1:8000/notes")
    (runs,) = folder.parent.glob("starlette-conformance-runs-*")
    assert f"run files: {runs}" in lines
    assert [r["verdict"] for r in records(runs) if r["kind"] == "verdict"] == ["fail", "pass"]


def test_a_session_that_ran_no_spec_leaves_no_folder_for_run_files(folder: Path) -> None:
    status, output = run(folder, "--app", "notes:app", "--stack", "1.10.0", "--collect-only")
    assert status == pytest.ExitCode.OK, output
    assert not list(folder.parent.glob("starlette-conformance-runs-*"))


def test_own_specs_run_side_by_side(folder: Path) -> None:
    status, output = run(folder, "--app", "notes:app", *STACKS, "-n", "2")
    assert status == pytest.ExitCode.OK, output
    assert output.count("4 pass") == 2
    (runs,) = folder.parent.glob("starlette-conformance-runs-*")
    assert {path.name.partition("-")[2] for path in runs.iterdir()} == {
        "starlette-0.46.1.jsonl",
        "starlette-1.10.0.jsonl",
    }


def test_a_change_of_the_users_own_is_recorded_by_its_name(folder: Path) -> None:
    spec = folder / "test_notes.py"
    text = spec.read_text().replace("Client,\n", "Change,\n    Client,\n")
    own = 'Change("starlette", "1.7.0", "fix", "Says Vary.", "https://example.org")'
    spec.write_text(
        text.replace(
            'VARY = since(change("CORS_VARIES_ALWAYS")', f"MINE = {own}\nVARY = since(MINE"
        )
    )
    status, output = run(folder, "--app", "notes:app", "-k", "lists", *STACKS)
    assert status == pytest.ExitCode.OK, output
    (runs,) = folder.parent.glob("starlette-conformance-runs-*")
    verdicts = [record for record in records(runs) if record["kind"] == "verdict"]
    assert [record["changes"] for record in verdicts] == [{"MINE": False}, {"MINE": True}]


def test_an_app_that_cannot_be_imported_did_not_start(folder: Path) -> None:
    status, output = run(folder, "--app", "notez:app", "--stack", "1.10.0", "-k", "lists")
    assert status == NOTHING_JUDGED
    assert "did not start: notez:app on starlette-1.10.0" in output
    assert "--cwd says where it lies" in output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--app", ":x", "--stack", "1.10.0"], "ERROR: --app :x: write package.module:app"),
        (["--app", "notes:app", "--stack", "nope"], "ERROR: unknown stack 'nope': "),
        (["--app", "a:b", "--stack", "1.10.0", "--cwd", "x"], "ERROR: --cwd x: no such folder"),
        (["--app", "a:b", "--stack", "1.10.0", "--with", "=="], "ERROR: --with ==: not a require"),
        (["--app", "a:b", "--python", "."], "ERROR: --python .: pytest takes a path on its own "),
        (["--app", "a:b", str(ROOT / "specs"), "--stack", "latest"], "ERROR: --app a:b: the specs"),
    ],
)
def test_what_cannot_be_meant_ends_with_4(folder: Path, options: list[str], message: str) -> None:
    status, output = run(folder, *options)
    assert status == pytest.ExitCode.USAGE_ERROR
    assert message in output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--app", "notes:app"], "--app; specs of your app need a stack as well: add --stack"),
        (["--app", "notes", "--stack", "latest"], "--app; write --app notes:app, as for uvicorn"),
        (["--stack", "latest"], "--stack; starlette-conformance takes it for specs of its own,"),
        (["--python=./venv"], "--python; starlette-conformance takes it for specs of its own,"),
    ],
)
def test_an_option_that_lacks_another_one_says_so(
    folder: Path, options: list[str], told: str
) -> None:
    status, output = run(folder, *options)
    assert status == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: unrecognized argument: {told}" in output


ENVIRON = """
import os

async def app(scope, receive, send):
    if scope["type"] == "http":
        body = os.environ.get("SHOP_NAME", "nothing").encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
"""
NAMED = """
def test_has_the_name(app):
    assert b"Corner" in app.get("/").data
"""


def test_an_app_gets_the_variables_that_are_passed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_NAME", "Corner")
    (folder / "environ.py").write_text(ENVIRON)
    (folder / "test_environ.py").write_text(NAMED)
    runs = folder.parent / "runs"
    words = ["test_environ.py", "--app", "environ:app", "--stack", "1.10.0", "--runs", str(runs)]
    status, output = run(folder, *words)
    assert status == pytest.ExitCode.TESTS_FAILED, output
    status, output = run(folder, *words, "--pass-env", "SHOP_*")
    assert status == pytest.ExitCode.OK, output
    begun = [record["rerun_options"] for record in records(runs) if record["kind"] == "run"]
    assert ["--pass-env", "SHOP_*"] in [options[-2:] for options in begun]


def test_a_folder_that_is_a_package_of_our_own_name_is_the_user_s(folder: Path) -> None:
    (folder / "__init__.py").touch()
    (folder.parent / "notes.py").write_text((folder / "notes.py").read_text("utf-8"), "utf-8")
    status, output = run(folder.parent, "specs", "--app", "notes:app", *STACKS)
    assert status == pytest.ExitCode.OK, output
