"""What the children of a run get: no variable of the caller's that may be a secret.

Each run is watched from within, by an audit hook in each of its Pythons, which sees every start of
a process, and from without, by /proc, which sees what processes of other programs start.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from starlette_conformance.stacks.project import ROOT
from tests.miniatures import run_files

SECONDS = 120.0
A_WHILE = 4.0
CANARY = "c4n4ry-of-the-caller"
SECRETS = {
    "GITHUB_TOKEN": CANARY,
    "AWS_SECRET_ACCESS_KEY": CANARY,
    "ACTIONS_RUNTIME_TOKEN": CANARY,
    "DATABASE_URL": CANARY,
    "GIT_CONFIG_VALUE_0": CANARY,
    "LOCUST_PASSWORD": CANARY,
    "MY_SETTING": CANARY,
    "PIP_INDEX_URL": CANARY,
    "UV_PUBLISH_TOKEN": CANARY,
}
HOOK = """
import json, os, sys
def watch(event, arguments):
    if event in ("subprocess.Popen", "os.posix_spawn", "os.exec"):
        program, words, *_, variables = arguments
        variables = dict(os.environ if variables is None else variables)
        found = [str(name) for name, value in variables.items() if CANARY in str(value)]
        line = json.dumps([[str(word) for word in words], sorted(found)])
        with open(FILE, "a") as file:
            file.write(line + chr(10))
sys.addaudithook(watch)
"""
LOGIN = {"USER": "root", "LOGNAME": "root", "HOST": "box", "HOSTNAME": "box", "SHELL": "/bin/sh"}
STARLETTE = [sys.executable, "-m", "starlette_conformance"]


@dataclass(frozen=True)
class Watched:
    """A run, and its children by command line, with the secrets that each one had."""

    status: int
    said: str
    children: Mapping[tuple[str, ...], Sequence[str]]

    @property
    def leaking(self) -> dict[tuple[str, ...], Sequence[str]]:
        return {words: names for words, names in self.children.items() if names}

    def has(self, *words: str) -> bool:
        """Whether some child has each of the words in its command line."""
        return any(all(word in " ".join(line) for word in words) for line in self.children)


def watched(command: Sequence[str], folder: Path, until: str = "") -> Watched:
    """The run, which is ended a while after a child by that name, if any is given."""
    seen = folder / "seen"
    seen.touch()
    hook = HOOK.replace("CANARY", repr(CANARY)).replace("FILE", repr(str(seen)))
    (folder / "sitecustomize.py").write_text(hook)
    ours = {name: value for name, value in os.environ.items() if name != "CI"}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=ours | LOGIN | SECRETS | {"PYTHONPATH": str(folder), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    found: dict[tuple[str, ...], Sequence[str]] = {}
    deadline = time.monotonic() + SECONDS
    try:
        while process.poll() is None and time.monotonic() < deadline:
            found |= below(psutil.Process(process.pid))
            if until and any(until in " ".join(words) for words in found):
                until, deadline = "", time.monotonic() + A_WHILE
            time.sleep(0.06)
    finally:
        process.kill()
        process.wait()
    for line in seen.read_text().splitlines():
        words, names = json.loads(line)
        found[tuple(words)] = names
    return Watched(process.returncode, (folder / "output").read_text("utf-8", "replace"), found)


def below(run: psutil.Process) -> dict[tuple[str, ...], Sequence[str]]:
    """The children of a run now; one that is about to become another program is not yet a child."""
    found: dict[tuple[str, ...], Sequence[str]] = {}
    with suppress(psutil.Error):
        own = run.cmdline()
        for child in run.children(recursive=True):
            with suppress(psutil.Error):
                words, variables = child.cmdline(), child.environ()
                if words and words != own:
                    names = sorted(name for name, value in variables.items() if CANARY in value)
                    found[tuple(words)] = names
    return found


def test_a_leak_is_seen(tmp_path: Path) -> None:
    """By the hook, and by /proc where a program of others passes its variables on."""
    source = "import subprocess; subprocess.run(['sh', '-c', 'sleep 0.3; true'])"
    run = watched([sys.executable, "-c", source], tmp_path)
    assert run.status == 0
    assert run.leaking == dict.fromkeys(
        [("sh", "-c", "sleep 0.3; true"), ("sleep", "0.3")], sorted(SECRETS)
    )


@pytest.mark.timeout(2 * SECONDS)
def test_diff_passes_no_secret(tmp_path: Path) -> None:
    run = watched(
        [*STARLETTE, "diff", "documented", "latest", "--only", "hello", "--quick", "--fresh"],
        tmp_path,
    )
    assert run.status == 0, run.said
    assert run.has("_forkserver_child.py")
    assert run.has("uv", "pip compile")
    assert run.leaking == {}


@pytest.mark.timeout(2 * SECONDS)
def test_judge_passes_no_secret(tmp_path: Path) -> None:
    words = ["judge", "--stack", "documented", "--runs", str(tmp_path / "runs")]
    run = watched([*STARLETTE, *words, "--", "-k", "test_hello.py"], tmp_path)
    assert run.status == 0, run.said
    assert run.has("pytest")
    assert run.has("_forkserver_child.py")
    assert run.leaking == {}


@pytest.mark.timeout(2 * SECONDS)
def test_locust_passes_no_secret(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests"), "SseUser"]
    command += ["--headless", "-u", "2", "-t", "3s", "--interval", "0.5", "--stack", "documented"]
    run = watched(command, tmp_path)
    assert run.has("sse.py"), run.said
    assert run.has("_reference_reader.py")
    assert run.leaking == {}


@pytest.mark.timeout(2 * SECONDS)
def test_explore_passes_no_secret(tmp_path: Path) -> None:
    recorded = run_files.made(tmp_path / "runs", "1.6.0", varies=False)
    words = ["explore", "documented", "documented", "--requests", "5", "--quick"]
    run = watched([*STARLETTE, *words, "--run", str(recorded)], tmp_path)
    assert run.status == 0, run.said
    assert run.has("_forkserver_child.py")
    assert run.leaking == {}


@pytest.mark.timeout(2 * SECONDS)
def test_benchmarks_pass_no_secret(tmp_path: Path) -> None:
    words = ["-m", "pytest", "benchmarks", "-q", "-pno:cacheprovider", "-k", "hello"]
    words += ["--stack", "documented", "--benchmark-max-time=0.02", "--benchmark-min-rounds=2"]
    run = watched([sys.executable, *words], tmp_path)
    assert run.has("hello.py"), run.said
    of_the_plugin = {"git", "hg", "file", "lscpu"}  # pytest-benchmark's, which is the caller's
    assert {words for words in run.leaking if words[0] not in of_the_plugin} == set()


@pytest.mark.timeout(2 * SECONDS)
@pytest.mark.parametrize(
    ("words", "child"),
    [
        (["gate", "documented", "documented", "--benchmark", "hello"], "vgdb"),
        (["costs", "--stack", "documented-h11", "--results", "{folder}/costs"], "valgrind"),
        (["mutants", "--sample", "1", "--jobs", "1", "--results", "{folder}/results"], "pytest"),
    ],
)
def test_what_takes_minutes_passes_no_secret_as_it_begins(
    words: Sequence[str], child: str, tmp_path: Path
) -> None:
    if child != "pytest" and not shutil.which(child):
        pytest.skip(f"no {child} on PATH")
    run = watched([*STARLETTE, *(each.format(folder=tmp_path) for each in words)], tmp_path, child)
    assert run.has(child), run.said
    assert run.leaking == {}


APP = """
import os
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

