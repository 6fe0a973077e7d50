"""A spec, a release, a change, a load test and a profile: those of CONTRIBUTING.md, in a copy."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.miniatures.project_copy import ProjectCopy

OLD, NEW = "starlette-0.38.6", "starlette-0.39.0"
STACKS = "specs/stacks.toml"
CHANGES = "specs/ledger/changes.py"
PROFILES = "loadtests/_profiles.py"
LOAD = ("--headless", "-u", "4", "-r", "20", "-t", "4s", "--only-summary", "--stack", "documented")


@pytest.fixture
def project(tmp_path: Path) -> ProjectCopy:
    return ProjectCopy(tmp_path)


def judged(project: ProjectCopy, spec: str, *stacks: str) -> subprocess.CompletedProcess[str]:
    names = (word for stack in stacks for word in ("--stack", stack))
    return project.run("pytest", spec, *names, "-q", "-pno:cacheprovider")


def test_a_spec_is_one_function(project: ProjectCopy) -> None:
    spec = "specs/json_cors/test_names.py"
    project.add(spec)
    kept = judged(project, spec, "documented")
    assert (kept.returncode, "1 passed" in kept.stdout) == (0, True), kept.stdout
    project.add(spec, project.example(spec).replace("Hello R2 !!!", "Hello R2 !!"))
    broken = judged(project, spec, "documented")
    assert (broken.returncode, "1 failed" in broken.stdout) == (1, True), broken.stdout


@pytest.mark.timeout(180)  # three processes, one after the other
def test_a_scenario_is_data_and_one_assertion(project: ProjectCopy) -> None:
    data, spec = "specs/hello/pause_scenarios.py", "specs/hello/test_pauses.py"
    project.add(data)
    project.add(spec)
    kept = judged(project, spec, "documented")
    assert (kept.returncode, "1 passed" in kept.stdout) == (0, True), kept.stdout
    name = "a client pauses for a second between two requests"
    played = project.run("starlette_conformance", "play", name, "--stack", "documented")
    assert (played.returncode, "as expected" in played.stdout) == (0, True), played.stdout
    wrong = project.example(data).replace("[GREETING, last(GREETING)]", "[GREETING, GREETING]")
    project.add(data, wrong)
    broken = judged(project, spec, "documented")
    assert broken.returncode == 1, broken.stdout
    assert "the connection: response 2: closes" in broken.stdout


def test_a_release_is_one_line(project: ProjectCopy) -> None:
    line = project.example(STACKS)
    file = project.folder / STACKS
    whole = file.read_text("utf-8")
    assert whole.count(line) == 1
    file.write_text(whole.replace(line, ""), "utf-8")
    named = re.compile(r"^starlette-1\.10\.0 ", re.MULTILINE)
    assert not named.search(project.run("starlette_conformance", "stacks").stdout)
    last = '"1.9.0",\n'
    file.write_text(file.read_text("utf-8").replace(last, last + line), "utf-8")
    assert named.search(project.run("starlette_conformance", "stacks").stdout)


def test_a_change_is_one_entry(project: ProjectCopy) -> None:
    spec = "specs/static_files/test_in_parts.py"
    project.insert(CHANGES, "HUNDRED_RANGES = Change(")
    project.add(spec)
    listed = project.run("starlette_conformance", "changes").stdout
    assert "FILES_IN_PARTS: feature, starlette 0.39.0" in listed
    held = judged(project, spec, OLD, NEW)
    assert (held.returncode, "2 passed" in held.stdout) == (0, True), held.stdout
    file = project.folder / CHANGES
    code = project.example(CHANGES)
    file.write_text(file.read_text().replace(code, code.replace("0.39.0", "0.38.6")), "utf-8")
    early = judged(project, spec, OLD, NEW)
    assert (early.returncode, "1 failed, 1 passed" in early.stdout) == (1, True), early.stdout


def test_a_load_test_is_one_class(project: ProjectCopy) -> None:
    project.add("loadtests/json_cors_names.py")
    done = project.run("locust", "-f", "loadtests", "NamesUser", *LOAD)
    assert "NamesUser /user/R2" in done.stdout + done.stderr
    assert "responses were wrong" not in done.stdout


def test_a_load_profile_is_one_entry(project: ProjectCopy) -> None:
    project.insert(PROFILES, '    "steady": Profile(')
    words = ("--interval", "0.2", "--sse-profile", "hasty", "--results", "hasty.json")
    done = project.run("locust", "-f", "loadtests", "SseUser", *LOAD, *words)
    assert done.returncode in {0, 3}, done.stdout + done.stderr
    written = (project.folder / "hasty.json").read_text("utf-8")  # also where it is inconclusive
    (opened,) = re.findall(r"(\d+) streams were opened in all", written)
    assert int(opened) > 8, written
