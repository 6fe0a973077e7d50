"""Expectations: what depends on the stack, and what depends on chance."""

from dataclasses import replace
from typing import Any

import pytest

from starlette_conformance.model.changes import Change
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import (
    ABSENT,
    CONTINUE,
    Response,
    by_parser,
    chunked,
    history,
    resolve,
    since,
)
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.model.mismatch import differences
from tests.miniatures.raw_server import ENVIRONMENT

CAME = Change("starlette", "0.39.0", "feature", "Ranges are served.", "https://example.org/1")
CAME_AND_WENT = replace(CAME, last="0.48.0")
LATER = replace(CAME, first="1.0.0")


def stack(starlette: str, **packages: str) -> Environment:
    return replace(
        ENVIRONMENT,
        packages={**ENVIRONMENT.packages, "starlette": starlette, **packages},
    )


def resolved(value: Any, environment: Environment) -> Any:
    return resolve(value, environment).value


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.13.8", "before"),
        ("0.38.6", "before"),
        ("0.39.0a1", "before"),
        ("0.39.0rc1", "before"),
        ("0.39.0", "now"),
        ("0.39.0.post1", "now"),
        ("0.39.1", "now"),
        ("1.0.0", "now"),
    ],
)
def test_since_has_both_sides_of_the_first_release(version: str, expected: str) -> None:
    assert resolved(since(CAME, "now", before="before"), stack(version)) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.38.6", "before"),
        ("0.39.0", "now"),
        ("0.48.0rc1", "now"),
        ("0.48.0", "now"),
        ("0.48.1", "before"),
        ("0.49.0", "before"),
    ],
)
def test_since_has_both_sides_of_the_last_release(version: str, expected: str) -> None:
    assert resolved(since(CAME_AND_WENT, "now", before="before"), stack(version)) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.38.6", "a"), ("0.39.0", "b"), ("0.52.1", "b"), ("1.0.0rc1", "b"), ("1.0.0", "c")],
)
def test_history_reads_oldest_first(version: str, expected: str) -> None:
    assert resolved(history("a", (CAME, "b"), (LATER, "c")), stack(version)) == expected


def test_a_history_may_have_a_phase_that_ended() -> None:
    value = history("a", (CAME_AND_WENT, "b"), (LATER, "c"))
    versions = ("0.38.6", "0.40.0", "0.49.0", "1.0.0")
    assert [resolved(value, stack(version)) for version in versions] == ["a", "b", "a", "c"]


@pytest.mark.parametrize(
    ("python", "expected"), [("3.12.12", "before"), ("3.13.0rc1", "before"), ("3.13.0", "now")]
)
def test_python_counts_as_a_package(python: str, expected: str) -> None:
    change = replace(CAME, package="python", first="3.13.0")
    environment = replace(ENVIRONMENT, python=python)
    assert resolved(since(change, "now", before="before"), environment) == expected


def test_a_package_may_be_named_in_any_form() -> None:
    change = replace(CAME, package="SSE_Starlette", first="2.2.1")
    assert change.applies_to(ENVIRONMENT)


def test_a_change_of_a_package_that_the_stack_lacks_has_not_come() -> None:
    assert resolved(since(replace(CAME, package="httptools"), 1, before=2), ENVIRONMENT) == 2


@pytest.mark.parametrize(
    ("packages", "expected"),
    [({}, "one"), ({"httptools": "0.6.4"}, "two")],
)
def test_by_parser_takes_httptools_where_it_is_installed(
    packages: dict[str, str], expected: str
) -> None:
    assert resolved(by_parser(h11="one", httptools="two"), stack("1.0.0", **packages)) == expected


def test_lazy_values_may_hold_lazy_values() -> None:
    value = since(CAME, by_parser(h11=since(LATER, 3, before=2), httptools=9), before=1)
    versions = ("0.38.0", "0.39.0", "1.0.0")
    assert [resolved(value, stack(version)) for version in versions] == [1, 2, 3]


def test_every_field_of_a_response_may_be_lazy() -> None:
    def value(now: Any, before: Any) -> since:
        return since(CAME, now, before=before)

    lazy = Response(
        status=value(206, 200),
        headers={"a": value("1", ABSENT), "b": ABSENT, "c": ("1", value("2", "3"))},
        body=value(chunked(b"x"), b"y"),
        reason=value("Some", "All"),
        version=value("HTTP/1.1", "HTTP/1.0"),
        ending=value("whole", "cut"),
        closes=value(False, True),
        interim=value((), (CONTINUE,)),
    )
    assert resolved(lazy, stack("0.39.0")) == Response(
        206, {"a": "1", "c": ("1", "2")}, chunked(b"x"), "Some"
    )
    assert resolved(lazy, stack("0.38.0")) == Response(
        200, {"c": ("1", "3")}, b"y", "All", "HTTP/1.0", "cut", True, (CONTINUE,)
    )


def test_a_whole_response_may_be_lazy() -> None:
    value = since(CAME, Response(206), before=Response(200))
    assert (
        differences(Response(206, reason="Partial Content"), resolved(value, stack("0.39.0"))) == []
    )
    assert [
        d.where for d in differences(Response(206, reason="OK"), resolved(value, stack("0.38.0")))
    ] == ["status"]


def test_absent_leaves_out_a_header_an_item_or_a_line() -> None:
    value = since(CAME, "x")
    assert resolved({"a": value}, stack("0.38.0")) == {}
    assert resolved(("a", value, ABSENT), stack("0.38.0")) == ("a",)
    assert Lines(["a"], stack("0.38.0")) == ["a", value]
    assert Lines(["a", "x"], stack("0.39.0")) == ["a", value]


def test_resolving_returns_the_changes_with_the_side_that_applied() -> None:
    for version, applied in (("0.38.0", False), ("0.39.0", True)):
        assert resolve(since(CAME, 1, before=2), stack(version)).asserted == {(CAME, applied)}


def test_a_change_that_makes_no_difference_is_not_asserted() -> None:
    assert resolve(since(CAME, "same", before="same"), stack("0.39.0")).asserted == set()


def test_a_phase_that_was_not_reached_is_not_asserted() -> None:
    value = history(1, (CAME, 2), (LATER, 3))
    assert resolve(value, stack("1.0.0")).asserted == {(LATER, True)}


def test_an_answer_compares_with_a_response_only() -> None:
    with pytest.raises(TypeError, match="compares with a Response, not with 200"):
        differences(Response(200), 200)
