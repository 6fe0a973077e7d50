"""`--json` of every command: one shape, whatever the command came to; what takes long stands in."""

import json
import shlex
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
import pytest

from starlette_conformance import selftest
from starlette_conformance.__main__ import main
from starlette_conformance.cli.app import NAME, app
from starlette_conformance.clients import run as clients
from starlette_conformance.cost import attribution, callgrind, costs, gate
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.kept_counts import Counts
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.diff import change_details, judge_stacks, reference_apps
from starlette_conformance.explain.what_is_new import compare_runs
from starlette_conformance.explore import explore
from starlette_conformance.load import capacity
from starlette_conformance.model.errors import CannotTell, Failure, UsageError
from starlette_conformance.mutants import judge_mutants
from starlette_conformance.mutants.generate import mutants as mutants_of
from starlette_conformance.mutants.kill import Verdict
from starlette_conformance.output.result import VERDICTS
from starlette_conformance.process.resources import Footprint
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.runs.summary import Summary
from starlette_conformance.selftest import Line
from starlette_conformance.stacks import package_index
from starlette_conformance.stacks.project import ROOT, ledger
from tests.miniatures.raw_server import ENVIRONMENT
from tests.miniatures.run_files import three_releases

Patch = Callable[..., None]
Given = Callable[[Patch, Path], list[str]]
SHAPE = {
    "verdict": str,
    "exit_code": int,
    "summary": str,
    "causes": list,
    "command": str,
    "next": list,
}
OF_A_CAUSE = ["sentence", "package", "release", "change", "link", "proved"]
ENDLESS = {"record", "serve"}
"""They run until Ctrl-C, and come to nothing."""


def diff(_: Patch, folder: Path) -> list[str]:
    main(["-q", "site", str(folder / "runs"), "--output", str(folder / "site")])
    return ["1.6.0", "1.7.0", "--published", str(folder / "site")]


def explain(patch: Patch, _: Path) -> list[str]:
    patch(change_details, "run_files", lambda _: [])
    patch(change_details, "neighbours", lambda _: [])
    return ["CORS_VARIES_ALWAYS"]


def explored(patch: Patch, folder: Path) -> list[str]:
    runs = sorted((folder / "runs").glob("*.jsonl"), key=lambda path: path.name.partition("Z-")[2])
    older, newer = map(RunResponses.read, runs[-2:])
    found = compare_runs(older, newer, ledger())
    patch(explore, "compare_neighbours", lambda *_: [found])
    patch(explore, "corpus", lambda _: [])
    return ["documented", "1.10.0", "--requests", "0"]


def judge(patch: Patch, folder: Path) -> list[str]:
    found = Summary.of(sorted((folder / "runs").glob("*.jsonl")))
    patch(judge_stacks, "judge_twice", lambda *_: (found, Footprint()))
    return ["--stack", "starlette-1.8.0", "--runs", str(folder / "new")]


def of_clients(patch: Patch, _: Path) -> list[str]:
    patch(clients, "judge", lambda *_: [])
    return ["--without-app"]


def gated(patch: Patch, _: Path) -> list[str]:
    found = Finding("hello", "instructions", 1.0, 2.0, 1.0, 0.0, 0.005, "regression")
    more = [attribution.Contributor("route (starlette/routing.py)", 1, 9)]
    patch(gate, "provisioned", lambda _: ENVIRONMENT)
    patch(gate, "check_specs", lambda *_: None)
    patch(gate, "measured", lambda *_: [found])
    patch(attribution, "attributed", lambda *_: ([found], {"hello": more}))
    return ["documented", "latest", "--benchmark", "hello"]


def counted(patch: Patch, folder: Path) -> list[str]:
    def count(_: object, benchmarks: Any, __: object) -> Counts:
        return Counts({each.name: Count((1e6,), 1.0) for each in benchmarks})

    patch(costs, "count", count)
    patch(callgrind, "found", lambda: True)
    return ["--stack", "documented", "--results", str(folder / "costs.jsonl")]


def served(patch: Patch, _: Path) -> list[str]:
    patch(capacity, "provisioned", lambda _: ENVIRONMENT)
    patch(capacity, "_search", lambda *_: None)
    return ["documented", "latest"]


def shown(patch: Patch, _: Path) -> list[str]:
    patch(selftest, "provision", lambda _: ENVIRONMENT)
    patch(selftest, "whole", lambda _, report: report(Line("it", held=False, how="wrong")))
    patch(selftest, "rest", lambda *_: None)
    return []


def mutated(patch: Patch, _: Path) -> list[str]:
    class Reaching:
        @staticmethod
        def reaches(_: object) -> bool:
            return True

    def survive(chosen: Any, _: object, results: Any, *__: object) -> None:
        for each in chosen:
            results.add(each, Verdict("survived", "", "", 1, 0.1))

    patch(judge_mutants, "provisioned", lambda _: ENVIRONMENT)
    source = b"def f():\n    return 1\n"
    patch(judge_mutants, "all_mutants", lambda *_: mutants_of("module", source))
    patch(judge_mutants, "load", list)
    patch(judge_mutants, "key", lambda _: "")
    patch(judge_mutants, "Worker", lambda *_: nullcontext())
    patch(judge_mutants, "coverage", lambda *_: (Reaching(), []))
    patch(judge_mutants, "judge_all", survive)
    return []


