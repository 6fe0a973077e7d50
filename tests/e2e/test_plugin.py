"""Where the plugin is loaded: quiet in a foreign project, never misled by a stack's path."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from starlette_conformance.pytest_plugin.judging import NOTHING_JUDGED
from starlette_conformance.stacks.project import ROOT

SPEC = "specs/hello/test_hello.py::test_logs_its_start"
OPTIONS = (
    "--stack",
    "--python",
    "--hash-seed",
    "--url",
    "--runs",
    "--app",
    "--cwd",
    "--with",
    "--pass-env",
)
THEIR_CONFTEST = f"""
def pytest_addoption(parser):
    for name in {OPTIONS}:
        parser.addoption(name, default="theirs")
"""
THEIR_TESTS = """
import pytest

@pytest.mark.parametrize("environment", ["one", "two"])
def test_their_option(request, environment):
    assert request.config.getoption("--url") == "theirs"
    assert request.config.getoption("--stack") == "../starlette"
    for name in ("hello", "sse", "app", "judging", "servers"):
        with pytest.raises(pytest.FixtureLookupError):
            request.getfixturevalue(name)
"""
RAISES = "raise RuntimeError('the conftest of a checkout was loaded')"
NUMBERED = re.compile(
    r"[\[-](answer|body|condition|expected|extents|headers|lines|media_type|told|values)\d+[-\]]"
)
"""A case whose value pytest could not name, and numbered."""
INI = "[pytest]\naddopts = --no-such-option\n"


ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Without other plugins, which take most of the time that pytest takes to start."""
OURS = "-pstarlette-conformance"


def run(
    folder: Path,
    *arguments: str,
    seconds: float = 50,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int, str]:
    """The status of pytest in a folder, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", "PYTEST_ADDOPTS": "", **variables},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(THEIR_CONFTEST)
    (tmp_path / "test_theirs.py").write_text(THEIR_TESTS)
    return tmp_path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What looks like a checkout of Starlette, whose tests must not be looked at."""
    folder = tmp_path / "starlette"
    (folder / "starlette").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "starlette"\nversion = "9.0"\n')
    (folder / "pytest.ini").write_text(INI)
    (folder / "conftest.py").write_text(RAISES)
    return folder


@pytest.mark.parametrize("words", [("--stack", "../starlette"), ("--markers",), ("--help",)])
def test_a_foreign_session_is_as_without_the_plugin(foreign: Path, words: tuple[str, ...]) -> None:
    status, output = run(foreign, *words, OURS, variables=ALONE)
    assert status == pytest.ExitCode.OK, output
    without = run(foreign, *words, variables=ALONE)
    assert [line.partition(" in ")[0] for line in output.splitlines()] == [
        line.partition(" in ")[0] for line in without[1].splitlines()
    ]


