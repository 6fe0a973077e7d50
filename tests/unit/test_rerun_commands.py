"""Every verdict can be repeated from what is written of it."""

import json
import os
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.model.environment import Environment
from starlette_conformance.runs.rerun_commands import of_spec, rerun_options, word
from starlette_conformance.runs.run_reader import load
from starlette_conformance.stacks.patched_copies import DEFECTS, plant
from starlette_conformance.stacks.project import ROOT, catalogue
from starlette_conformance.stacks.provision import provision
from tests.miniatures.raw_server import ENVIRONMENT

PINS = "h11==0.14.0,sse-starlette==2.2.1,starlette==0.46.1,uvicorn==0.34.0"
SPEC = "specs/hello/test_hello.py::test_greets"


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        (ENVIRONMENT, [f"--stack={PINS}", "--hash-seed", "0"]),
        (replace(ENVIRONMENT, name="latest"), [f"--stack={PINS}", "--hash-seed", "0"]),
        (
            replace(ENVIRONMENT, name="documented", hash_seed=3),
            ["--stack=documented", "--hash-seed", "3"],
        ),
        (
            replace(ENVIRONMENT, name="../starlette@main"),
            [f"--stack={Path().absolute()}/../starlette@main", "--hash-seed", "0"],
        ),
        (
            Environment("python", Path("/venv/bin/python"), "3.9", {}, passes_variables=True),
            ["--python=/venv/bin/python"],
        ),
        (
            replace(ENVIRONMENT, name="url-as-latest", urls={"sse": "http://x.org:81"}),
            ["--url", "sse=http://x.org:81", "--stack=latest"],
        ),
    ],
)
def test_a_stack_is_asked_for_by_what_stays_the_same(
    environment: Environment, options: list[str]
) -> None:
    assert rerun_options(environment) == options
    assert environment.urls or options[0].endswith(f"={word(environment)}")


def test_a_command_names_the_case_of_a_spec_on_its_stack() -> None:
    options = ["--stack", "a==1"]
    assert of_spec(SPEC, "a==1", options) == f"pytest '{SPEC}[a==1]' --stack a==1"
    assert of_spec(f"{SPEC}[x-y]", "a==1", []) == f"pytest '{SPEC}[a==1-x-y]'"
    assert shlex.split(of_spec(f"{SPEC}[$(x)';]", "s", ["`y`"])) == [
        "pytest",
        f"{SPEC}[s-$(x)';]",
        "`y`",
    ]


def judged(command: list[str], folder: Path) -> dict[str, tuple[str, str]]:
    """By spec the verdict and the reason, without what goes with the port and the moment."""
    assert command[0] == "pytest"
    subprocess.run(
        [sys.executable, "-m", *command, "-q", "--runs", str(folder)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        timeout=50,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    (path,) = folder.glob("*.jsonl")
    run = load(path)
    assert run
    return {r.spec: (r.verdict, r.reason.partition("\nreproduce")[0]) for r in run.verdicts}


def test_a_verdict_is_repeated_by_the_json_of_the_report_alone(tmp_path: Path) -> None:
    defect = DEFECTS[0]
    documented = provision(catalogue().named("documented"))
    path = plant(documented.interpreter, tmp_path / "gepflanzt \u00e4\\", defect)
    specs = ["specs/hello/test_hello.py", "-k", "allows"]
    first = judged(["pytest", *specs, "--python", str(path)], tmp_path / "first")
    written = tmp_path / "report.json"
    assert main(["report", str(tmp_path / "first"), "--json", str(written)]) == 0
    data = json.loads(written.read_text("utf-8"))
    stack = data["stacks"][0]
    assert stack["packages"] == documented.packages
    assert (stack["implementation"], stack["python"]) == ("CPython", documented.python)
    assert stack["hash_seed"] is None
    assert not any("python" in spec["case"] for spec in data["specs"])
    failing = {spec for spec, (verdict, _) in first.items() if verdict == "fail"}
    assert len(data["failed"]) == len(failing) > 1
    command = shlex.split(data["failed"][0]["command"])
    again = judged(command, tmp_path / "again")
    assert again == {command[1]: first[command[1]]}
    assert again[command[1]][0] == "fail"


def test_what_a_date_does_not_pin_is_judged_again_by_its_packages(tmp_path: Path) -> None:
    known = catalogue().named("documented")
    documented = provision(replace(known, name="starlette==0.46.1,uvicorn==0.34.0"))
    spec = "specs/hello/test_hello.py::test_answers_head_as_get_without_the_body"
    command = shlex.split(of_spec(spec, word(documented), rerun_options(documented)))
    found = judged(command, tmp_path)
    assert found == {command[1]: ("pass", "")}