NEEDED = os.environ["DATABASE_URL"]

async def names(request):
    return JSONResponse({"names": sorted(os.environ), "zone": os.environ.get("SHOP_ZONE")})

app = Starlette(routes=[Route("/", names)])
"""


@pytest.fixture
def shop(tmp_path: Path) -> list[str]:
    """The command that compares an app which needs a variable of the caller's."""
    (tmp_path / "shop.py").write_text(APP)
    (tmp_path / "shop.http").write_text("/")
    words = ["--app", "shop:app", "--cwd", str(tmp_path), "--requests", str(tmp_path / "shop.http")]
    return [*STARLETTE, "diff", "documented", "documented", *words]


@pytest.mark.timeout(2 * SECONDS)
def test_a_users_app_that_lacks_a_variable_is_told_with_its_name(
    shop: list[str], tmp_path: Path
) -> None:
    run = watched(shop, tmp_path)
    assert run.status == 3
    assert "KeyError: 'DATABASE_URL'" in run.said
    remedy = "set here, and not passed to the app: DATABASE_URL; add --pass-env DATABASE_URL"
    assert remedy in " ".join(run.said.split())
    assert CANARY not in run.said
    assert run.leaking == {}


@pytest.mark.timeout(2 * SECONDS)
def test_a_users_app_gets_what_is_passed_and_nothing_else(shop: list[str], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.starlette-conformance]\npass_env = ["DATABASE_*"]\n'
    )
    run = watched([*shop, "--pass-env", "MY_*"], tmp_path)
    assert run.status == 0, run.said
    assert set(map(tuple, run.leaking.values())) == {("DATABASE_URL", "MY_SETTING")}
    assert all("uvicorn" in words for words in run.leaking if "_supervisor" not in words[3])