def test_another_plugin_with_an_option_of_ours_is_named(tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text(THEIR_CONFTEST)
    arguments = SPEC, "-ptheirs", "--runs", str(tmp_path / "runs")
    status, output = run(ROOT, "-c", "pyproject.toml", "-o", f"pythonpath=. {tmp_path}", *arguments)
    assert status == pytest.ExitCode.USAGE_ERROR, output
    assert "--stack" in output
    assert "another plugin of pytest defines it; leave that plugin out by -p no:NAME" in output


@pytest.mark.timeout(120)
def test_everything_of_the_project_is_collected_together_and_no_case_is_numbered() -> None:
    status, output = run(ROOT, "--collect-only", seconds=110)
    assert status == pytest.ExitCode.OK, output[-2000:]
    assert "tests/unit/test_rerun_commands.py::" in output
    assert f"{SPEC}[documented]" in output
    assert f"{SPEC}[latest]" in output
    specs = [line for line in output.splitlines() if line.startswith("specs/")]
    assert len(specs) > 2000
    assert [spec for spec in specs if NUMBERED.search(spec) or not spec.isprintable()] == []
    of_browsers = [spec for spec in specs if "browser" in spec.lower()]  # what -k leaves out
    assert [spec for spec in of_browsers if "/test_browser.py::" not in spec] == []


def test_a_suite_that_is_apart_judges_other_stacks_where_that_is_wanted() -> None:
    words = "--collect-only", "specs/resilience", "--stack", "uvicorn==0.54.0"
    status, output = run(ROOT, *words)
    assert status != pytest.ExitCode.OK, output
    status, output = run(ROOT, *words, "--also", "resilience")
    assert status == pytest.ExitCode.OK, output
    assert output.count("[uvicorn==0.54.0") > 20
    status, output = run(ROOT, *words, "--also", "hello")
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "--also hello: no suite that is apart; these are: " in output


def test_scenarios_whose_needs_a_stack_lacks_are_named_and_not_green(tmp_path: Path) -> None:
    words = "specs/features", "-k", "streams", "--stack", "documented", "--runs", str(tmp_path)
    status, output = run(ROOT, *words, "--also", "features")
    needs = "nothing is promised of scenarios that need sse-starlette>=3.7.0, and none was played"
    assert status == NOTHING_JUDGED, output
    assert output.count(f"NOT JUDGED documented: {needs}") == 1
    assert "not run: the suites gunicorn, resilience, websockets; `--also NAME` runs one" in output


def test_tests_and_specs_run_together(tmp_path: Path) -> None:
    tests = "tests/unit/test_rerun_commands.py", "-k", "stays_the_same or logs_its_start"
    status, output = run(ROOT, *tests, SPEC, "--stack", "documented", "--runs", str(tmp_path))
    assert status == pytest.ExitCode.OK, output
    assert "7 passed" in output
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("words", [("--stack={}",), ("--stack", "{}")])
def test_a_checkout_is_a_stack_and_no_folder_of_tests(
    checkout: Path, words: tuple[str, ...]
) -> None:
    options = [word.format(checkout) for word in words]
    status, output = run(ROOT, "--collect-only", SPEC, *options)
    assert (status, output.count("1 test collected")) == (pytest.ExitCode.OK, 1), output
    assert f"{SPEC}[{checkout}]" in output


@pytest.mark.parametrize("option", ["--stack", "--python"])
def test_a_path_whose_configuration_pytest_would_take_is_refused(
    checkout: Path, option: str
) -> None:
    status, output = run(ROOT, option, str(checkout), SPEC)
    assert status == pytest.ExitCode.USAGE_ERROR
    message = f"ERROR: {option} {checkout}: pytest takes a path on its own for a folder of tests; "
    assert f"{message}write {option}={checkout}\n" in output
    assert "RuntimeError" not in output


def test_own_specs_are_not_led_astray_by_a_checkout(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "test_mine.py").write_text("def test_mine(app):\n    pass\n")
    options = "--collect-only", "specs", "--app", "mine:app"
    status, output = run(tmp_path, *options, f"--stack={checkout}")
    assert (status, output.count("1 test collected")) == (pytest.ExitCode.OK, 1), output
    status, output = run(tmp_path, *options, "--stack", str(checkout))
    assert status == pytest.ExitCode.USAGE_ERROR
    assert f"write --stack={checkout}\n" in output


@pytest.mark.parametrize(
    ("lacks", "chosen", "complete"),
    [
        (True, "", True),
        (False, "not browser", True),
        (False, "not client_that_pauses", False),
    ],
)
def test_a_run_is_complete_without_the_specs_that_need_a_browser(
    tmp_path: Path, lacks: bool, chosen: str, complete: bool
) -> None:
    """Or the report of every base installation said that only a part was asked for."""
    (tmp_path / "no_browser.py").write_text(
        f"LACKS = {lacks}\n"
        """
import sys

from starlette_conformance.pytest_plugin import collection
from starlette_conformance.pytest_plugin.session import JUDGING

collection.SPECS /= "sse"  # as if it had all specs
if LACKS:
    sys.modules["playwright"] = None

def pytest_collection_finish(session):
    print("complete:", session.config.stash[JUDGING].complete)
"""
    )
    options = [
        "--co",
        "-k",
        chosen,
        "-pno_browser",
        "--stack",
        "documented",
        "--runs",
        str(tmp_path / "runs"),
    ]
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-pno:cacheprovider",
            str(ROOT / "specs" / "sse"),
            *options,
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert f"complete: {complete}" in found.stdout, found.stdout[-2000:] + found.stderr
