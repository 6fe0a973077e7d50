"""The study of neighbouring releases: what it counts as shown, as listed, and as missed."""

import itertools

from rich.console import Console

from starlette_conformance.stacks.project import catalogue
from studies.neighbours import DONE, between, line, pairs, table

ONE, OTHER, THIRD = "LENGTHS_MERGED", "H11_WRITES_CAPITALS", "LF_ENDS_LINES"


def diff(explained: list[str], not_shown: list[str], unexplained: list[str]) -> dict[str, object]:
    lists = {"explained": explained, "not_shown": not_shown, "unexplained": unexplained}
    named = {key: [{"name": name} for name in names] for key, names in lists.items()}
    return {**named, "seconds": 1.0}


def test_pairs_are_neighbours_and_those_with_a_change_come_first() -> None:
    found = pairs("h11", 30)
    released = catalogue().axes["h11"].vary["h11"]
    assert set(found) == set(itertools.pairwise(released))
    assert found[0] == ("0.15.0", "0.16.0")
    assert [bool(between("h11", *pair)) for pair in found] == [True] * 7 + [False] * 2
    assert pairs("h11", 2) == found[:2]


def test_a_change_is_shown_or_listed_or_missed() -> None:
    assert between("h11", "0.10.0", "0.11.0") == {ONE, OTHER}
    both = line("h11", "0.10.0", "0.11.0", diff([ONE, THIRD], [OTHER], []))
    assert (both["shown"], both["not compared here"], both["missed"]) == ([ONE], [OTHER], [])
    silent = line("h11", "0.10.0", "0.11.0", diff([], [ONE], ["status"]))
    assert (silent["missed"], silent["unexplained"]) == ([OTHER], ["status"])


def test_the_table_counts_by_package_what_was_compared() -> None:
    lines = [
        line("h11", "0.10.0", "0.11.0", diff([ONE], [OTHER], [])) | {DONE: 0},
        line("h11", "0.11.0", "0.12.0", diff([], [], ["body"])) | {DONE: 1},
        {"package": "h11", "older": "0.1", "newer": "0.2", "failed": "not installable"},
    ]
    found = table(lines)
    console = Console(width=120, record=True, quiet=True)
    cells = [list(column.cells) for column in found.columns]
    console.print(found)
    assert cells == [["h11"], ["2"], ["4"], ["1"], ["1"], ["2"], ["1"]]
