"""Environments in which the harness once failed: each by the smallest thing that shows it.

`python -m tests.chaos.machines` tries whole commands in many more.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.stacks.project import ROOT

SECONDS = 50.0
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
"""Run a program while a folder is read-only, for root too."""
ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
MAKES = """
import os, sys
from starlette_conformance.stacks.site_fixture import lay_out
from starlette_conformance.stacks.tempdirs import scratch
folder = lay_out({"html/\\u00fc.html": b"x"})
with scratch() as beside:
    (beside / "file").write_text("x")
print(sys.getfilesystemencoding(), os.listdir(os.fsencode(folder / "html")))
"""
"""A folder of the cache with a name that is not ASCII, and a scratch folder."""


def ran(
    words: Sequence[str], variables: Mapping[str, str], before: Sequence[str] = ()
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*before, sys.executable, *words],
        cwd=ROOT,
        env=os.environ | dict(variables),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def made(cache: Path, variables: Mapping[str, str], *before: str) -> str:
    """What the script says; a folder that seems damaged would be told on stderr."""
    done = ran(["-c", MAKES], {VARIABLE: str(cache), **variables}, before)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def latin_1(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a locale in ISO-8859-1, compiled here."""
    folder = tmp_path_factory.mktemp("locales")
    compiled = folder / "en_US.ISO-8859-1"
    program = shutil.which("localedef")
    if program:
        command = [program, "-i", "en_US", "-f", "ISO-8859-1", str(compiled)]
        subprocess.run(command, capture_output=True, check=False)
    if not compiled.exists():
        pytest.skip("no locale of ISO-8859-1 can be compiled here")
    return {"LOCPATH": str(folder), "LC_ALL": compiled.name, "PYTHONUTF8": "0"}


def test_names_in_the_cache_are_the_same_in_every_locale(
    tmp_path: Path, latin_1: dict[str, str]
) -> None:
    names = str([b"\xc3\xbc.html"])
    for first, second in ((ASCII, latin_1), (latin_1, {"PYTHONUTF8": "1"})):
        cache = tmp_path / first["LC_ALL"]
        for variables in (first, second, first):
            assert made(cache, variables).partition(" ")[2].strip() == names


def read_only(folder: Path) -> list[str]:
    command = ["unshare", "-rm", "sh", "-c", READ_ONLY, "sh", str(folder)]
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("no mount namespace: unshare is not allowed here")
    return command


def test_a_whole_cache_may_be_read_only(tmp_path: Path) -> None:
    cache, temporary = tmp_path / "cache", tmp_path / "tmp"
    temporary.mkdir()
    first = made(cache, {})
    assert made(cache, {"TMPDIR": str(temporary)}, *read_only(cache)) == first
    assert not list(temporary.iterdir())


def test_a_cache_that_lacks_something_and_may_not_be_written_names_the_variables(
    tmp_path: Path,
) -> None:
    cache = tmp_path / "cache"
    made(cache, {})
    shutil.rmtree(cache / "sites")
    done = ran(["-c", MAKES], {VARIABLE: str(cache)}, read_only(cache))
    assert done.stderr.endswith(
        f"the cache folder {cache}/sites cannot be made: Read-only file system; set "
        "STARLETTE_CONFORMANCE_CACHE, and UV_CACHE_DIR for uv's own cache, to folders that can be "
        "written\n"
    )


IMPORTS = """
import os, signal, sys
from starlette_conformance.__main__ import main

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "starlette_conformance.cli.main":
            os.kill(os.getpid(), signal.NUMBER)

sys.meta_path.insert(0, Interrupts())
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup may be who runs the tests
signal.signal(signal.SIGINT, signal.default_int_handler)  # or a shell, in the background
sys.argv[1:] = ["stacks"]
sys.exit(main())
"""
"""A command that is interrupted while what it needs is imported."""


@pytest.mark.parametrize(
    ("by", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_an_early_interrupt_is_no_traceback(by: signal.Signals, status: int) -> None:
    done = ran(["-c", IMPORTS.replace("NUMBER", by.name)], {})
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "interrupted\n")


@pytest.mark.parametrize("level", ["1", "2"])
def test_specs_without_asserts_are_refused(level: str) -> None:
    words = ["-m", "pytest", "-pno:cacheprovider", "specs/hello", "--stack", "documented"]
    done = ran(words, {"PYTHONOPTIMIZE": level})
    assert done.returncode == 3, done.stdout
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: asserts are left out by -O or PYTHONOPTIMIZE")
    assert "Traceback" not in done.stderr


def test_without_loopback_no_spec_fails(tmp_path: Path) -> None:
    apart = ["unshare", "-rn"]
    if subprocess.run([*apart, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace: unshare is not allowed here")
    words = [
        "-m",
        "pytest",
        "-q",
        "-pno:cacheprovider",
        "specs/hello",
        "-k",
        "transcript or greets",
    ]
    done = ran([*words, "--stack", "documented", "--runs", str(tmp_path)], {}, apart)
    (row,) = re.findall(r"documented +[│|] (.*?) +[│|]", done.stdout)
    assert re.fullmatch(r"\d+ harness error", row), done.stdout
    assert "FAILED" not in done.stdout
