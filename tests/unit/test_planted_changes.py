"""Planted changes, and lines that nothing reaches: what they plant and count."""

from studies import planted_changes, unreached
from studies.behaviour_plants import plants


def test_there_are_two_hundred_plants_of_thirteen_kinds() -> None:
    titles = [each.title for each in plants()]
    assert len(titles) == len(set(titles)) >= 200
    assert len({each.kind for each in plants()}) == 13


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


def test_lines_are_counted_by_what_reaches_them() -> None:
    code = compile("def f():\n    return 1\n\n\ndef g():\n    return 2\n", "a/b.py", "exec")
    known = {"a/b.py": dict(unreached._lines(code))}
    assert known == {"a/b.py": {1: "f", 2: "f", 5: "g", 6: "g"}}
    records = ["0 hello a/b.py 1", "2 hello a/b.py 2", "1 hello a/b.py 5"]
    reached = unreached._reached(records, [False, True])
    assert unreached.table(known, reached).splitlines()[2:] == ["| a | 4 | 2 | 1 | 1 |"]
    assert unreached.left(known, reached) == ["a/b.py g: 6"]
