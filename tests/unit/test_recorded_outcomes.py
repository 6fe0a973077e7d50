"""Outcomes of scenarios in run files: written and read whole, and compared by each output."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from specs.ledger.changes import FORWARDED_PORT_KEPT
from starlette_conformance.__main__ import main
from starlette_conformance.explain.what_is_new import compare_runs
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import CONTINUE, Response, resolve
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.runs.run_file import Run
from starlette_conformance.runs.run_reader import load
from starlette_conformance.scenarios.outcome import Outcome, by_name
from starlette_conformance.scenarios.recorded_outcome import outcome_record, recorded_outcome
from starlette_conformance.stacks.project import ledger
from tests.unit.test_report import VALIDATOR

NAME = "it logs the client of a proxy that names 192.0.2.1:4711"
OBSERVED = {
    "one": Response(
        200,
        {"set-cookie": ("a=1", "b=2")},
        (b"data: \xff\r\n\r\n", b""),
        "OK",
        interim=(CONTINUE,),
        extensions=("a=1", ""),
        trailers={"x": "y"},
        lines=("set-cookie", "set-cookie"),
        at=1795948756.6,
    ),
    "all": [Response(404, {}, b"\x00\xff", "", closes=True, lines=(), at=1.5)],
    "exit status": "-15",
    "log": ["INFO: \x1b[31m", ""],
    "nothing": None,
}


def environment(uvicorn: str) -> Environment:
    packages = {
        "starlette": "1.10.0",
        "sse-starlette": "3.7.0",
        "uvicorn": uvicorn,
        "h11": "0.16.0",
    }
    return Environment(f"uvicorn=={uvicorn}", Path("python"), "3.11.7", packages)


def scenario() -> Scenario:
    return next(each for each in ledger().scenarios if each.name == NAME)


def run(folder: Path, uvicorn: str, **damage: Any) -> Path:
    """A run in which the scenario came to what is expected, but for the damage."""
    env = environment(uvicorn)
    expected = resolve(by_name(scenario().expected), env).value | damage
    file = Run(folder, env.name)
    file.begin(env)
    file.outcome(outcome_record(scenario(), Outcome(plain(expected), env)))
    file.end()
    return file.path


def plain(expected: dict[str, Any]) -> dict[str, Any]:
    """An expectation as something observed: its date is a text."""
    response = expected["a"]
    headers = {name: str(value) for name, value in response.headers.items()}
    headers["date"] = "Sun, 22 Nov 2026 20:00:00 GMT"
    seen = Response(response.status, headers, b"", "Temporary Redirect", lines=(), at=1795377600.0)
    return expected | {"a": seen}


def test_an_outcome_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = Run(tmp_path, "latest")
    file.begin(environment("0.54.0"))
    file.outcome(outcome_record(scenario(), Outcome(OBSERVED, environment("0.54.0"))))
    file.end()
    found = load(file.path)
    assert found
    outcome = recorded_outcome(found.outcomes[0], environment("0.54.0"))
    assert found.outcomes[0].scenario == NAME
    assert fields(outcome) == fields(OBSERVED)


def fields(observed: dict[str, Any]) -> dict[str, Any]:
    def field(value: Any) -> Any:
        return asdict(value) if isinstance(value, Response) else value

    return {
        name: [field(each) for each in value] if isinstance(value, list) else field(value)
        for name, value in observed.items()
    }


@pytest.fixture
def reported(tmp_path: Path) -> Any:
    def report(*runs: Path) -> dict[str, Any]:
        path = tmp_path / "data.json"
        assert main(["report", *map(str, runs), "--json", str(path)]) in {0, 3}
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        VALIDATOR.validate(data)
        return data

    return report


def test_a_change_that_a_scenario_shows_is_counted_alike(tmp_path: Path, reported: Any) -> None:
    runs = [run(tmp_path, version) for version in ("0.44.0", "0.45.0")]
    older, newer = map(RunResponses.read, runs)
    diff = compare_runs(older, newer, ledger())
    assert [group.change for group in diff.explained] == [FORWARDED_PORT_KEPT]
    assert diff.counts_of_scenarios == {
        "compared": 1,
        "differing": 1,
        "unexplained": 0,
        "severities": {"log": 1},
        "changes": {"FORWARDED_PORT_KEPT": 1},
    }
    data = reported(*runs)
    assert data["counts_of_scenarios"] == diff.counts_of_scenarios
    (of_scenario,) = data["scenarios"]
    assert (of_scenario["name"], of_scenario["app"]) == (NAME, "json_cors")
    assert of_scenario["phases"] == [{"stacks": [0]}, {"stacks": [1]}]
    assert of_scenario["steps"] == list(scenario().words)


def test_an_outcome_that_nothing_explains_is_counted_as_such(tmp_path: Path, reported: Any) -> None:
    runs = [run(tmp_path, "0.45.0"), run(tmp_path, "0.54.0", log=["INFO: something else"])]
    older, newer = map(RunResponses.read, runs)
    diff = compare_runs(older, newer, ledger())
    assert diff.counts_of_scenarios["unexplained"] == 1
    assert reported(*runs)["counts_of_scenarios"] == diff.counts_of_scenarios


def test_stacks_on_which_a_scenario_came_to_the_same_are_one_phase(
    tmp_path: Path, reported: Any
) -> None:
    versions = ("0.45.0", "0.46.0", "0.48.0")
    (of_scenario,) = reported(*(run(tmp_path, version) for version in versions))["scenarios"]
    assert (of_scenario["phases"], of_scenario["between"]) == ([{"stacks": [0, 1, 2]}], [])


def test_an_outcome_of_another_version_of_a_scenario_is_not_compared(
    tmp_path: Path, reported: Any
) -> None:
    runs = [run(tmp_path, "0.44.0"), run(tmp_path, "0.45.0", more=["INFO: seen by it then"])]
    older, newer = map(RunResponses.read, runs)
    assert (list(older.outcomes), list(newer.outcomes)) == ([NAME], [])
    assert compare_runs(older, newer, ledger()).counts_of_scenarios["compared"] == 0
    assert reported(*runs)["counts_of_scenarios"]["compared"] == 0