def listed(patch: Patch, _: Path) -> list[str]:
    patch(package_index, "releases", lambda _: {"99.0.0": False, "99.1.0": True})
    return []


def nothing(_: Patch, __: Path) -> list[str]:
    return []


def of_runs(_: Patch, folder: Path) -> list[str]:
    return [str(folder / "runs")]


def site(_: Patch, folder: Path) -> list[str]:
    return [str(folder / "runs"), "--output", str(folder / "public")]


COMMANDS: Mapping[str, tuple[Given, str]] = {
    "diff": (diff, "fail"),
    "explain": (explain, "pass"),
    "explore": (explored, "fail"),
    "judge": (judge, "fail"),
    "matrix": (of_runs, "fail"),
    "report": (of_runs, "pass"),
    "site": (site, "pass"),
    "clients": (of_clients, "inconclusive"),
    "gate": (gated, "fail"),
    "costs": (counted, "pass"),
    "capacity": (served, "inconclusive"),
    "selftest": (shown, "fail"),
    "mutants": (mutated, "fail"),
    "stacks": (nothing, "pass"),
    "changes": (nothing, "pass"),
    "releases": (listed, "fail"),
    "play": (nothing, "pass"),
}
"""How each is run, and its verdict."""


def test_no_command_is_missing() -> None:
    assert COMMANDS.keys() | ENDLESS == app.commands.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_it_has_the_verdict_the_causes_and_what_to_run_next(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    three_releases(tmp_path / "runs")
    given, verdict = COMMANDS[name]
    words = given(monkeypatch.setattr, tmp_path)
    capsys.readouterr()
    code = main([name, *words, "--json", "-"])
    found = json.loads(capsys.readouterr().out)  # and nothing else is there
    assert list(found)[: len(SHAPE)] == list(SHAPE)
    assert {key: type(found[key]) for key in SHAPE} == SHAPE
    assert (found["verdict"], found["exit_code"]) == (verdict, code)
    assert VERDICTS[code] == verdict
    assert found["summary"]
    assert all(list(each) == OF_A_CAUSE for each in found["causes"])
    context = click.Context(app, info_name=NAME)
    for each in [found["command"], *found["next"]]:
        program, *rest = shlex.split(each)
        if program == NAME:
            command = app.get_command(context, rest[0])
            assert command
            command.make_context(rest[0], rest[1:], context)


def causes_of(name: str, folder: Path, patch: Patch, capsys: Any) -> dict[str, Any]:
    three_releases(folder / "runs")
    words = COMMANDS[name][0](patch, folder)
    capsys.readouterr()
    main([name, *words, "--json", "-"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_named_change_and_a_function_are_causes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (of_change,) = causes_of("explain", tmp_path, monkeypatch.setattr, capsys)["causes"]
    change = ledger().changes["CORS_VARIES_ALWAYS"]
    assert of_change == {
        "sentence": change.sentence,
        "package": "starlette",
        "release": change.first,
        "change": "CORS_VARIES_ALWAYS",
        "link": change.link,
        "proved": True,
    }
    found = causes_of("gate", tmp_path, monkeypatch.setattr, capsys)
    assert [each["sentence"] for each in found["causes"]] == [
        "hello: route (starlette/routing.py) +8 bytecodes"
    ]
    assert found["next"] == [found["command"]]


@pytest.mark.parametrize(
    ("failure", "verdict"),
    [(CannotTell("why"), "inconclusive"), (Failure("why"), "error")],
)
def test_what_could_not_be_judged_is_there_too(
    failure: Failure, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> int:
        raise failure

    monkeypatch.setattr(reference_apps, "diff", fails)
    path = tmp_path / "diff.json"
    words = ["diff", "1.6.0", "1.7.0", "--json", str(path)]
    assert main(words) == failure.exit_code
    again = shlex.join([NAME, *words])
    assert json.loads(path.read_text("utf-8")) == {
        "verdict": verdict,
        "exit_code": failure.exit_code,
        "summary": failure.message,
        "causes": [],
        "command": again,
        "next": [again],
    }


@pytest.mark.parametrize("failure", [UsageError("why"), Failure("why", concluded=True)])
def test_a_file_is_left_alone_where_use_is_wrong_or_it_was_written(
    failure: Failure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> int:
        raise failure

    monkeypatch.setattr(reference_apps, "diff", fails)
    path = tmp_path / "diff.json"
    path.write_text("of before")
    assert main(["diff", "1.6.0", "1.7.0", "--json", str(path)]) == failure.exit_code
    assert path.read_text() == "of before"


def test_counts_that_a_later_run_needs_are_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["costs", "--json", str(tmp_path / "costs.jsonl")]) == 2
    assert "counts are kept by --results FILE" in capsys.readouterr().err


def test_the_docs_have_the_shape() -> None:
    text = (ROOT / "docs" / "files.md").read_text("utf-8")
    assert "<!-- docstring starlette_conformance.output.result -->" in text
