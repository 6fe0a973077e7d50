"""The workflows, and those that the docs show: well-formed, and of commands that exist."""

import json
import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from jsonschema.validators import validator_for
from packaging.requirements import Requirement
from ruamel.yaml import YAML

from starlette_conformance.cli.app import NAME, app
from starlette_conformance.stacks.project import catalogue

ROOT = Path(__file__).parent.parent.parent
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
PAGES = {path.name: path.read_text("utf-8") for path in ROOT.glob("docs/*.md")}
SHOWN, SHOWN_GITLAB = re.findall(r"```yaml\n(.*?)```", PAGES["ci.md"], re.DOTALL)
GITLAB = (ROOT / "templates/upgrade.yml").read_text("utf-8")
ACTION = (ROOT / "action.yml").read_text("utf-8")
TEXTS = [*(path.read_text("utf-8") for path in WORKFLOWS), SHOWN]
SCHEMA = "github-workflows"
RUN = "https://example.org/owner/name/actions/runs/7"
ENDS = {"||", "&&", ";", ">", ">>", "|", "<", "#"}


def scripts(text: str) -> Iterator[str]:
    workflow: dict[str, Any] = yaml.safe_load(text)
    for job in workflow["jobs"].values():
        yield from (step["run"] for step in job["steps"] if "run" in step)


def commands(script: str) -> Iterator[list[str]]:
    """The simple commands of a script; `${{ … }}` is a 1, as the number of a shard is."""
    joined = re.sub(r"\$\{\{.*?\}\}", "1", script.replace("\\\n", " "))
    for line in joined.splitlines():
        words: list[str] = []
        for word in [*shlex.split(line, comments=True), ";"]:
            if word not in ENDS:
                words.append(word)
            elif words:
                yield words
                words = []


def fault(words: list[str]) -> str:
    """What is wrong with a command of ours; nothing with one that exists, or is not ours."""
    if words[0] == "starlette-conformance" and words[1:]:
        try:
            context = app.make_context(NAME, [])
            name, command, rest = app.resolve_command(context, words[1:])
            assert command is not None
            command.make_context(name, rest, context)
        except click.UsageError as error:
            return error.format_message()
        except click.exceptions.Exit:  # --help
            return ""
    if words[0].endswith("tox") and "-e" in words:
        known = ConfigParser()
        known.read(ROOT / "tox.ini")
        name = words[words.index("-e") + 1]
        return "" if known.has_section(f"testenv:{name}") else f"tox has no {name}"
    if words[0].startswith((".", "/")) and not (ROOT / words[0]).exists():
        return f"there is no {words[0]}"
    return ""


def faults(text: str, named: str = SCHEMA) -> list[str]:
    """What a CI would not take of a file, by the schema that check-jsonschema carries.

    Its command takes four seconds to start.
    """
    package = find_spec("check_jsonschema")
    assert package
    assert package.submodule_search_locations
    (folder,) = package.submodule_search_locations
    schema = json.loads(Path(folder, f"builtin_schemas/vendor/{named}.json").read_text("utf-8"))
    workflow = YAML(typ="safe").load(text)  # YAML 1.2: `on` is a text
    return [error.json_path for error in validator_for(schema)(schema).iter_errors(workflow)]


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_workflow_is_as_github_has_them(number: int) -> None:
    assert faults(TEXTS[number]) == []


def test_the_action_and_the_templates_are_as_their_ci_has_them() -> None:
    assert faults(ACTION, "github-actions") == []
    job = GITLAB.replace(".starlette-conformance:", "starlette-conformance:")  # hidden: unchecked
    assert faults(job, "gitlab-ci") == []
    assert faults(SHOWN_GITLAB, "gitlab-ci") == []
    assert faults(job.replace("when: always", "when: ever"), "gitlab-ci") != []


def test_the_shown_workflow_gives_what_the_action_takes() -> None:
    steps = yaml.safe_load(SHOWN)["jobs"]["upgrade"]["steps"]
    given = next(step["with"] for step in steps if "starlette-conformance" in step["uses"])
    inputs = yaml.safe_load(ACTION)["inputs"]
    assert set(given) <= set(inputs)
    assert {name for name, each in inputs.items() if each.get("required")} <= set(given)
    assert inputs["fail-on"]["default"] == "status"
    variables = yaml.safe_load(GITLAB)[".starlette-conformance"]["variables"]
    assert set(yaml.safe_load(SHOWN_GITLAB)["upgrade"]["variables"]) <= set(variables)
    assert variables["CONFORMANCE_FAIL_ON"] == "status"


