"""The specs that a gate runs first: where none ran on a stack, the gate says why."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.cost import gate_specs
from starlette_conformance.cost.manifest import MANIFEST
from starlette_conformance.diff import kept_verdicts
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.output.console import console
from starlette_conformance.process.resources import Footprint
from starlette_conformance.runs.records import VerdictRecord
from starlette_conformance.runs.run_file import Run
from starlette_conformance.runs.sessions import LOG
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.cache import VARIABLE
from tests.miniatures.raw_server import ENVIRONMENT

DIED = "ImportError while loading conftest\nERROR: the conftest of a checkout raised\n\n"


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (DIED, "ERROR: the conftest of a checkout raised"),
        ("Killed\n\n", "Killed"),
        ("", "pytest printed nothing"),
    ],
)
def test_a_gate_says_why_no_spec_ran(
    monkeypatch: pytest.MonkeyPatch, log: str, reason: str
) -> None:
    def judge(_: Any, folder: Path, *__: Any) -> tuple[Summary, Footprint]:
        (folder / "000").mkdir(parents=True)
        (folder / "000" / LOG).write_text(log)
        return Summary(), Footprint()

    monkeypatch.setattr(gate_specs, "judge_twice", judge)
    with pytest.raises(CannotTell) as raised:
        gate_specs.check_specs([ENVIRONMENT], list(MANIFEST.values())[:1], console())
    assert str(raised.value) == f"no spec ran on miniature: {reason}"


def test_a_gate_says_what_an_app_needs_and_a_stack_lacks() -> None:
    packages = {"starlette": "1.0", "uvicorn": "0.54"}
    lacking = replace(ENVIRONMENT, packages=packages)
    with pytest.raises(CannotTell, match=r"^sse needs sse-starlette, which a stack lacks: install"):
        gate_specs.check_specs([lacking], list(MANIFEST.values()), console())


def test_a_gate_names_specs_that_passed_the_second_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = "specs/hello/test_hello.py::test_greets"
    record = VerdictRecord(
        spec=spec, app="hello", verdict="pass", reason="", exchanges=(), changes={}, seconds=0.1,
        failed_first="late",
    )  # fmt: skip

    def judge(_: Any, folder: Path, *__: Any) -> tuple[Summary, Footprint]:
        run = Run(folder / "000", ENVIRONMENT.name)
        run.begin(ENVIRONMENT)
        run._write(record)
        run.end()
        return Summary.of([run.path]), Footprint()

    monkeypatch.setattr(gate_specs, "judge_twice", judge)
    monkeypatch.setattr(gate_specs, "last_words", str)
    monkeypatch.setenv("CI", "true")
    gate_specs.check_specs([ENVIRONMENT], [MANIFEST["hello"]], console())
    named = f"PASSED THE SECOND TIME {ENVIRONMENT.name} {spec}, alone; first: late"
    assert named in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ran", "fresh", "ci", "times"),
    [
        ("pass", False, "", [1, 1]),
        ("pass", True, "", [1, 2]),
        ("pass", False, "true", [1, 2]),
        ("fail", False, "", [1, 2]),
    ],
)
def test_specs_that_passed_on_the_same_packages_are_not_run_again(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    ran: str,
    fresh: bool,
    ci: str,
    times: list[int],
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(kept_verdicts, "identity", str)
    runs: list[Path] = []

    def judge(_: Any, folder: Path, *__: Any) -> tuple[Summary, Footprint]:
        run = Run(folder / "000", ENVIRONMENT.name)
        run.begin(ENVIRONMENT)
        run.verdict("specs/hello/test_hello.py::test_greets", "hello", ran, "", {}, 0.1)
        run.end(True)
        runs.append(run.path)
        (log := folder / "000" / LOG).write_text("")
        return replace(Summary.of([run.path]), logs={ENVIRONMENT.name: log}), Footprint()

    monkeypatch.setattr(gate_specs, "judge_twice", judge)
    for count in times:
        with suppress(CannotTell):
            gate_specs.check_specs([ENVIRONMENT], [MANIFEST["hello"]], console(), fresh)
        assert len(runs) == count
