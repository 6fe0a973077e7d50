"""The search for causes on made-up apps: which moves are named, how, and by how many trials."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from starlette_conformance.causes.candidates import Moves, Outcome, Outcomes, OutOfTime, Space
from starlette_conformance.causes.search import Explanation, Search

NAMES = [f"m{number:02}" for number in range(30)]

Behaviour = Callable[[Moves], Outcome | None]


def needs_all(*names: str) -> Behaviour:
    return lambda moved: Outcome.NEW if moved.issuperset(names) else Outcome.OLD


def any_of(*names: str) -> Behaviour:
    return lambda moved: Outcome.NEW if moved & set(names) else Outcome.OLD


def in_parts(*names: str) -> Behaviour:
    def behaviour(moved: Moves) -> Outcome:
        count = len(moved & set(names))
        return {0: Outcome.OLD, len(names): Outcome.NEW}.get(count, Outcome.OTHER)

    return behaviour


@dataclass
class Experiment:
    """An app by how it behaves; `needs` are moves that another one needs, `broken` pairs that start
    only together.
    """

    behaviours: Mapping[str, Behaviour]
    needs: Mapping[str, set[str]] = field(default_factory=dict)
    broken: Sequence[set[str]] = ()
    most: int = 10_000

    def __post_init__(self) -> None:
        self.made: dict[Moves, Outcomes] = {}

    def closed(self, moved: Moves) -> Moves:
        more = frozenset(moved.union(*(self.needs.get(name, set()) for name in moved)))
        return moved if more == moved else self.closed(more)

    def closed_back(self, kept: Moves) -> Moves:
        more = kept | {name for name, needed in self.needs.items() if needed & kept}
        return kept if more == kept else self.closed_back(more)

    def run(self, sets: Sequence[Moves]) -> list[Outcomes]:
        for moved in sets:
            assert self.closed(moved) == moved
            if moved not in self.made:
                if len(self.made) == self.most:
                    raise OutOfTime("no time was left")
                starts = all(len(pair & moved) != 1 for pair in self.broken)
                seen = {name: behave(moved) for name, behave in self.behaviours.items()}
                self.made[moved] = {n: o for n, o in seen.items() if o and starts}
        return [self.made[moved] for moved in sets]

    def explained(self) -> dict[object, Explanation]:
        search = Search(Space(NAMES, self.closed, self.closed_back, self.run))
        return dict(search.explanations(self.behaviours))


def told(found: Explanation) -> list[tuple[set[str], str]]:
    return [(set(each.moves), each.how) for each in found.sufficient]


def test_five_single_causes_are_proved_by_few_trials() -> None:
    names = ["m01", "m07", "m08", "m20", "m29"]
    experiment = Experiment({name: needs_all(name) for name in names})
    found = experiment.explained()
    assert {name: told(each) for name, each in found.items()} == {
        name: [({name}, "alone")] for name in names
    }
    assert all(each.proved for each in found.values())
    assert len(experiment.made) <= 24


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (needs_all("m03", "m22"), [({"m03", "m22"}, "together")]),
        (needs_all("m03", "m22", "m29"), [({"m03", "m22", "m29"}, "together")]),
        (in_parts("m03", "m22"), [({"m03", "m22"}, "parts")]),
        (any_of("m03", "m22"), [({"m03"}, "alone"), ({"m22"}, "alone")]),
    ],
)
def test_joint_and_either_or_causes_are_named_as_such(
    behaviour: Behaviour, expected: list[tuple[set[str], str]]
) -> None:
    found = Experiment({"x": behaviour}).explained()["x"]
    assert sorted(told(found), key=str) == sorted(expected, key=str)
    assert found.proved


def test_what_moves_only_together_is_not_told_apart() -> None:
    needs = {"m03": {"m04"}, "m04": {"m03"}}
    found = Experiment({"x": needs_all("m04")}, needs).explained()["x"]
    assert told(found) == [({"m03", "m04"}, "inseparable")]
    assert found.proved


def test_what_another_package_needs_is_told_apart_from_it() -> None:
    needs = {"m03": {"m04"}}
    behaviours = {"needed": needs_all("m04"), "needing": needs_all("m03")}
    found = Experiment(behaviours, needs).explained()
    assert told(found["needed"]) == [({"m04"}, "alone")]
    assert told(found["needing"]) == [({"m03"}, "alone")]


def test_trials_that_do_not_start_are_no_evidence() -> None:
    behaviours = {"x": needs_all("m09"), "y": needs_all("m28")}
    found = Experiment(behaviours, broken=[{"m00", "m15"}]).explained()
    assert {name: told(each) for name, each in found.items()} == {
        "x": [({"m09"}, "alone")],
        "y": [({"m28"}, "alone")],
    }


def test_what_does_not_reproduce_has_no_cause() -> None:
    found = Experiment({"x": lambda _: Outcome.OLD, "y": lambda _: None}).explained()
    assert {name: told(each) for name, each in found.items()} == {"x": [], "y": []}
    assert "all packages of NEW did not behave as NEW" in found["x"].untold


def test_what_depends_on_more_than_the_moves_is_not_named() -> None:
    def only_all_or_none(moved: Moves) -> Outcome:
        return Outcome.NEW if len(moved) == len(NAMES) else Outcome.OLD

    found = Experiment({"x": only_all_or_none}, most=300).explained()["x"]
    assert found.proved is (told(found) == [(set(NAMES), "together")])


def test_out_of_time_is_said() -> None:
    found = Experiment({"x": needs_all("m03")}, most=3).explained()["x"]
    assert (told(found), found.untold) == ([], "no time was left")


def test_no_innocent_move_is_named_whatever_needs_what() -> None:
    """Also where moves need each other in chains and circles."""
    for seed in range(60):
        chosen = random.Random(seed)
        needs: dict[str, set[str]] = {}
        for _ in range(6):
            one, other = chosen.sample(NAMES, 2)
            needs.setdefault(one, set()).add(other)
        guilty = {f"x{number}": chosen.sample(NAMES, 2) for number in range(4)}
        behaviours = {
            "x0": needs_all(*guilty["x0"]),
            "x1": any_of(*guilty["x1"]),
            "x2": in_parts(*guilty["x2"]),
            "x3": needs_all(guilty["x3"][0]),
        }
        experiment = Experiment(behaviours, needs)
        for name, found in experiment.explained().items():
            mutual = {
                other
                for one in guilty[str(name)]
                for other in experiment.closed(frozenset({one}))
                if one in experiment.closed(frozenset({other}))
            }
            named = set[str]().union(*(moves for moves, _ in told(found)))
            assert named <= mutual, (seed, name, found)
