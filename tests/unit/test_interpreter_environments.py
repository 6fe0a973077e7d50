"""Environments of an interpreter that is given: `--python`."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.model.errors import UsageError
from starlette_conformance.stacks.provision import of_interpreter
from tests.miniatures.raw_server import ENVIRONMENT

PACKAGES = {"Starlette": "0.46.1", "SSE_Starlette": "2.2.1", "uvicorn": "0.34.0"}

Written = Callable[[str], str]


@pytest.fixture
def program(tmp_path: Path) -> Written:
    """Write a shell script that stands for an interpreter; gives its path."""

    def write(script: str) -> str:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return write


FOUND = {"implementation": "CPython"}


def says(packages: object, python: object = "3.13.1") -> str:
    return f"echo '{json.dumps(FOUND | {'python': python, 'packages': packages})}'"


def test_an_interpreter_tells_what_it_has(program: Written) -> None:
    path = program(says(PACKAGES | {"httptools": "0.6.4", "uvloop": "0.21.0"}))
    environment = of_interpreter(path)
    assert environment.interpreter == Path(path)
    assert environment.passes_variables
    assert str(environment) == (
        f"{path} (starlette 0.46.1, sse-starlette 2.2.1, uvicorn 0.34.0, httptools 0.6.4, uvloop, "
        "Python 3.13.1)"
    )


def test_an_interpreter_is_found_on_the_path(
    program: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(program(says(PACKAGES)))
    monkeypatch.setenv("PATH", str(path.parent), prepend=":")
    assert of_interpreter("python").interpreter == path


def test_a_real_interpreter_tells_what_it_has(program: Written) -> None:
    folder = Path(program("")).parent
    for name, version in PACKAGES.items():
        found = folder / f"{name}-{version}.dist-info"
        found.mkdir()
        (found / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
    environment = of_interpreter(program(f'PYTHONPATH={folder} exec {sys.executable} "$@"'))
    version = "{}.{}.{}".format(*sys.version_info)
    assert environment.python == version
    assert environment.packages["sse-starlette"] == "2.2.1"
    assert "pytest" in environment.packages


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 1", "does not run as a Python: "),
        ("echo 'no libpython' >&2; exit 127", "does not run as a Python: no libpython"),
        ("echo Hello", "does not run as a Python: what it printed: not JSON: Expecting value"),
        ("echo '[1]'", "does not run as a Python: what it printed: expected object, got array"),
        ("echo 1", "does not run as a Python: "),
        ("echo '{}'", "what it printed: object missing required field python"),
        ("echo '{\"packages\": {}}'", "what it printed: object missing required field python"),
        (says([]), "does not run as a Python: "),
        ("kill -9 $$", "does not run as a Python: "),
        (says({}), "starlette and uvicorn not installed there"),
        (says({"uvicorn": "0.34.0"}), ": starlette not installed there"),
        (says({"starlette": "0.46.1"}), ": uvicorn not installed there"),
    ],
)
def test_a_program_that_cannot_run_an_app_is_told(
    program: Written, script: str, message: str
) -> None:
    path = program(script)
    with pytest.raises(UsageError) as caught:
        of_interpreter(path)
    assert path in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, None])
def test_a_program_that_is_not_there_is_told(program: Written, mode: int | None) -> None:
    path = Path(program("exit 1"))
    if mode is None:
        path.unlink()
    else:
        path.chmod(mode)
    with pytest.raises(UsageError, match=rf"^{path}: no such program, or not executable$"):
        of_interpreter(str(path))


def test_a_program_of_another_machine_is_told(tmp_path: Path) -> None:
    path = tmp_path / "python"
    path.write_bytes(b"\x7fELF and nothing more")
    path.chmod(0o755)
    with pytest.raises(UsageError, match=r"does not run as a Python: .*Exec format error"):
        of_interpreter(str(path))


def test_a_package_without_a_version_is_told() -> None:
    strange = replace(ENVIRONMENT, packages={"starlette": "new"})
    with pytest.raises(UsageError, match=r"^miniature: starlette calls itself 'new', no version$"):
        strange.version("starlette")


def test_uvicorn_takes_what_is_installed() -> None:
    assert (ENVIRONMENT.parser, ENVIRONMENT.loop) == ("h11", "asyncio")
    packages = {**ENVIRONMENT.packages, "httptools": "0.6.4", "uvloop": "0.21.0"}
    found = replace(ENVIRONMENT, packages=packages)
    assert (found.parser, found.loop) == ("httptools", "uvloop")
