"""The wheel: what it carries, and that its commands work in a folder that has nothing of ours."""

import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from uv import find_uv_bin

from starlette_conformance.process.log import Log

ROOT = Path(__file__).parent.parent.parent
SECONDS = 300.0
"""For a step on busy cores; the first recording of a corpus takes half a minute."""
MOST_BYTES = 120e6
HEAVY = ("hypothesis", "locust", "matplotlib", "numpy", "playwright", "scipy")
RUNNING = re.compile(r"Uvicorn running on (http://127\.0\.0\.1:\d+)")

pytestmark = pytest.mark.timeout(2 * SECONDS)


def uv(*words: str | Path) -> None:
    command = [find_uv_bin(), *map(str, words)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--wheel", "--out-dir", folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and what it requires, compiled as pip does it."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    uv("venv", "--python", sys.executable, folder)
    uv("pip", "install", "--compile-bytecode", "--python", folder, wheel)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the user stands. What lies there has the names of ours, and breaks whoever takes it."""
    made = tmp_path_factory.mktemp("elsewhere")
    for name in ("specs", "apps", "loadtests", "http"):
        (made / name).mkdir()
        (made / name / "__init__.py").write_text("raise RuntimeError('not yours')\n")
        (made / name / "conftest.py").write_text("raise RuntimeError('not yours')\n")
    return made


@pytest.fixture(scope="module")
def untouched(bare: Path) -> Iterator[None]:
    """No command writes below the environment."""
    before = files(bare)
    yield
    assert files(bare) == before


def files(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def ran(bare: Path, folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [bare / "bin" / "starlette-conformance", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )


FOLDERS = ("apps", "benchmarks", "clients", "loadtests", "specs", "starlette_conformance")


def test_a_wheel_has_one_package_and_carries_the_project(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"starlette_conformance"}
    tracked = subprocess.run(
        ["git", "ls-files", *FOLDERS],
        cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=True,
    ).stdout.splitlines()  # fmt: skip
    inside = {
        name
        if name.startswith("starlette_conformance/")
        else f"starlette_conformance/_project/{name}"
        for name in tracked
        if (ROOT / name).exists()
    }
    assert inside - set(names) == set()
    beside = {
        f"starlette_conformance/_project/{name}" for name in ("locust_plugins.py", "pyproject.toml")
    }
    assert beside - set(names) == set()
    assert [name for name in names if "__pycache__" in name or "/tests/" in name] == []


def test_a_bare_installation_is_small_and_has_one_name_of_ours(bare: Path) -> None:
    (packages,) = bare.glob("lib/python*/site-packages")
    ours = [path.name for path in packages.iterdir() if "conformance" in path.name]
    assert sorted(name.partition("-")[0] for name in ours) == ["starlette_conformance"] * 2
    others = {path.name for path in packages.iterdir()}
    assert others & {*HEAVY, "apps", "benchmarks", "harness.py", "loadtests", "specs"} == set()
    compiled = [path for path in bare.rglob("*.pyc") if path.is_file()]
    size = sum(files(bare).values()) - sum(path.stat().st_size for path in compiled)
    assert size < MOST_BYTES


@pytest.mark.usefixtures("untouched")
def test_its_commands_work_in_a_folder_of_the_user(bare: Path, folder: Path) -> None:
    version = ran(bare, folder, "--version")
    assert (version.returncode, version.stderr) == (0, "")
    assert version.stdout.startswith("starlette-conformance ")
    assert str(bare) in version.stdout
    assert "Exit codes:" in ran(bare, folder, "--help").stdout
    listed = ran(bare, folder, "stacks", "--json")
    assert "documented" in {stack["name"] for stack in json.loads(listed.stdout)["stacks"]}
    explained = ran(bare, folder, "explain", "FILES_ALLOW_ON_405")
    assert (explained.returncode, explained.stdout.splitlines()[0]) == (
        0, "FILES_ALLOW_ON_405: fix, starlette 1.8.0",
    )  # fmt: skip
    diff = ran(bare, folder, "diff", "1.10.0", "1.10.0", "--only", "hello")
    assert (diff.returncode, diff.stdout != "") == (0, True), diff.stderr
    words = ["judge", "--stack", "documented", "--", "-k", "test_hello.py and allows or browser"]
    judged = ran(bare, folder, *words)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert re.search(r"\n1 of 1 stacks judged: \d+ pass\n", judged.stdout)
    needs = "NOT JUDGED specs that need playwright: pip install 'starlette-conformance[browser]'"
    assert needs in judged.stdout
    report = ran(bare, folder, "report", "runs", "--html", "report.html", "--json", "data.json")
    assert report.returncode == 0, report.stderr
    data = json.loads((folder / "data.json").read_text("utf-8"))
    assert [stack["name"] for stack in data["stacks"]] == ["documented"]
    made = {path.name for path in folder.iterdir()}
    assert made == {"apps", "data.json", "http", "loadtests", "report.html", "runs", "specs"}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("words", "extra"),
    [(["gate", "latest", "latest"], "measure"), (["capacity"], "load"), (["knee"], "load")],
)
def test_a_command_that_lacks_an_extra_names_it(
    words: list[str], extra: str, bare: Path, folder: Path
) -> None:
    done = ran(bare, folder, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        rf"error: `\w+` needs \w+: pip install 'starlette-conformance\[{extra}\]'\n", done.stderr
    )


@pytest.mark.usefixtures("untouched")
def test_it_serves_an_app(bare: Path, folder: Path) -> None:
    reading, writing = os.pipe()
    command = [str(bare / "bin" / "starlette-conformance"), "serve", "hello"]
    server = subprocess.Popen(
        [*command, "--stack", "documented", "--port", "0"],
        stdout=writing,
        stderr=writing,
        cwd=folder,
        start_new_session=True,
    )
    os.close(writing)
    log = Log(reading)
    try:
        assert log.wait_for(lambda lines: any(map(RUNNING.search, lines)), SECONDS)
        url = next(found[1] for line in log.lines() if (found := RUNNING.search(line)))
        assert httpx.get(url).text == "Hello Starlette !!!"
        os.killpg(server.pid, signal.SIGINT)
        assert server.wait(SECONDS) == 0
    finally:
        server.kill()
        server.wait()
        log.close()
