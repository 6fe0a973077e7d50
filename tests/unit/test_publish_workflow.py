"""The workflow that publishes: its scripts, as bash runs them, beside programs that stand in."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from starlette_conformance.stacks.project import ROOT

JOBS = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text("utf-8"))["jobs"]
NEW = """{"verdict": "fail", "releases": [
    {"release": "99.0.0", "yanked": false}, {"release": "99.1.0", "yanked": true}
]}"""
LISTS = """#!/bin/sh
echo "$@" >> calls
case "$1" in releases) cat releases.json; exit "$RELEASES" ;; judge) exit "$JUDGE" ;; esac
"""


def script(job: str, words: str) -> str:
    """The one step of a job that has these words in its name."""
    (found,) = [s["run"] for s in JOBS[job]["steps"] if words in s.get("name", "")]
    return str(found)


def run(text: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """As GitHub does, with programs of this folder first."""
    return subprocess.run(
        ["bash", "-e", "-c", text],
        cwd=folder,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", **variables},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("releases", "listed", "judged", "code"),
    [
        ("0", '{"verdict": "pass", "releases": []}', "0", 0),
        ("1", NEW, "0", 0),
        ("1", NEW, "1", 0),
        ("1", NEW, "3", 0),
        ("1", NEW, "4", 4),
        ("1", NEW, "2", 2),
        ("3", '{"verdict": "inconclusive"}', "0", 1),
    ],
)
def test_what_is_new_on_the_index_is_judged(
    tmp_path: Path, releases: str, listed: str, judged: str, code: int
) -> None:
    for name, text in (("starlette-conformance", LISTS), ("jq", JQ), ("releases.json", listed)):
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / name).chmod(0o755)
    done = run(script("judge", "Judge"), tmp_path, RELEASES=releases, JUDGE=judged)
    assert done.returncode == code, done.stderr
    calls = (tmp_path / "calls").read_text("utf-8").splitlines()
    if code == 1:
        assert calls == ["releases --json"], "the index was not reached"
    else:
        new = " --stack starlette==99.0.0" if listed == NEW else ""
        axes = "--stack releases --stack sse-starlette --stack uvicorn"
        assert calls[1:] == [f"judge --missing {axes}{new} -- -k not browser"]


JQ = """#!/usr/bin/env python3
import json, sys
kept = '.releases[] | select(.yanked | not) | "--stack starlette==\\\\(.release)"'
assert sys.argv[1:3] == ["-r", kept]
for each in json.load(open(sys.argv[3]))["releases"]:
    if not each["yanked"]:
        print(f"--stack starlette=={each['release']}")
"""
"""Of jq, what the script has of it."""


def git(folder: Path, *words: str) -> str:
    quiet = ["-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *quiet, *words], cwd=folder, capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a repository with one commit, as the runner has it."""
    git(tmp_path, "init", "-q", "--bare", "origin.git")
    git(tmp_path, "clone", "-q", "origin.git", "clone")
    folder = tmp_path / "clone"
    (folder / "code.py").write_text("code\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Code")
    git(folder, "push", "-q", "origin", "HEAD:main")
    return folder


def kept(clone: Path, day: str, text: str) -> subprocess.CompletedProcess[str]:
    """A run of the workflow on a fresh checkout that writes a day of history."""
    got = run(script("site", "Get the history"), clone)
    assert got.returncode == 0, got.stderr
    path = clone / "kept/history" / f"{day}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    done = run(script("site", "Keep the history"), clone)
    git(clone, "worktree", "remove", "--force", "kept")
    return done


def test_the_history_is_kept_in_a_branch_of_its_own(clone: Path, tmp_path: Path) -> None:
    assert kept(clone, "2026-11-28", "1\n").returncode == 0
    assert kept(clone, "2026-11-28", "1\n").returncode == 0, "nothing to add"
    assert kept(clone, "2026-11-29", "2\n").returncode == 0
    assert kept(clone, "2026-11-29", "2\n3\n").returncode == 0
    origin = tmp_path / "origin.git"
    files = git(origin, "ls-tree", "-r", "--name-only", "history").splitlines()
    assert files == ["history/2026-11-28.jsonl", "history/2026-11-29.jsonl"]
    assert git(origin, "show", "history:history/2026-11-29.jsonl") == "2\n3"
    assert len(git(origin, "log", "--format=%s", "history").splitlines()) == 3
    assert git(origin, "ls-tree", "--name-only", "main") == "code.py"


def test_a_history_that_lost_a_line_is_not_kept(clone: Path, tmp_path: Path) -> None:
    assert kept(clone, "2026-11-28", "1\n2\n").returncode == 0
    done = kept(clone, "2026-11-28", "1\n")
    assert done.returncode == 1
    assert "a line went away" in done.stdout
    assert git(tmp_path / "origin.git", "show", "history:history/2026-11-28.jsonl") == "1\n2"


def test_no_job_that_runs_packages_can_write() -> None:
    assert {name: job.get("permissions") for name, job in JOBS.items()} == {
        "judge": None,
        "site": {"contents": "write"},
        "deploy": {"pages": "write", "id-token": "write"},
    }
    (checkout,) = [s for s in JOBS["judge"]["steps"] if "checkout" in s.get("uses", "")]
    assert checkout["with"] == {"persist-credentials": False}
    for step in JOBS["site"]["steps"] + JOBS["deploy"]["steps"]:
        assert "starlette-conformance judge" not in step.get("run", "")
