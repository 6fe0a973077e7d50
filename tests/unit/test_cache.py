"""The cache: a folder is made once, whole or not at all, by however many at a time."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from starlette_conformance.model.errors import Failure
from starlette_conformance.output.atomic_write import write_whole
from starlette_conformance.stacks import cache
from starlette_conformance.stacks.cache import VARIABLE, cache_folder, made_once, sweep
from starlette_conformance.stacks.tempdirs import scratch

ROOT = Path(__file__).parent.parent.parent
SECONDS = 20.0


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def fill(folder: Path) -> None:
    folder.mkdir()
    (folder / "content").write_text("whole")


def test_a_folder_is_made_where_it_is_asked_for(own_cache: Path) -> None:
    folder = made_once("things", "one", fill)
    assert folder == own_cache / "things" / "one"
    assert (folder / "content").read_text() == "whole"


def test_the_cache_is_a_folder_of_the_user_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    home = cache_folder().parent
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setenv("HOME", str(home))
    assert home in cache_folder().parents


def test_a_folder_is_made_once() -> None:
    first = made_once("things", "one", fill)
    (first / "added").write_text("kept")
    assert made_once("things", "one", fill) == first
    assert (first / "added").read_text() == "kept"


DAMAGES = {
    "a file is missing": "rm content",
    "a file is shorter": "truncate -s 3 content",
    "a file is another": "printf WHOLE >content",
    "a folder is in place of a file": "rm content; mkdir content",
    "a file is in place of the folder": "rm -r $PWD; touch $PWD",
    "nobody knows what it was made of": "rm -r ../../contents",
    "the list of what it was made of is cut off": "truncate -s 10 ../../contents/*",
}
"""What a shell does in the folder."""


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_made_anew(damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = made_once("things", "one", fill)
    subprocess.run(["sh", "-c", DAMAGES[damage]], cwd=folder, check=True)
    assert (made_once("things", "one", fill) / "content").read_text() == "whole"
    assert capsys.readouterr().err == f"{folder}: damaged, so it is made anew\n"
    made_once("things", "one", fill)
    assert capsys.readouterr().err == ""


def test_what_killed_runs_left_half_done_goes_with_the_next_process(own_cache: Path) -> None:
    with subprocess.Popen(["true"]) as gone:
        pass
    half_built = own_cache / "things" / "two.building"
    half_built.mkdir(parents=True)
    half_written = own_cache / "things" / f".one.txt.{gone.pid}-abc"
    under_way = own_cache / "things" / f".one.txt.{os.getpid()}-abc"
    being_built = own_cache / "things" / "three.building"
    being_built.mkdir()
    folders = own_cache / "scratch"
    (folders / f"{gone.pid}-abc" / "runs").mkdir(parents=True)
    in_use = folders / f"{os.getpid()}-abc"
    in_use.mkdir()
    for path in (half_written, under_way):
        path.write_text("half")
    (own_cache / "locks").mkdir()
    with FileLock(own_cache / "locks" / "things-three.lock"):
        cache_folder()
    assert set((own_cache / "things").iterdir()) == {being_built, under_way}
    assert list(folders.iterdir()) == [in_use]


def test_what_a_run_in_another_container_uses_stays(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scratch() as folder:
        monkeypatch.setattr(psutil, "pid_exists", lambda _: False)
        sweep(own_cache)
        assert folder.is_dir()
    assert not folder.exists()


def test_what_is_its_own_goes_where_a_run_ends_by_a_signal(own_cache: Path) -> None:
    with scratch() as folder:
        sweep(own_cache, ends=True)
        assert not folder.exists()
    another = folder.with_name(f"{os.getppid()}-abc")
    another.mkdir()
    sweep(own_cache, ends=True)
    assert another.is_dir()


def test_a_pipe_in_the_cache_holds_nobody(own_cache: Path) -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    made_once("kind", "key", fill)
    left = own_cache / cache.SCRATCH / f"{gone.pid}-x"
    left.parent.mkdir(exist_ok=True)
    os.mkfifo(left)
    contents = own_cache / "contents" / "kind-key.json"
    contents.unlink()
    os.mkfifo(contents)
    sweep(own_cache)
    assert not left.exists()
    assert (made_once("kind", "key", fill) / "content").exists()


def test_what_the_system_refuses_is_told(own_cache: Path) -> None:
    (own_cache / "locks" / "things-one.lock").mkdir(parents=True)
    with pytest.raises(Failure, match=r"things/one: cannot be made: "):
        made_once("things", "one", fill)

    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(Failure, match=r"two: cannot be made: No space left on device; make room"):
        made_once("things", "two", full)


def test_a_build_that_fails_leaves_nothing(own_cache: Path) -> None:
    def fail(folder: Path) -> None:
        fill(folder)
        raise RuntimeError("disk on fire")

    with pytest.raises(RuntimeError, match="disk on fire"):
        made_once("things", "one", fail)
    assert list((own_cache / "things").iterdir()) == []
    assert (made_once("things", "one", fill) / "content").read_text() == "whole"


def test_a_leftover_of_a_killed_run_is_replaced(own_cache: Path) -> None:
    leftover = own_cache / "things" / "one.building"
    leftover.mkdir(parents=True)
    (leftover / "half").write_text("half")
    folder = made_once("things", "one", fill)
    assert [path.name for path in folder.iterdir()] == ["content"]
    assert list(folder.parent.iterdir()) == [folder]


def test_two_threads_make_it_once() -> None:
    both = threading.Barrier(2)
    built: list[Path] = []
    found: list[Path] = []

    def build(folder: Path) -> None:
        fill(folder)
        built.append(folder)

    def ask() -> None:
        both.wait(SECONDS)
        found.append(made_once("things", "one", build))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert len(built) == 1
    assert len(set(found)) == 1
    assert len(found) == 2


ASKS = """
import sys
from starlette_conformance.stacks.cache import made_once

def build(folder):
    folder.mkdir()
    print("builds", flush=True)
    sys.stdin.read()
    (folder / "content").write_text("whole")

print("found", (made_once("things", "one", build) / "content").read_text())
"""


def test_two_processes_make_it_once() -> None:
    def ask() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", ASKS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    with ask() as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "builds\n"
        with ask() as second:
            outputs = [process.communicate(timeout=SECONDS)[0] for process in (first, second)]
    assert outputs == ["found whole\n", "found whole\n"]


def test_a_folder_that_another_run_makes_for_too_long_is_told(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "SECONDS", 0.1)
    (own_cache / "locks").mkdir(parents=True)
    with (
        FileLock(own_cache / "locks" / "things-one.lock"),
        pytest.raises(Failure, match=r"one: another run has been making it for 0\.1 s$"),
    ):
        made_once("things", "one", fill)


def test_a_cache_that_cannot_be_made_is_told(own_cache: Path) -> None:
    own_cache.write_text("a file")
    with pytest.raises(Failure, match=r"cache cannot be made: File exists$"):
        cache_folder()


def test_a_file_is_written_whole(own_cache: Path) -> None:
    path = own_cache / "resolutions" / "one.txt"
    write_whole(path, "first")
    write_whole(path, "second")
    assert path.read_text() == "second"
    assert os.listdir(path.parent) == ["one.txt"]  # noqa: PTH208
