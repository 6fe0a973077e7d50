"""Files of JSON Lines that go on: what is whole stays, what is torn goes."""

from pathlib import Path

import pytest

from harness.appended import append_to, whole_lines
from harness.failures import UsageError


@pytest.mark.parametrize(
    ("before", "whole"),
    [
        (None, []),
        ("", []),
        ("{}\n", ["{}"]),
        ("{}\n{", ["{}"]),
        ("{", []),
        ('{}\n{"é"}\n', ["{}", '{"é"}']),
    ],
)
def test_a_line_is_added_after_the_whole_ones(
    before: str | None, whole: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "file.jsonl"
    if before is not None:
        path.write_text(before, "utf-8")
    assert whole_lines(path) == whole
    with append_to(path) as file:
        file.write('{"new"}\n')
        assert whole_lines(path) == [*whole, '{"new"}']


@pytest.mark.parametrize("text", [b"notes", b"{}\nnotes", b"\n{}\n", b"{}\n\n", b"[]\n", b"\xff\n"])
def test_a_file_of_something_else_is_told_and_left_alone(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    path.write_bytes(text)
    with pytest.raises(UsageError, match=str(path)):
        append_to(path)
    assert path.read_bytes() == text


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=str(tmp_path)):
        append_to(tmp_path)
    with pytest.raises(UsageError, match="nonesuch"):
        append_to(tmp_path / "nonesuch" / "file.jsonl")
