"""The copy of a process that has ended: the next one finds in it what the original has."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from starlette_conformance.userapp.copies import Copies
from starlette_conformance.userapp.private_copy import Original

Touch = Callable[[Path], object]


def an_app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    for name in ("main.py", "data/rows", "data/deep/more"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "leads_in").symlink_to(folder / "data" / "rows")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "file").write_text("shared")
    (folder / "leads_out").symlink_to("../shared")
    return folder


def seen(folder: Path) -> dict[str, tuple[object, ...]]:
    found = dict[str, tuple[object, ...]]()
    for path in [folder, *sorted(folder.rglob("*"))]:
        what = path.readlink() if path.is_symlink() else path.read_text() if path.is_file() else ""
        text = str(what).replace(str(folder), "COPY")
        status = path.lstat()
        is_kept = path != folder and not path.is_symlink()
        found[str(path.relative_to(folder))] = (
            text,
            status.st_mode,
            status.st_mtime_ns if is_kept else 0,
        )
    return found


def same_size(path: Path) -> None:
    """Written to, with the size and the time of before."""
    before = path.stat()
    path.write_text("ROWS".ljust(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def becomes_a_file(path: Path) -> None:
    shutil.rmtree(path)
    path.write_text("")


def becomes_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


TOUCHES: dict[str, Touch] = {
    "nothing": lambda copy: copy.stat(),
    "a new file": lambda copy: (copy / "data" / "new").write_text("new"),
    "a new folder": lambda copy: (copy / "logs" / "a").mkdir(parents=True),
    "a file written to": lambda copy: (copy / "data" / "rows").write_text("other"),
    "a file of the same size and time": lambda copy: same_size(copy / "data" / "rows"),
    "a file that leads out": lambda copy: (copy / "leads_out" / "file").write_text("mine"),
    "a link into the copy": lambda copy: (copy / "leads_in").write_text("through a link"),
    "a file removed": lambda copy: (copy / "main.py").unlink(),
    "a folder removed": lambda copy: shutil.rmtree(copy / "data"),
    "a folder that is a file": lambda copy: becomes_a_file(copy / "data"),
    "a file that is a folder": lambda copy: becomes_a_folder(copy / "main.py"),
    "a file's mode": lambda copy: (copy / "main.py").chmod(0o600),
    "a folder's mode": lambda copy: (copy / "data").chmod(0o700),
    "a locked folder": lambda copy: (copy / "data").chmod(0),
    "the mode of all": lambda copy: copy.chmod(0o700),
    "everything": shutil.rmtree,
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_the_next_process_finds_the_original(touch: Touch, tmp_path: Path) -> None:
    copies = Copies(Original.of(an_app(tmp_path)))
    first = copies.fill(tmp_path / "first" / "app")
    fresh = seen(first.folder)
    touch(first.folder)
    copies.keep(first)
    second = copies.fill(tmp_path / "second" / "app")
    assert seen(second.folder) == fresh
    assert (second.folder / "leads_in").resolve() == second.folder / "data" / "rows"
    assert (tmp_path / "shared" / "file").read_text() == "shared"


@pytest.mark.parametrize(
    "edit",
    [
        lambda folder: same_size(folder / "data" / "rows"),
        lambda folder: (folder / "data" / "rows").unlink(),
        lambda folder: (folder / "main.py").chmod(0o600),
    ],
)
def test_what_the_user_edits_meanwhile_is_in_the_next_one(edit: Touch, tmp_path: Path) -> None:
    folder = an_app(tmp_path)
    copies = Copies(Original.of(folder))
    copies.keep(copies.fill(tmp_path / "first" / "app"))
    edit(folder)
    second = copies.fill(tmp_path / "second" / "app")
    third = Copies(Original.of(folder)).fill(tmp_path / "third" / "app")
    assert seen(second.folder) == seen(third.folder)


def test_a_file_that_nobody_touched_is_not_made_again(tmp_path: Path) -> None:
    copies = Copies(Original.of(an_app(tmp_path)))
    first = copies.fill(tmp_path / "first" / "app")
    number = (first.folder / "main.py").stat().st_ino
    copies.keep(first)
    assert not first.folder.exists()
    assert (copies.fill(tmp_path / "second" / "app").folder / "main.py").stat().st_ino == number


def test_many_processes_leave_no_open_file(tmp_path: Path) -> None:
    copies = Copies(Original.of(an_app(tmp_path)))
    before = len([*Path("/proc/self/fd").iterdir()])
    for number in range(20):
        copies.keep(copies.fill(tmp_path / f"{number}" / "app"))
    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_no_more_are_kept_than_run_at_a_time_and_none_after_the_app(tmp_path: Path) -> None:
    copies = Copies(Original.of(an_app(tmp_path)))
    three = [copies.fill(tmp_path / name / "app") for name in ("a", "b", "c")]
    for copy in three:
        copies.keep(copy)
    assert [copy.folder.exists() for copy in three] == [False, False, True]
    parked = {copy.folder.parent for copy in copies._spare}
    assert [folder.exists() for folder in parked] == [True]
    del copies
    assert [folder.exists() for folder in parked] == [False]