def test_a_workflow_with_a_key_that_github_has_not_is_noticed() -> None:
    assert faults(TEXTS[0].replace("runs-on", "run-on")) != []


def test_every_command_exists() -> None:
    found = [words for text in TEXTS for script in scripts(text) for words in commands(script)]
    ours = [words for words in found if words[0] == "starlette-conformance"]
    assert {words[1] for words in ours} == {
        "diff",
        "judge",
        "matrix",
        "releases",
        "report",
        "site",
    }
    assert [(words, fault(words)) for words in found if fault(words)] == []


def test_the_docs_show_commands_that_exist() -> None:
    text = "\n".join([(ROOT / "README.md").read_text("utf-8"), *PAGES.values()])
    lines = re.findall(
        r"^ {4}(?:\S+ && )?((?:starlette-conformance|\S*tox) .*)$",
        text.replace("\\\n", ""),
        re.MULTILINE,
    )
    assert len(lines) > 40
    found = [words for line in lines for words in commands(line.split("   #")[0])]
    assert [(words, fault(words)) for words in found if fault(words)] == []


@pytest.mark.parametrize(
    "line",
    [
        "starlette-conformance judge --stak releases || true",
        "starlette-conformance jugde",
        "starlette-conformance judge --shard 5/4",
        "starlette-conformance matrix runs \\\n  --junitxml x",
        "tox -e relaeses",
        ".ci/walk",
    ],
)
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    assert [fault(words) for words in commands(line) if fault(words)] != []


GH = """#!/bin/sh
case "$2" in
    list) cat open ;;
    create) echo "$@" >> created ;;
esac
"""


@pytest.mark.parametrize(
    ("findings", "already", "code", "created"),
    [("", "0", 0, False), ("- specs fail", "0", 1, True), ("- specs fail", "1", 1, False)],
)
def test_the_weekly_run_opens_one_issue_for_its_findings(
    tmp_path: Path, findings: str, already: str, code: int, created: bool
) -> None:
    weekly = (ROOT / ".github/workflows/weekly.yml").read_text("utf-8")
    script = next(each for each in scripts(weekly) if "gh issue create" in each)
    for name, text in (
        ("gh", GH),
        ("findings", findings),
        ("open", already),
        ("ahead.md", "Ahead"),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "gh").chmod(0o755)
    variables = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "TITLE": "Weekly",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_SERVER_URL": "https://example.org",
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_RUN_ID": "7",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, env=variables, timeout=30, check=False
    )
    assert done.returncode == code
    assert (tmp_path / "created").exists() == created
    if created:
        body = (tmp_path / "body.md").read_text("utf-8")
        assert body.splitlines()[:3] == ["- specs fail", "Ahead", "The whole report: " + RUN]


def test_the_weekly_run_starts_from_the_newest_release_that_is_known() -> None:
    weekly = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text("utf-8"))
    newest = catalogue().axes["starlette"].vary["starlette"][-1]
    assert weekly["env"]["KNOWN"] == f"starlette-{newest}"


def test_actions_are_pinned_by_commit() -> None:
    """A tag can be moved by whoever can write to the action's repository."""
    texts = [*TEXTS, ACTION]
    used = [line.strip("- ") for text in texts for line in text.splitlines() if "uses:" in line]
    assert len(used) > 10
    pinned = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in used if not pinned.fullmatch(line)] == []


def test_the_constraints_fit_what_is_required() -> None:
    """By pyproject.toml alone: a clone has no lock file."""
    lines = (ROOT / ".ci/constraints.txt").read_text("utf-8").splitlines()
    pinned = {found.name: found.specifier for found in map(Requirement, lines)}
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = declared["project"]
    extras, groups = project["optional-dependencies"].values(), declared["dependency-groups"]
    words = [*project["dependencies"], *chain(*extras), *chain(*groups.values())]
    wanted = [Requirement(word) for word in words if isinstance(word, str)]
    assert len(wanted) > 30
    assert [
        str(each)
        for each in wanted
        if each.name != "starlette-conformance"
        and not each.specifier.contains(str(pinned.get(each.name, "==0")).removeprefix("=="))
    ] == []
    assert "pip-audit" in (ROOT / ".github/workflows/weekly.yml").read_text("utf-8")
