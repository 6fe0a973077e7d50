"""Where an output cannot be written, every verb exits with 2 at once, and with 4 on a full disk,
where the verdict is printed all the same.
"""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.__main__ import main
from tests.miniatures.run_files import three_releases

OUTPUTS = {
    "site": ("site", "RUNS", "--output", "OUT"),
    "site's history": ("site", "RUNS", "--output", "SITE", "--history", "OUT"),
    "judge": ("judge", "--stack", "latest", "--runs", "OUT"),
    "report": ("report", "RUNS", "--html", "OUT"),
    "matrix": ("matrix", "RUNS", "--junit", "OUT"),
    "diff": ("diff", "1.6.0", "1.7.0", "--published", "SITE", "--json", "OUT"),
    "costs": ("costs", "--stack", "latest", "--results", "OUT"),
    "record": ("record", "--app", "m:app", "-o", "OUT.har"),
}
every_verb = pytest.mark.parametrize("words", OUTPUTS.values(), ids=OUTPUTS)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return three_releases(tmp_path_factory.mktemp("some") / "runs")


def said_with(
    words: Sequence[str], runs: Path, out: Path, capsys: pytest.CaptureFixture[str], code: int
) -> str:
    """The one line that a verb says, which made nothing."""
    given = {"RUNS": str(runs), "OUT": str(out), "OUT.har": f"{out}.har"}
    site = out.parent.parent / "site"
    assert main([given.get(word, word).replace("SITE", str(site)) for word in words]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert not site.exists()
    return line


@every_verb
def test_below_a_file(
    words: Sequence[str], runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()
    line = said_with(words, runs, file / "out", capsys, 2)
    assert line.startswith("error: ")
    assert "is not a folder" in line


@every_verb
def test_where_the_machine_makes_no_folder(
    words: Sequence[str], runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = said_with(words, runs, Path("/proc/none/out"), capsys, 2)
    assert "/proc/none" in line


@every_verb
def test_in_a_folder_that_is_read_only(
    words: Sequence[str],
    runs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As `access` says it of a file system that is mounted so, to root as well."""
    folder = tmp_path / "folder"
    folder.mkdir()
    access = os.access

    def refused(path: Any, mode: int, **rest: Any) -> bool:
        return not (mode & os.W_OK and Path(path) == folder) and access(path, mode, **rest)

    monkeypatch.setattr(os, "access", refused)
    assert "cannot be written" in said_with(words, runs, folder / "out", capsys, 2)


@pytest.mark.parametrize("verb", ["site", "site's history", "judge"])
@pytest.mark.parametrize(
    ("number", "code"), [(errno.EROFS, 2), (errno.EACCES, 2), (errno.ENOSPC, 4)]
)
def test_what_is_refused_later_has_the_same_code(
    verb: str,
    number: int,
    code: int,
    runs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    mkdir = Path.mkdir

    def refused(path: Path, *rest: Any, **more: Any) -> None:
        if folder in path.parents:
            raise OSError(number, os.strerror(number), str(path))
        mkdir(path, *rest, **more)

    monkeypatch.setattr(Path, "mkdir", refused)
    assert os.strerror(number) in said_with(OUTPUTS[verb], runs, folder / "out", capsys, code)


FULL = "/dev/full"
VERDICTS = {
    "diff": (
        ["diff", "1.6.0", "1.7.0", "--published", "SITE", "--json"],
        "2 of 3 responses differ",
    ),
    "report": (["report", "RUNS", "--json"], "-> starlette-1.8.0: 3 of 3 responses differ"),
    "matrix": (["matrix", "RUNS", "--junit"], "3 of 3 stacks judged"),
}
OTHERS = {"diff": "--markdown", "report": "--html", "matrix": "--markdown"}


@pytest.mark.parametrize("verb", VERDICTS)
def test_a_full_disk_costs_a_file_and_neither_the_verdict_nor_another_file(
    verb: str, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, other = tmp_path / "site", tmp_path / "other"
    assert main(["site", str(runs), "--output", str(site)]) == 0
    capsys.readouterr()
    words, verdict = VERDICTS[verb]
    given = [{"SITE": str(site), "RUNS": str(runs)}.get(word, word) for word in words]
    assert main([*given, FULL, OTHERS[verb], str(other)]) == 4
    said = capsys.readouterr()
    assert verdict in said.out
    assert f"{FULL}\n" not in said.out, "it is not said to be written"
    assert (
        said.err == f"error: {FULL}: cannot be written: No space left on device; make room there\n"
    )
    assert other.stat().st_size
