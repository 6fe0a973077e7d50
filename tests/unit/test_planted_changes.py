"""Planted changes: what is planted, and who saw it."""

from studies import planted_changes
from studies.behaviour_plants import plants


def test_there_are_two_hundred_plants_of_twenty_kinds() -> None:
    titles = [each.title for each in plants()]
    assert len(titles) == len(set(titles)) >= 200
    assert len({each.kind for each in plants()}) == 20


def test_each_plant_is_python() -> None:
    for plant in plants():
        compile(plant.source, plant.title, "exec")


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
