"""The sum of run files, and which changes it leaves without proof."""

from collections import Counter
from pathlib import Path

import pytest

from harness.changes import Change, unproven
from harness.environments import Environment
from harness.runs import Run
from harness.summary import Summary

CHANGE = Change("starlette", "0.34.0", "fix", "It differs.", "https://example.org")
GONE = Change("starlette", "0.34.0", "regression", "It broke.", "https://example.org", "0.35.0")


def environment(release: str, python: str = "3.11.7") -> Environment:
    return Environment(f"starlette-{release}", Path("python"), python, {"starlette": release})


def written(folder: Path, release: str, *verdicts: str, ends: bool = True) -> Path:
    run = Run(folder, f"starlette-{release}")
    run.begin(environment(release))
    for number, verdict in enumerate(verdicts):
        run.verdict("spec", "hello", verdict, "", {"CHANGE": True}, 0.5, browser=number == 1)
    run.end()
    if not ends:
        *lines, _ = run.path.read_text("utf-8").splitlines(keepends=True)
        run.path.write_text("".join(lines), "utf-8")
    return run.path


def test_it_adds_up_the_runs_of_several_stacks(tmp_path: Path) -> None:
    paths = [
        written(tmp_path, "0.33.0", "pass", "pass"),
        written(tmp_path, "0.34.0", "pass", "fail", "pass"),
    ]
    summary = Summary.of(paths)
    assert summary.tally == {
        ("starlette-0.33.0", "hello"): Counter({"pass": 2}),
        ("starlette-0.34.0", "hello"): Counter({"pass": 2, "fail": 1}),
    }
    assert summary.seconds == {"starlette-0.33.0": 0.5, "starlette-0.34.0": 1.0}
    assert summary.verdicts == {"pass": 4, "fail": 1}
    assert summary.asserted == {"CHANGE": {"starlette-0.33.0", "starlette-0.34.0"}}
    assert summary.unfinished == set()


@pytest.mark.parametrize(
    ("verdicts", "ends", "passed"),
    [
        (["pass", "pass"], True, True),
        (["pass", "fail"], True, False),
        (["pass", "did not start"], True, False),
        (["pass", "pass"], False, False),
        ([], True, False),
    ],
)
def test_it_passed_only_when_all_did_to_the_end(
    tmp_path: Path, verdicts: list[str], ends: bool, passed: bool
) -> None:
    assert Summary.of([written(tmp_path, "1.0.0", *verdicts, ends=ends)]).passed == passed


def test_a_stack_without_packages_has_no_environment(tmp_path: Path) -> None:
    run = Run(tmp_path, "starlette==9")
    run.begin(None)
    run.verdict("spec", "hello", "not installable", "no such release", {}, 0.1)
    run.end()
    summary = Summary.of([run.path])
    assert summary.environments == {}
    assert summary.stacks == {"starlette==9"}


RELEASES = ("0.27.0", "0.33.0", "0.34.0", "0.35.0", "0.36.0")
ALL = {f"starlette-{release}" for release in RELEASES}


@pytest.mark.parametrize(
    ("change", "asserted", "missing"),
    [
        (CHANGE, {"starlette-0.33.0", "starlette-0.34.0"}, []),
        (CHANGE, ALL - {"starlette-0.33.0"}, ["starlette-0.33.0"]),
        (CHANGE, ALL - {"starlette-0.34.0"}, ["starlette-0.34.0"]),
        (CHANGE, set(), ["starlette-0.33.0", "starlette-0.34.0"]),
        (GONE, ALL, []),
        (GONE, ALL - {"starlette-0.35.0"}, ["starlette-0.35.0"]),
        (GONE, ALL - {"starlette-0.36.0"}, ["starlette-0.36.0"]),
    ],
)
def test_a_change_wants_a_spec_on_the_nearest_stacks(
    change: Change, asserted: set[str], missing: list[str]
) -> None:
    environments = {e.name: e for e in map(environment, RELEASES)}
    told = unproven({"CHANGE": change}, environments, {"CHANGE": asserted})
    assert told == [f"CHANGE: no spec asserts it on {environments[name]}" for name in missing]


def test_a_change_wants_stacks_on_both_sides() -> None:
    environments = {e.name: e for e in map(environment, ("0.34.0", "0.35.0"))}
    told = unproven({"CHANGE": CHANGE}, environments, {"CHANGE": ALL})
    assert told == ["CHANGE: no two stacks differ by it"]


def test_a_change_of_python_is_pinned_down_only_where_there_are_two() -> None:
    change = Change("python", "3.13.0", "change", "It differs.", "https://example.org")
    one = {"a": environment("1.0.0", "3.11.7")}
    assert unproven({"CHANGE": change}, one, {}) == []
    two = one | {"b": environment("1.1.0", "3.13.1")}
    assert len(unproven({"CHANGE": change}, two, {})) == 2
