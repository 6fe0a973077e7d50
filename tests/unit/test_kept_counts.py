"""Which counts are kept, and what makes them others."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from starlette_conformance.cost import callgrind, counts, kept_counts
from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.manifest import MANIFEST
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.model.environment import Environment
from starlette_conformance.stacks.cache import VARIABLE
from tests.miniatures.run_files import environment


def test_what_was_counted_is_kept_until_something_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def count(_: Environment, those: Sequence[Benchmark], *__: object) -> dict[str, Count]:
        asked.append([each.name for each in those])
        return {each.name: Count((1e6, 2e6), 153.0, 1, {"send": 2.0}) for each in those}

    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(counts, "count", count)
    monkeypatch.setattr(kept_counts, "identity", lambda stack: stack.name)
    stack = environment("1.0.0")
    some = [MANIFEST["hello"], MANIFEST["sse"]]
    first = kept_counts.count(stack, some)
    again = kept_counts.count(stack, some[:1])
    assert (first.ages, first.found["hello"]) == ({}, again.found["hello"])
    assert again.ages.keys() == {"hello"}
    kept_counts.count(stack, [*some, MANIFEST["json_cors"]])
    assert asked == [["hello", "sse"], ["json_cors"]]
    for more in ({"fresh": True}, {"layout": 1}, {"repeats": 3}):
        kept_counts.count(stack, some[:1], **more)
    kept_counts.count(environment("1.1.0"), some[:1])
    monkeypatch.setattr(callgrind, "processor", lambda: "another one")
    kept_counts.count(stack, some[:1])
    for file in (tmp_path / kept_counts.KIND).iterdir():
        file.write_text("torn")
    kept_counts.count(stack, some[:1])
    assert asked[2:] == [["hello"]] * 6


def test_counts_of_a_stack_that_somebody_may_change_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(counts, "count", lambda *_: {"hello": Count((1.0, 2.0), 1.0, 1, {})})
    for _ in range(2):
        assert not kept_counts.count(environment("1.0.0"), [MANIFEST["hello"]]).ages
    assert not [*tmp_path.rglob("*.kept")]
