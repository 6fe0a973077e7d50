"""The named changes: read from their file, and proven by stacks on both sides."""

from dataclasses import replace

import pytest

from starlette_conformance.model.changes import Change, named, unproven
from starlette_conformance.stacks.project import ledger
from tests.miniatures.raw_server import ENVIRONMENT

CAME = Change("starlette", "0.39.0", "feature", "Ranges are served.", "https://example.org/1")
WENT = replace(CAME, last="0.48.0")
STACKS = {
    version: replace(ENVIRONMENT, name=version, packages={"starlette": version})
    for version in ("1.0.0", "0.38.6", "0.39.0", "0.48.0", "0.49.0")  # in no order
}


def test_the_changes_of_a_module_are_named_in_its_order() -> None:
    module = {"SECOND": CAME, "number": 3, "FIRST": WENT}
    assert list(named(module.items()).items()) == [("SECOND", CAME), ("FIRST", WENT)]


@pytest.mark.parametrize(
    ("change", "stacks", "message"),
    [
        (CAME, {"0.38.6", "0.39.0"}, []),
        (CAME, {"0.38.6", "0.48.0", "1.0.0"}, ["CAME: no spec asserts it on starlette 0.39.0"]),
        (CAME, {"0.39.0", "0.48.0"}, ["CAME: no spec asserts it on starlette 0.38.6"]),
        (WENT, {"0.38.6", "0.39.0", "0.48.0", "0.49.0"}, []),
        (
            WENT,
            {"0.38.6", "0.39.0", "1.0.0"},
            [
                "CAME: no spec asserts it on starlette 0.48.0",
                "CAME: no spec asserts it on starlette 0.49.0",
            ],
        ),
        (replace(CAME, first="2.0"), set(STACKS), ["CAME: no two stacks differ by it"]),
        (replace(CAME, package="python", first="3.9"), set(), []),
    ],
)
def test_a_change_is_proven_by_the_stacks_nearest_to_it(
    change: Change, stacks: set[str], message: list[str]
) -> None:
    assert unproven({"CAME": change}, STACKS, {"CAME": stacks}) == message


def test_a_change_that_no_spec_asserts_is_told() -> None:
    assert unproven({"CAME": CAME}, STACKS, {}) == [
        "CAME: no spec asserts it on starlette 0.38.6",
        "CAME: no spec asserts it on starlette 0.39.0",
    ]


def test_a_change_between_other_releases_is_told_only_where_all_should_differ() -> None:
    change = replace(CAME, first="0.38.7", last="0.38.7")
    assert unproven({"CAME": change}, STACKS, {}) == ["CAME: no two stacks differ by it"]
    assert unproven({"CAME": change}, STACKS, {}, all_should_differ=False) == []


def test_a_change_that_every_release_has_is_on_no_two_sides_of_its_package() -> None:
    everywhere = replace(CAME, first="0.1")
    assert unproven({"CAME": everywhere}, STACKS, {}) == ["CAME: no two stacks differ by it"]
    assert unproven({"CAME": replace(everywhere, present=True)}, STACKS, {}) == []


def test_a_change_is_proven_by_stacks_that_have_what_it_shows_beside() -> None:
    beside = replace(CAME, beside="python>=3.12")
    assert unproven({"CAME": beside}, STACKS, {}, all_should_differ=False) == []
    newer = {name: replace(each, python="3.12.1") for name, each in STACKS.items()}
    assert len(unproven({"CAME": beside}, newer, {})) == 2


def test_any_stack_of_the_nearest_version_will_do() -> None:
    twin = replace(STACKS["0.39.0"], name="twin")
    assert unproven({"CAME": CAME}, STACKS | {"twin": twin}, {"CAME": {"0.38.6", "twin"}}) == []


def test_a_change_of_a_package_that_is_missing_does_not_apply() -> None:
    change = replace(CAME, package="httptools", first="0.1")
    assert not change.applies_to(ENVIRONMENT)
    assert unproven({"CAME": change}, {"here": ENVIRONMENT}, {}, all_should_differ=False) == []


def test_the_changes_of_the_project_are_of_packages_that_stacks_hold() -> None:
    known = {"starlette", "sse-starlette", "uvicorn", "h11", "httptools", "python"}
    known |= {"uvloop", "websockets", "wsproto"}
    assert {change.package for change in ledger().changes.values()} <= known
