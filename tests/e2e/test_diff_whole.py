"""What the README shows first, whole: nothing that the specs ask differs without a named change."""

import json
import re
import sys
from pathlib import Path

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.stacks.project import ROOT

MANY = 500
"""At least so many responses differ, so that what is found to be explained is not nothing."""

SHOWN = ("0.46.1", "1.10.0")
OLDEST = ("documented", "starlette-0.13.8-httptools", "--quick", "--only", "static_files")


@pytest.mark.parametrize("words", [SHOWN, OLDEST])
def test_all_that_differs_is_explained(
    words: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "diff.json"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)  # the README shows a terminal
    monkeypatch.setenv("TERM", "dumb")  # of 80 columns, without styles
    monkeypatch.delenv("COLUMNS", raising=False)
    assert main(["diff", *words, "--json", str(path)]) == 0
    found = json.loads(path.read_text("utf-8"))
    assert found["unexplained"] == []
    assert found["counts"]["differing"] >= MANY
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    if words == SHOWN:
        assert [
            line for line in shown() if not any(each.startswith(line) for each in printed)
        ] == []


def shown() -> list[str]:
    """What the README shows of the diff, line by line, each up to where it breaks off."""
    readme = (ROOT / "README.md").read_text("utf-8")
    block = re.search(r"## What the first command prints\n\n((?: {4}.*\n)+)", readme)
    assert block
    lines = [" ".join(line.split()).removesuffix("...").rstrip() for line in block[1].splitlines()]
    return [line for line in lines if line]
