"""The study of requests that nobody wrote: what it counts, and which runs are false."""

import tomllib
from typing import Any

import pytest

from studies import unwritten

LISTED = tomllib.loads(unwritten.APPLICATIONS.read_text("utf-8"))
RUN = {
    "application": "optimade",
    "exit": 0,
    "seconds": 4.0,
    "requests": 50,
    "operations": 36,
    "missed": ["GET /a (404)"],
    "differing": 0,
    "not_compared": [],
}


@pytest.mark.parametrize(
    ("change", "false"),
    [({}, False), ({"differing": 1}, True), ({"requests": 0}, True), ({"exit": 3}, False)],
)
def test_a_run_is_false_if_it_differs_or_compared_nothing(
    change: dict[str, Any], false: bool
) -> None:
    assert unwritten.is_false(RUN | change) == false


def test_the_table_has_a_row_for_each_application() -> None:
    other = RUN | {"application": "burr", "seconds": 8.0, "missed": [], "not_compared": ["x"]}
    rows = list(unwritten.table([RUN, RUN, other], LISTED))
    optimade, burr = ([cell.strip() for cell in row.split("|")[3:-1]] for row in rows[2:])
    assert optimade == ["2", "50.0", "36.0", "97 %", "-", "0", "0", "4"]
    assert burr[3] == "100 %"
    assert burr[-2:] == ["1", "8"]


def test_each_application_says_how_it_is_started() -> None:
    for listed in LISTED.values():
        assert {"stack", "what", "options", "missing", "files"} == listed.keys()
        assert listed["options"][0] in {"--app", "--start"}
