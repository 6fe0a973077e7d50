"""The action for a pull request: its steps, run as they stand, on a runner that is none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from starlette_conformance.stacks.cache import VARIABLE, cache_folder
from tests.miniatures.fake_runner import Runner

ROOT = Path(__file__).parent.parent.parent
APP = """
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

app = Starlette(routes=[Mount("/", StaticFiles(directory="files"))])
"""
PAIR = {"old": "starlette==1.6.0,uvicorn==0.34.0", "new": "starlette==1.7.0,uvicorn==0.34.0"}
GIVEN = {**PAIR, "app": "app:app", "requests": "requests.http"}
CHANGED = "GET /a.txt\nIf-None-Match: *\n"
ACCEPTED = """
[[accepted]]
request = "GET /a.txt"
place = "status"
before = "200"
after = "304"
why = "meant"
who = "Ada"
"""


OURS = f"""#!/bin/sh
{VARIABLE}="{{cache}}" exec "{{python}}" -m starlette_conformance "$@"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "a.txt").write_text("a")
    (folder / "app.py").write_text(APP)
    (folder / "requests.http").write_text(CHANGED)
    return folder


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Its cache, empty on a new machine, is that of these tests."""
    ours = tmp_path / "ours"
    ours.write_text(OURS.format(cache=cache_folder(), python=sys.executable))
    ours.chmod(0o755)
    return Runner(tmp_path, ours, ROOT)


def test_a_status_that_changes_fails_until_it_is_accepted(project: Path, runner: Runner) -> None:
    assert runner.run(project, **GIVEN) == 1
    (installed,) = runner.installed.read_text("utf-8").splitlines()
    assert installed.endswith(f"--constraint {ROOT}/.ci/constraints.txt {ROOT}")
    assert "::error title=GET /a.txt HTTP/1.1::200 → 304" in runner.log
    assert runner.summary.startswith("**starlette-conformance: Failed: a difference is neither")
    assert "(--fail-on status)\n\nTo accept what you have reviewed, run " in runner.summary
    assert runner.summary.index("STAR_MATCHES_EVERY_TAG") < runner.summary.index("to repeat it")
    person, ours = json.loads(runner.comments.read_text("utf-8"))
    assert ours.startswith("<!-- starlette-conformance checks/upgrade/conformance -->\n**")
    assert "200" in ours
    assert "https://github.example/owner/name/actions/runs/99" in ours

    (project / "accepted.toml").write_text(ACCEPTED)
    assert runner.run(project, **GIVEN) == 0
    assert runner.summary.startswith("**starlette-conformance: Passed** (--fail-on status)\n\n## ")
    again = json.loads(runner.comments.read_text("utf-8"))
    assert again[0] == person
    assert len(again) == 2
    assert "1 difference accepted" in again[1]


def test_it_passes_with_what_is_explained_where_nothing_is_to_fail(
    project: Path, runner: Runner
) -> None:
    assert runner.run(project, **GIVEN, fail_on="", token="of a fork") == 0
    assert "(--fail-on nothing)" in runner.summary
    assert "::warning title=starlette-conformance::no comment was written" in runner.log
    assert len(json.loads(runner.comments.read_text("utf-8"))) == 1


def test_what_proves_nothing_cannot_be_told(project: Path, runner: Runner) -> None:
    (project / "requests.http").write_text("/missing\n")
    assert runner.run(project, **GIVEN, comment="false") == 3
    assert runner.summary.startswith("**starlette-conformance: Cannot tell**")
    assert len(json.loads(runner.comments.read_text("utf-8"))) == 1


def test_a_mistake_of_the_workflow_is_shown(project: Path, runner: Runner) -> None:
    assert runner.run(project, **{**GIVEN, "requests": "none.http"}, options="--events=3\n\n") == 2
    assert "Nothing was compared" in runner.summary
    assert "none.http" in runner.summary
    assert "::error title=starlette-conformance::Error: exit code 2; nothing was" in runner.log


def test_the_script_of_the_template_for_gitlab_runs(project: Path, tmp_path: Path) -> None:
    """As it stands, but for the packages, which pip would install, and the branch of a merge."""
    job = yaml.safe_load((ROOT / "templates/upgrade.yml").read_text("utf-8"))
    job = job[".starlette-conformance"]
    for name, text in (
        ("pip", '#!/bin/sh\nexec test "$*" = "install --quiet the-package"\n'),
        ("starlette-conformance", OURS.format(cache=cache_folder(), python=sys.executable)),
    ):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (project / "requirements.txt").write_text("starlette==1.6.0\nuvicorn==0.34.0\n")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(project))
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"], ["branch", "origin/main"]):
        subprocess.run([*git, *words], check=True, timeout=30)
    (project / "requirements.txt").write_text("starlette==1.7.0\nuvicorn==0.34.0\n")
    variables = {
        **{name: value for name, value in job["variables"].items() if "$" not in value},
        "CONFORMANCE_PACKAGE": "the-package",
        "CONFORMANCE_APP": "app:app",
        "CONFORMANCE_REQUESTS": "requests.http",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        **{name: value for name, value in os.environ.items() if "CONFORMANCE" not in name},
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
        cwd=project, env=variables, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert 'failures="1"' in (project / job["artifacts"]["reports"]["junit"]).read_text("utf-8")
