"""A runner of GitHub Actions, as far as a composite action needs one: it runs its `run` steps."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

PYTHON = """#!{python}
import os, sys
from pathlib import Path
if sys.argv[1:3] == ["-m", "venv"]:
    folder = Path(sys.argv[3], "bin")
    folder.mkdir(parents=True, exist_ok=True)
    for name, meant in (("python", sys.argv[0]), ("starlette-conformance", {ours})):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(meant)
else:
    with open(os.environ["INSTALLED"], "a") as file:
        print(*sys.argv[1:], file=file)
"""
GH = """#!{python}
import json, os, re, sys
from pathlib import Path
words, store = sys.argv[1:], Path(os.environ["COMMENTS"])
if os.environ["GH_TOKEN"] != "token":
    sys.exit("HTTP 403: Resource not accessible by integration")
comments = json.loads(store.read_text())
path = next(word for word in words if word.startswith("repos/"))
if "--jq" in words:
    mark = re.search(r'startswith\\("(.*?)"\\)', words[-1])[1]
    print(*(n for n, body in enumerate(comments) if body.startswith(mark)), sep="\\n")
else:
    body = Path(words[words.index("--field") + 1].removeprefix("body=@")).read_text()
    if "PATCH" in words:
        comments[int(path.rpartition("/")[2])] = body
    else:
        assert path == "repos/owner/name/issues/7/comments", path
        comments.append(body)
    store.write_text(json.dumps(comments))
"""


class Runner:
    """Runs an action in a folder of its own, as often as one likes; the machine stays the same."""

    def __init__(self, folder: Path, ours: Path, project: Path) -> None:
        self.folder = folder
        self.action: dict[str, Any] = yaml.safe_load((project / "action.yml").read_text("utf-8"))
        self.comments = folder / "comments.json"
        self.comments.write_text('["the first comment of a person"]', "utf-8")
        self.installed = folder / "installed"
        self.log = ""
        self.context = {
            "github.action_path": str(project),
            "github.event_name": "pull_request",
            "github.event.pull_request.number": "7",
            "github.repository": "owner/name",
            "github.server_url": "https://github.example",
            "github.workflow": "checks",
            "github.job": "upgrade",
            "github.action": "conformance",
            "github.run_id": "99",
            "github.token": "token",
            "runner.temp": str(folder / "temp"),
            "steps.python.outputs.python-path": self._program("python", PYTHON, ours),
        }
        self._program("gh", GH, ours)

    def _program(self, name: str, text: str, ours: Path) -> str:
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            text.replace("{ours}", repr(str(ours))).replace("{python}", sys.executable), "utf-8"
        )
        path.chmod(0o755)
        return str(path)

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text("utf-8")

    def run(self, workspace: Path, **inputs: str) -> int:
        """The exit code of the first step that fails, or 0."""
        known = {
            name: str(given.get("default", "")) for name, given in self.action["inputs"].items()
        }
        known |= {name.replace("_", "-"): value for name, value in inputs.items()}
        context = self.context | {
            f"inputs.{name}": self._filled(value, self.context) for name, value in known.items()
        }
        (self.folder / "summary").write_text("", "utf-8")
        for step in self.action["runs"]["steps"]:
            if "run" not in step or not self._holds(step.get("if", ""), context):
                continue
            output = self.folder / "output"
            output.write_text("", "utf-8")
            code = self._step(step, context, workspace, output)
            for line in output.read_text("utf-8").splitlines():
                name, _, value = line.partition("=")
                context[f"steps.{step['id']}.outputs.{name}"] = value
            if code:
                return code
        return 0

    def _step(
        self, step: Mapping[str, Any], context: Mapping[str, str], workspace: Path, output: Path
    ) -> int:
        variables = {
            name: self._filled(text, context) for name, text in step.get("env", {}).items()
        }
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "what is given goes by the environment"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=workspace,
            env={
                "HOME": os.environ["HOME"],
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
                "COMMENTS": str(self.comments),
                "INSTALLED": str(self.installed),
                **{k: v for k, v in os.environ.items() if k.startswith(("UV_", "PIP_", "SSL_"))},
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        self.log += done.stdout
        return done.returncode

    def _filled(self, text: str, context: Mapping[str, str]) -> str:
        return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: context[found[1]], text)

    def _holds(self, condition: str, context: Mapping[str, str]) -> bool:
        """Of `a == 'b' && c == 'd'`."""
        parts = [part.split(" == ") for part in condition.split(" && ") if part]
        return all(context[name.strip()] == value.strip().strip("'") for name, value in parts)
