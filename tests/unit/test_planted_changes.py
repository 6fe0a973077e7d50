"""Planted changes: what is planted, and who saw it."""

from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.model.errors import Failure
from studies import planted_changes
from studies.behaviour_plants import plants
from studies.replaced_texts import Edit, Replaced, replaced


def test_there_are_two_hundred_plants_of_twenty_kinds() -> None:
    titles = [each.title for each in plants()]
    assert len(titles) == len(set(titles)) >= 200
    assert len({each.kind for each in plants()}) == 20


def test_each_plant_is_python() -> None:
    for plant in plants():
        compile(plant.source, plant.title, "exec")


def test_there_are_ninety_replaced_texts_of_twenty_kinds_and_each_edit_changes_something() -> None:
    found = replaced()
    titles = [each.title for each in found]
    assert len(titles) == len(set(titles)) >= 90
    assert len({each.kind for each in found}) >= 20
    assert all(edit.old != edit.new for each in found for edit in each.edits)


def test_a_text_is_replaced_in_a_copy_of_an_environment_where_it_stands_once(
    tmp_path: Path,
) -> None:
    installed = tmp_path / "environment/lib/python3.11/site-packages/a.py"
    for path in (installed, tmp_path / "environment/bin/python"):
        path.parent.mkdir(parents=True)
        path.write_text("one two")
    plant = Replaced("kind", "name", "stack", (Edit("a.py", "two", "three"),))
    python = plant.plant(tmp_path / "environment/bin/python", tmp_path / "copy")
    copied = (tmp_path / "copy").joinpath(*installed.parts[-4:])
    assert (python, copied.read_text()) == (tmp_path / "copy/bin/python", "one three")
    missing = replace(plant, edits=(Edit("a.py", "four", "three"),))
    with pytest.raises(Failure, match="stands there 0 times"):
        missing.plant(tmp_path / "environment/bin/python", tmp_path / "other")


def test_a_table_counts_who_saw_how_many_and_names_what_nobody_saw() -> None:
    seen = {"plant": "hello: a", "kind": "wire", "specs": True, "diff": False}
    unseen = {"plant": "hello: b", "kind": "wire", "specs": False, "diff": False}
    lines = planted_changes.table([seen, unseen]).splitlines()
    assert lines[2:] == [
        "| wire | 2 | 1 | 0 | 1 |",
        "| all | 2 | 1 | 0 | 1 |",
        "",
        "nobody saw: hello: b",
    ]
