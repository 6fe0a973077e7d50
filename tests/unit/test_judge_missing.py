"""`judge --missing`: what has a whole run file is not judged again."""

from pathlib import Path

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.diff.judge_stacks import judged_before
from starlette_conformance.runs.run_file import Run
from tests.miniatures.run_files import environment, made, not_installable


def test_stacks_with_a_whole_run_file_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path / "a", "1.6.0", varies=False)
    made(tmp_path / "b", "1.7.0", varies=False)
    words = ["--stack", "starlette-1.6.0", "--stack", "starlette-1.7.0"]
    assert main(["judge", "--missing", *words, "--runs", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path}: every stack has a whole run file\n"
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


def test_what_was_cut_off_or_selected_or_not_there_counts_as_missing(tmp_path: Path) -> None:
    made(tmp_path, "1.6.0", varies=False)
    made(tmp_path, "1.7.0", varies=False, ends=False)
    not_installable(tmp_path, "1.8.0")
    part = Run(tmp_path, "starlette-1.9.0")
    part.begin(environment("1.9.0"), complete=False)
    part.end()
    (tmp_path / "torn.jsonl").write_text('{"kind":"run","schema":', "utf-8")
    assert judged_before(tmp_path) == {"starlette-1.6.0"}
    assert judged_before(tmp_path / "none") == set()
