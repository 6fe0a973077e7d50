"""A checkout as a stack, by a path of its own word: its tests and its conftest are never loaded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from starlette_conformance.stacks.project import ROOT, catalogue
from starlette_conformance.stacks.provision import provision
from tests.miniatures import quick_pytest

PYPROJECT = """
[project]
name = "starlette"
version = "9.0"

[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = '''
"""Zips the package: a backend that needs nothing from an index."""

import zipfile
from pathlib import Path

NAME = "starlette-9.0-py3-none-any.whl"
FACTS = {
    "METADATA": "Metadata-Version: 2.1\\nName: starlette\\nVersion: 9.0\\nRequires-Dist: anyio\\n",
    "WHEEL": "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    "RECORD": "",
}

def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(Path(folder, NAME), "w") as archive:
        for path in Path("starlette").rglob("*.py"):
            archive.write(path)
        for name, text in FACTS.items():
            archive.writestr(f"starlette-9.0.dist-info/{name}", text)
    return NAME
'''
HOSTILE = "raise RuntimeError('the conftest of a checkout was loaded')\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newest starlette as it is installed, made a checkout with tests of its own."""
    folder = tmp_path_factory.mktemp("git") / "starlette"
    interpreter = provision(catalogue().named("latest")).interpreter
    (installed,) = (interpreter.parent.parent / "lib").glob("python*/site-packages/starlette")
    shutil.copytree(installed, folder / "starlette", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests").mkdir()
    for name, text in (
        ("pyproject.toml", PYPROJECT),
        ("backend.py", BACKEND),
        ("conftest.py", HOSTILE),
        ("tests/conftest.py", HOSTILE),
    ):
        (folder / name).write_text(text)
    return folder


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("pytest specs/hello/test_hello.py --stack {} -q -k test_greets --runs {}", 0),
        ("starlette_conformance judge --stack {} --runs {} -- -k test_greets", 0),
        ("starlette_conformance gate {} nonesuch==1 --benchmark hello", 3),
    ],
)
def test_a_checkout_is_judged_and_its_conftest_is_not_loaded(
    command: str, status: int, checkout: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command.format(checkout, tmp_path / "runs").split()],
        cwd=ROOT,
        env=os.environ | quick_pytest.VARIABLES,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == status, output
    assert "RuntimeError" not in output
    assert ("not installable: stack nonesuch==1" in output) == (status == 3)  # and not the checkout
