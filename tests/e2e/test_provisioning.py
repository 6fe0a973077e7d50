"""Provisioning: stacks are resolved and installed whole, or not at all, by a uv of few lines."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from starlette_conformance.model.errors import Failure, NotInstallable
from starlette_conformance.model.stack import Stack
from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.stacks.provision import provision

DATED = Stack("dated", ("starlette==0.46.1", "uvicorn"), "2026-11-20T00:00:00Z")
UNDATED = Stack("undated", ("starlette", "uvicorn"))

UV = """#!PYTHON
import json, sys
from itertools import pairwise
from pathlib import Path

here = Path(__file__).parent
verb = sys.argv[1] if sys.argv[1] == "venv" else sys.argv[2]
wanted = sys.stdin.read().split()
with (here / "calls").open("a") as calls:
    dates = [later for option, later in pairwise(sys.argv) if option == "--exclude-newer"]
    print(verb, *wanted, *dates, file=calls)
if (here / f"{verb} fails").exists():
    sys.exit((here / f"{verb} fails").read_text())
if verb == "compile":
    print(*(name if "==" in name else f"{name}==9.0" for name in wanted), sep="\\n")
elif verb == "venv":
    program = Path(sys.argv[-2], "bin", "python")
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\\n[ $1 = -I ] && cat $(dirname $0)/found\\n")
    program.chmod(0o755)
else:
    packages = dict(pin.split("==") for pin in wanted)
    found = {"python": "3.13.1", "implementation": "CPython", "packages": packages}
    Path(sys.argv[sys.argv.index("--python") + 1]).with_name("found").write_text(json.dumps(found))
"""


class FakeUv:
    """What the uv of a test was asked for, and how to make it fail."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.program = folder / "uv"
        self.program.write_text(UV.replace("PYTHON", sys.executable))
        self.program.chmod(0o755)

    def fails(self, verb: str, words: str) -> None:
        self.program.with_name(f"{verb} fails").write_text(words)

    def works_again(self, verb: str) -> None:
        self.program.with_name(f"{verb} fails").unlink()

    def calls(self) -> list[str]:
        """What it was asked since the last time."""
        path = self.program.with_name("calls")
        lines = path.read_text().splitlines() if path.exists() else []
        path.write_text("")
        return lines


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeUv:
    fake = FakeUv(tmp_path / "uv")
    monkeypatch.setattr("starlette_conformance.stacks.uv_command.UV", str(fake.program))
    return fake


def made(cache: Path) -> list[Path]:
    """The environments in the cache, and whatever else is among them."""
    return list(cache.glob("environments/*"))


def test_a_stack_is_resolved_installed_and_read(cache: Path, uv: FakeUv) -> None:
    environment = provision(DATED)
    assert str(environment.interpreter) == f"{made(cache)[0]}/bin/python"
    assert (environment.name, environment.python) == ("dated", "3.13.1")
    assert environment.packages == {"starlette": "0.46.1", "uvicorn": "9.0"}
    assert not environment.passes_variables
    assert uv.calls() == [
        "compile starlette==0.46.1 uvicorn 2026-11-20T00:00:00Z",
        "venv",
        "install starlette==0.46.1 uvicorn==9.0",
    ]


def test_a_dated_stack_is_asked_for_once(cache: Path, uv: FakeUv) -> None:
    first = provision(DATED)
    uv.calls()
    assert provision(DATED) == first
    assert uv.calls() == []
    assert len(made(cache)) == 1


def test_an_undated_stack_is_resolved_each_time(cache: Path, uv: FakeUv) -> None:
    provision(UNDATED)
    uv.calls()
    provision(UNDATED)
    assert uv.calls() == ["compile starlette uvicorn"]
    assert len(made(cache)) == 1


@pytest.mark.usefixtures("cache")
def test_two_names_of_the_same_pins_share_an_environment(uv: FakeUv) -> None:
    first = provision(DATED)
    second = provision(Stack("other", ("starlette==0.46.1", "uvicorn==9.0")))
    assert second == replace(first, name="other")
    assert uv.calls().count("venv") == 1


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    ("starlette", "expected"), [("0.14.2", {"aiofiles": "9.0"}), ("0.15.0", {})]
)
def test_a_release_gets_what_it_needs_and_does_not_declare(
    uv: FakeUv, starlette: str, expected: dict[str, str]
) -> None:
    stack = Stack(
        "old",
        (f"starlette=={starlette}", "uvicorn"),
        needs=(("starlette<0.15", ("aiofiles",)),),
    )
    packages = provision(stack).packages
    assert packages == {"starlette": starlette, "uvicorn": "9.0", **expected}
    assert len(uv.calls()) == 3 + len(expected)


def test_what_cannot_be_resolved_is_told_in_the_words_of_uv(cache: Path, uv: FakeUv) -> None:
    uv.fails("compile", "  × No solution found:\n  ╰─▶ there is no starlette 99\n")
    with pytest.raises(NotInstallable) as caught:
        provision(UNDATED)
    assert str(caught.value) == "stack undated: No solution found: there is no starlette 99"
    assert made(cache) == []


def test_what_no_longer_resolves_is_told_though_it_once_did(cache: Path, uv: FakeUv) -> None:
    provision(UNDATED)
    uv.fails("compile", "No solution found")
    with pytest.raises(NotInstallable, match="No solution found"):
        provision(UNDATED)
    assert len(made(cache)) == 1


