"""The table of faults that releases have or had: what it takes for one to be shown."""

from starlette_conformance.model.scenario import Scenario
from starlette_conformance.stacks.project import catalogue, ledger
from studies.known_faults import FAULTS, Fault, table

SCENARIOS = [Scenario(name, "hello", (), {}) for name in ("clients reset", "clients leave")]


def row(releases: tuple[str, str, str], counts: dict[str, str], beside: str = "") -> str:
    fault = Fault("it leaks", "a-{}", releases, "clients reset", "tasks kept", beside)

    def count(scenario: Scenario, counted: str, stack: str) -> str:
        assert counted == "tasks kept"
        return counts[scenario.name if beside else stack]

    return list(table([fault], SCENARIOS, count))[-1]


def test_a_fault_is_shown_where_it_counts_otherwise_on_both_sides() -> None:
    counts = {"a-1": "0", "a-2": "30", "a-3": "0"}
    expected = "| it leaks | clients reset: tasks kept | 1: 0 | 2: 30 | 3: 0 |"
    assert row(("1", "2", "3"), counts) == expected
    assert row(("", "2", "3"), counts).endswith(" | - | 2: 30 | 3: 0 |")
    assert row(("", "2", ""), counts).startswith("| NOT SHOWN: it leaks |")
    assert row(("1", "2", "3"), counts | {"a-3": "30"}).startswith("| NOT SHOWN: it leaks |")


def test_a_fault_of_every_release_is_shown_beside_what_is_right_there() -> None:
    counts = {"clients reset": "30", "clients leave": "0"}
    assert row(("", "2", ""), counts, "clients leave").endswith("| clients leave: 0 | 2: 30 | - |")
    same = counts | {"clients leave": "30"}
    assert row(("", "2", ""), same, "clients leave").startswith("| NOT SHOWN: it leaks |")


def test_each_fault_names_what_there_is() -> None:
    named = {scenario.name: scenario for scenario in ledger().scenarios}
    for fault in FAULTS:
        assert fault.counted in map(str, named[fault.scenario].expected)
        stacks = {fault.stack.format(release) for release in fault.releases if release}
        assert stacks <= catalogue().stacks.keys()
