"""What the user names: releases, checkouts, wheels, git references, and what is none of them."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.stack import Stack
from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.stacks.targets import meant_by, one

BACKEND = """
import zipfile
from pathlib import Path

def build_wheel(folder, config_settings=None, metadata_directory=None):
    version = Path("version.txt").read_text().strip()
    name = f"PACKAGE-{version}-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder) / name, "w") as wheel:
        info = f"PACKAGE-{version}.dist-info"
        told = ("Metadata-Version: 2.1", "Name: PACKAGE", f"Version: {version}", "")
        wheel.writestr(f"{info}/METADATA", "\\n".join(told))
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def checkout(folder: Path, version: str = "9.1", package: str = "starlette") -> Path:
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "backend.py").write_text(BACKEND.replace("PACKAGE", package))
    (folder / "version.txt").write_text(version)
    return folder


def committed(folder: Path, tag: str) -> None:
    author = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "x"], ["tag", tag]):
        subprocess.run(["git", "-C", str(folder), *words], check=True, timeout=30)


def wheel_of(found: Stack | Environment) -> str:
    assert isinstance(found, Stack)
    return found.requirements[0].rpartition("/")[2]


def test_a_bare_version_is_a_release_of_starlette() -> None:
    for word in ("0.46.1", "starlette-0.46.1"):
        found = one(word)
        assert isinstance(found, Stack)
        assert found.name == "starlette-0.46.1"
        assert found.exclude_newer


def test_a_release_that_the_file_lacks_is_asked_for_as_it_is() -> None:
    found = one("99.0")
    assert isinstance(found, Stack)
    assert found.requirements == ("starlette==99.0", "sse-starlette", "uvicorn")


def test_a_checkout_is_built_as_it_stands_and_left_alone(tmp_path: Path, own_cache: Path) -> None:
    folder = checkout(tmp_path / "sources")
    before = sorted(folder.iterdir())
    assert wheel_of(one(str(folder))) == "starlette-9.1-py3-none-any.whl"
    (folder / "version.txt").write_text("9.2")
    found = one(str(folder))
    assert wheel_of(found) == "starlette-9.2-py3-none-any.whl"
    assert isinstance(found, Stack)
    assert found.requirements[1:] == ("sse-starlette", "uvicorn")
    assert sorted(folder.iterdir()) == before
    assert [path.name for path in (own_cache / "wheels").rglob("sources")] == []


def test_a_git_reference_is_built_and_nothing_is_left_in_the_repository(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "sources", "9.3")
    committed(folder, "old")
    (folder / "version.txt").write_text("9.4")
    assert wheel_of(one(f"{folder}@old")) == "starlette-9.3-py3-none-any.whl"
    output = subprocess.run(
        ["git", "-C", str(folder), "worktree", "list"], capture_output=True, text=True, check=True
    )
    assert len(output.stdout.splitlines()) == 1
    with pytest.raises(UsageError, match="has no commit, branch or tag 'nonesuch'"):
        one(f"{folder}@nonesuch")


def test_a_wheel_is_kept(tmp_path: Path, own_cache: Path) -> None:
    path = tmp_path / "uvicorn-9.5-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("a", "")
    found = one(str(path))
    assert wheel_of(found) == path.name
    assert list((own_cache / "wheels").rglob(path.name))


def test_an_interpreter_is_what_it_has_installed(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c "
        """'print("{\\"implementation\\": \\"CPython\\", \\"python\\": \\"3.1\\", """
        """\\"packages\\": """
        """{\\"starlette\\": \\"1\\", \\"uvicorn\\": \\"1\\"}}")'\n"""
    )
    program.chmod(0o755)
    found = one(str(program))
    assert isinstance(found, Environment)
    assert (found.name, found.packages["starlette"]) == (str(program), "1")


def test_what_is_neither_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    other = checkout(tmp_path / "other", package="flask")
    (tmp_path / "empty").mkdir()
    committed_not = checkout(tmp_path / "plain")
    wheel = tmp_path / "flask-1.0-py3-none-any.whl"
    wheel.write_bytes(b"")
    odd = tmp_path / "odd.whl"
    odd.write_bytes(b"")
    for word, output in {
        str(other): "a checkout of flask",
        str(tmp_path / "empty"): "neither pyproject.toml nor setup.py",
        f"{committed_not}@main": "not a git repository",
        str(wheel): "a wheel of flask",
        str(odd): "odd.whl: ",
        str(tmp_path / "nonesuch"): "no such file or folder; name a virtual environment",
        "nonesuch": "unknown stack",
        "empty": "'empty' is no stack; write ./empty for what lies here",
        "releases": "matches 98 stacks; name one, such as starlette-1.10.0",
    }.items():
        with pytest.raises(UsageError, match=output):
            one(word)


def test_the_names_of_the_file_come_first() -> None:
    assert list(meant_by("documented")) == ["documented"]
    assert len(meant_by("releases")) == 98


def test_a_name_that_no_file_can_have_is_no_lock_file() -> None:
    with pytest.raises(UsageError):
        meant_by(f"{'9' * 300}.txt")


def test_requirements_may_be_longer_than_the_name_of_a_file() -> None:
    word = ",".join(f"starlette=={number}.0.0" for number in range(40))
    assert [*meant_by(word)] == [word]


@pytest.mark.parametrize("word", ["9" * 5000, f"starlette>={'9' * 5000}", f"./{'9' * 5000}"])
def test_what_is_longer_than_any_name_is_told(word: str) -> None:
    with pytest.raises(UsageError, match="longer than the name of any stack or file") as caught:
        meant_by(word)
    assert len(str(caught.value)) < 400