@pytest.mark.usefixtures("cache")
def test_an_undated_stack_falls_back_on_its_last_resolution(
    uv: FakeUv, capsys: pytest.CaptureFixture[str]
) -> None:
    first = provision(UNDATED)
    uv.fails("compile", "error: Request failed")
    assert provision(UNDATED) == first
    assert capsys.readouterr().err == (
        "stack undated: as resolved earlier, since stack undated: its packages cannot be fetched "
        "(no network?): error: Request failed\n"
    )


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    ("said", "doubted"),
    [
        ("Failed to fetch: http://a/simple/ cause: dns error", True),
        ("Failed to fetch: http://a/simple/ cause: HTTP status client error (401)", False),
        ("Failed to download `a==1` cause: Hash mismatch for `a==1` Expected: sha256:0", False),
        ("Failed to build `a==1` cause: The build backend returned an error", False),
    ],
)
def test_the_network_is_doubted_only_where_it_is_at_fault(
    uv: FakeUv, said: str, doubted: bool
) -> None:
    uv.fails("install", f"error: {said}")
    with pytest.raises(NotInstallable) as error:
        provision(DATED)
    assert ("(no network?)" in str(error.value)) is doubted
    assert str(error.value).endswith(said)


@pytest.mark.usefixtures("cache")
def test_a_package_of_another_hash_is_named_so(uv: FakeUv) -> None:
    uv.fails("install", "error: Failed to download `a==1` cause: Hash mismatch for `a==1`")
    with pytest.raises(NotInstallable, match="a package is not the one that its hash names"):
        provision(DATED)


def test_a_package_that_cannot_be_built_is_named_with_the_reason(cache: Path, uv: FakeUv) -> None:
    uv.fails(
        "install",
        """  × Failed to build `pyodbc==4.0.30`
  ├─▶ The build backend returned an error
  ╰─▶ Call to `setuptools.build_meta:__legacy__.build_wheel` failed (exit status: 1)
      src/pyodbc.h:56:10: fatal error: sql.h: No such file or directory
      error: Command '['g++']' returned non-zero exit status 1.""",
    )
    with pytest.raises(NotInstallable) as found:
        provision(DATED)
    assert str(found.value) == (
        "stack dated: pyodbc==4.0.30 has no wheel for this Python and machine, and cannot be "
        "built: fatal error: sql.h: No such file or directory"
    )
    assert made(cache) == []


@pytest.mark.parametrize("verb", ["compile", "venv", "install"])
def test_what_fails_leaves_nothing_and_may_be_tried_again(
    cache: Path, uv: FakeUv, verb: str
) -> None:
    uv.fails(verb, "error: Request failed")
    with pytest.raises(
        NotInstallable, match=r"stack dated: its packages cannot be fetched \(no network\?\): error"
    ):
        provision(DATED)
    assert made(cache) == []
    uv.works_again(verb)
    assert provision(DATED).packages == {"starlette": "0.46.1", "uvicorn": "9.0"}


def test_half_of_a_resolution_is_none(cache: Path, uv: FakeUv) -> None:
    first = provision(DATED)
    uv.calls()
    (resolution,) = cache.glob("resolutions/*")
    whole = resolution.read_text()
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        resolution.write_text(whole[:size])
        assert provision(DATED) == first
        assert len(uv.calls()) == 1
        assert resolution.read_text() == whole


def test_a_disk_on_which_nothing_can_be_installed_is_told(cache: Path, uv: FakeUv) -> None:
    uv.fails("install", "error: Failed to install: x\n  Caused by: No space (os error 28)")
    with pytest.raises(Failure, match=r"stack dated: uv cannot write its env.* \(os error 28\)$"):
        provision(DATED)
    assert made(cache) == []


@pytest.mark.usefixtures("cache", "uv")
def test_a_uv_that_does_not_finish_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def overdue(process: subprocess.Popen[str], *_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired(process.args, 600)

    monkeypatch.setattr(subprocess.Popen, "communicate", overdue)
    with pytest.raises(NotInstallable, match="stack dated: uv did not finish within 600 s"):
        provision(DATED)


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("UV_RESOLUTION", "lowest"),
        ("UV_PRERELEASE", "allow"),
        ("UV_CONSTRAINT", "starlette<2"),
        ("UV_OVERRIDE", "starlette==1.0"),
        ("UV_EXCLUDE", "starlette"),
        ("UV_VENV_SEED", "1"),
    ],
)
def test_what_the_real_uv_is_told_elsewhere_makes_no_other_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    for version in ("1.0", "2.0", "3.0a1"):
        with ZipFile(tmp_path / f"starlette-{version}-py3-none-any.whl", "w") as wheel:
            folder = f"starlette-{version}.dist-info"
            about = f"Metadata-Version: 2.1\nName: starlette\nVersion: {version}\n"
            wheel.writestr(f"{folder}/METADATA", about)
            wheel.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
            wheel.writestr(f"{folder}/RECORD", "")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    if "starlette" in value:
        (tmp_path / "requirements").write_text(value)
        value = str(tmp_path / "requirements")
    monkeypatch.setenv(variable, value)
    assert provision(Stack("local", ("starlette",))).packages == {"starlette": "2.0"}


def test_without_a_network_the_real_uv_leaves_nothing_behind(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(NotInstallable, match=r"^stack dated: its packages cannot be fetched "):
        provision(DATED)
    assert made(cache) == []
    assert list(cache.glob("resolutions/*")) == []


def test_a_release_that_does_not_exist_is_told_by_the_real_index(cache: Path) -> None:
    """Needs the network, or a mirror of PyPI."""
    with pytest.raises(NotInstallable, match=r"no version of starlette==99\.99\.99"):
        provision(Stack("future", ("starlette==99.99.99",)))
    assert made(cache) == []
