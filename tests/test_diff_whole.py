"""What the README shows first, whole: nothing that the specs ask differs without a named change."""

import json
from pathlib import Path

import pytest

from harness.__main__ import main

MANY = 500
"""At least so many answers differ, so that what is found to be explained is not nothing."""


@pytest.mark.parametrize(
    ("old", "new"), [("0.46.1", "1.10.0"), ("documented", "starlette-0.13.8-httptools")]
)
def test_all_that_differs_is_explained(old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "diff.json"
    assert main(["diff", old, new, "--json", str(path)]) == 0
    found = json.loads(path.read_text("utf-8"))
    assert (found["unexplained"], found["differing"] >= MANY) == ([], True)
