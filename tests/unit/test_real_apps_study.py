"""The study of real applications: what it counts, and that its requests say what they should do."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.userapp.http_file import requests
from studies import real_apps

LISTED = tomllib.loads(real_apps.APPLICATIONS.read_text("utf-8"))
RUN = {
    "application": "mcp",
    "kept": True,
    "exit": 0,
    "seconds": 4.0,
    "requests": 10,
    "replayed": {"recorded": 10, "unlike": 1, "bound": 2},
    "differing": 0,
    "explained": 0,
    "accepted": 0,
    "not_compared": [],
}


@pytest.mark.parametrize("name", LISTED)
def test_every_request_says_what_it_should_do(name: str, tmp_path: Path) -> None:
    path = tmp_path / "requests.http"
    path.write_text(LISTED[name]["files"]["requests.http"])
    assert [str(step) for step in requests(path, "app:app") if not step.recorded] == []


@pytest.mark.parametrize(
    ("change", "false"),
    [
        ({}, False),
        ({"differing": 1}, True),
        ({"exit": 3}, True),
        ({"kept": False}, True),
        ({"replayed": {"recorded": 10, "unlike": 2, "bound": 0}}, True),
    ],
)
def test_a_run_is_false_if_it_differs_or_is_green_and_should_not_be(
    change: dict[str, Any], false: bool
) -> None:
    assert real_apps.is_false(RUN | change) == false


def test_the_table_has_a_row_for_each_application_and_one_for_all() -> None:
    other = RUN | {"application": "shiny", "seconds": 8.0, "kept": False}
    rows = list(real_apps.table([RUN, RUN, other], LISTED))
    mcp, shiny, every = ([cell.strip() for cell in row.split("|")[3:-1]] for row in rows[2:])
    assert mcp == ["2", "20", "4", "90.0 %", "0", "0", "0", "0", "2 × 0", "4.0", "as it was"]
    assert shiny[-2:] == ["8.0", "WRITTEN TO"]
    assert every[:3] == ["3", "30", "6"]


def test_what_an_application_writes_into_its_folder_is_noticed(tmp_path: Path) -> None:
    folder, before = real_apps.user_folder({"a/b.txt": "text"}, tmp_path / "app")
    assert real_apps.state(folder) == before
    (folder / "a" / "b.txt").write_text("text")
    assert real_apps.state(folder) != before
    assert real_apps.user_folder({}, tmp_path / "app")[1] == json.loads(json.dumps(before))
