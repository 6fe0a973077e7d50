"""The sum of run files, and which changes it leaves without proof."""

from collections import Counter
from pathlib import Path

import pytest

from harness.environments import Environment
from harness.runs import Run
from harness.summary import Summary


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


def test_a_run_of_some_specs_proves_nothing_of_changes(tmp_path: Path) -> None:
    run = Run(tmp_path, "starlette-1.0.0")
    run.begin(environment("1.0.0"), complete=False)
    run.verdict("spec", "hello", "pass", "", {}, 0.1)
    run.end()
    summary = Summary.of([run.path])
    assert summary.passed
    assert not summary.complete
