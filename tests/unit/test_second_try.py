"""Specs that are tried a second time, alone: what passes then takes the place of what failed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.http.connection import Segment
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.output.console import console
from starlette_conformance.process.resources import Footprint
from starlette_conformance.report.merged_runs import Pool, read
from starlette_conformance.runs import second_try
from starlette_conformance.runs.records import OutcomeRecord
from starlette_conformance.runs.run_file import Run
from starlette_conformance.runs.run_reader import load
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.project import ROOT
from tests.miniatures.raw_server import ENVIRONMENT

Specs = Mapping[str, Sequence[str]] | None
STACK = ENVIRONMENT.name
A, B, C = (f"specs/test_specs.py::test_{each}[{STACK}]" for each in "abc")
STAYS = f"starlette_conformance/pytest_plugin/judging.py::servers[{STACK}]"


def written(folder: Path, answer: bytes, verdicts: Mapping[str, str]) -> Path:
    """A run in which each spec has an exchange with this answer, and a scenario of its name."""
    sent = (Segment(0.0, b"GET"),)
    exchange = Exchange("hello", ENVIRONMENT, "GET", sent, (Segment(0.1, answer),), "", True, 1, 0)
    run = Run(folder, STACK)
    run.begin(ENVIRONMENT)
    for spec, verdict in verdicts.items():
        run.exchange(spec, exchange)
        run.outcome(OutcomeRecord(scenario=spec, observed={"log": answer.decode()}))
        run.verdict(spec, "hello", verdict, "" if verdict == "pass" else "late\nby 1 s", {}, 0.1)
    run.end()
    return run.path


def judged(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *sessions: Mapping[str, str]
) -> tuple[Summary, list[Specs]]:
    """What these sessions come to, one after the other, and the specs that each was to run."""
    asked: list[Specs] = []

    def judge(
        _: Any, folder: Path, __: int, ___: Any, ____: Any, specs: Specs = None
    ) -> tuple[Summary, Footprint]:
        asked.append(specs)
        number = len(asked)
        return Summary.of(
            [written(folder / "000", b"%d" % number, sessions[number - 1])]
        ), Footprint()

    monkeypatch.setattr(second_try, "judge", judge)
    return second_try.judge_twice([STACK], folder, 4, [], console())[0], asked


def test_what_passes_the_second_time_takes_the_place_of_what_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = {A: "fail", B: "pass", C: "harness error"}
    kept = written(tmp_path / "kept", b"0", {B: "pass"})
    found, asked = judged(monkeypatch, tmp_path, first, {A: "pass", C: "pass"})
    assert found.verdicts == {"pass": len(first)}
    assert asked == [None, {STACK: [f"{ROOT}/{A}", f"{ROOT}/{C}"]}]
    assert found.passed
    assert [(each.spec, each.failed_first) for _, each in found.second] == [
        (A, "late"),
        (C, "late"),
    ]
    (path,) = {*tmp_path.rglob("*.jsonl")} - {kept}
    run = load(path)
    assert run
    assert run.end
    answers = {each.id: each.received_bytes for each in run.exchanges}
    assert [(each.spec, [answers[n] for n in each.exchanges]) for each in run.verdicts] == [
        (A, [b"2"]),
        (B, [b"1"]),
        (C, [b"2"]),
    ]
    assert [each.observed["log"] for each in run.outcomes] == ["2", "1", "2"]
    assert len(run.exchanges) == len(first)


def test_the_page_says_so_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    judged(monkeypatch, tmp_path, {A: "fail", B: "pass"}, {A: "pass"})
    (path,) = tmp_path.rglob("*.jsonl")
    column = read(path, Pool())
    assert column
    said = [(cell.verdict, cell.reason) for cell in column.cells.values()]
    assert said == [("pass", "passed the second time, alone; first: late"), ("pass", "")]


def test_what_fails_twice_failed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = {A: "fail", B: "fail", STAYS: "fail"}
    found, asked = judged(monkeypatch, tmp_path, first, {A: "fail", B: "pass"})
    assert asked[1] == {STACK: [f"{ROOT}/{A}", f"{ROOT}/{B}"]}
    assert [each.spec for _, each in found.not_passed] == [A, STAYS]
    assert [each.spec for _, each in found.second] == [B]
    assert not found.passed


@pytest.mark.parametrize(
    "verdicts",
    [
        {A: "pass"},
        {A: "not installable"},
        {STAYS: "fail"},
        {f"specs/test_{number}": "fail" for number in range(second_try.MOST + 1)},
    ],
)
def test_nothing_is_tried_again_where_busy_cores_are_not_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verdicts: Mapping[str, str]
) -> None:
    found, asked = judged(monkeypatch, tmp_path, verdicts)
    assert len(asked) == 1
    assert not found.second


def test_as_many_as_that_are_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    most = {f"specs/test_{number}": "fail" for number in range(second_try.MOST)}
    found, asked = judged(monkeypatch, tmp_path, most, dict.fromkeys(most, "pass"))
    assert asked[1]
    assert len(asked[1][STACK]) == second_try.MOST
    assert len(found.second) == second_try.MOST


def test_what_was_not_tried_again_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, _ = judged(monkeypatch, tmp_path, {A: "fail"}, {})
    assert not found.passed
    said = capsys.readouterr().out
    assert said == f"NOT TRIED AGAIN {STACK}: pytest printed nothing\n"
