"""Rows of the table of environments that CI runs, and what the table says of one that is wrong."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.machines import ROWS, Row, line_of, run, warm

SECONDS = 300
"""More than the slowest row took beside much other work."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return warm(tmp_path_factory.mktemp("machines"))


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("row", [row for row in ROWS if row.quick], ids=lambda row: row.name)
def test_an_environment_is_as_wanted(row: Row, tmp_path: Path, cache: Path) -> None:
    came = run(row, tmp_path / "row", cache)
    if came.lacking:
        pytest.skip(came.lacking)
    assert not came.wrong


@pytest.mark.timeout(SECONDS)
def test_what_is_not_as_wanted_is_seen(tmp_path: Path, cache: Path) -> None:
    row = Row("odd", "echo Traceback; exit 3", 0, "good")
    came = run(row, tmp_path / "row", cache)
    assert came.wrong == "exit code 3; not said: good; a traceback: Traceback"
    assert line_of(came) == "| odd | 3 | 0 | NOT |"
    lacking = run(replace(row, tried="exit 7"), tmp_path / "other", cache)
    assert line_of(lacking) == "| odd | - | 0 | not run: `exit 7` ended with 7 |"
