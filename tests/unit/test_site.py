"""The folder that `static_files` serves: the same bytes and times on every machine."""

from pathlib import Path

import pytest

from starlette_conformance.model.site import Content, Link, Pipe
from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.stacks.site_fixture import DOCUMENTED_MTIME_NS, lay_out

FILES = {"html/index.html": b"<p>\n", "html/docs/index.html": b"docs\n", "html/empty": None}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))


def test_it_holds_just_the_files() -> None:
    folder = lay_out(FILES)
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*")}
    assert set(found) == {"html", "html/docs", *FILES}
    for name, content in FILES.items():
        assert found[name].is_dir() if content is None else found[name].read_bytes() == content


def test_everything_was_changed_at_the_documented_time() -> None:
    folder = lay_out(FILES)
    times = {path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))}
    assert times == {DOCUMENTED_MTIME_NS}


def test_a_link_stays_one_and_its_target_keeps_its_time() -> None:
    files: dict[str, Content] = {
        "secret.txt": b"s3cr3t!\n",
        "html/out.txt": Link("../secret.txt"),
        "html/dangling.txt": Link("missing.txt"),
    }
    folder = lay_out(files)
    assert (folder / "html/out.txt").readlink() == Path("../secret.txt")
    assert (folder / "html/out.txt").read_bytes() == b"s3cr3t!\n"
    links = [folder / "html/out.txt", folder / "html/dangling.txt"]
    assert {link.lstat().st_mtime_ns for link in links} == {DOCUMENTED_MTIME_NS}


def test_a_pipe_is_one() -> None:
    assert (lay_out({"html/pipe.txt": Pipe()}) / "html/pipe.txt").is_fifo()


def test_it_is_laid_out_once_for_the_same_files() -> None:
    assert lay_out(FILES) == lay_out(dict(reversed(FILES.items())))
    assert lay_out(FILES) != lay_out(FILES | {"html/index.html": b"<p>changed\n"})
