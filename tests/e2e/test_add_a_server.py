"""A second server is one file: that of CONTRIBUTING.md, in a copy of the project."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from starlette_conformance.model.stack import FRAMEWORK, IMPORTED
from starlette_conformance.servers import DEFAULT
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import provision
from tests.miniatures.project_copy import ProjectCopy

pytestmark = pytest.mark.timeout(600)  # several sessions of pytest each

ADAPTER = "starlette_conformance/servers/hypercorn.py"
STACK = "starlette==1.10.0,hypercorn==0.17.3"
SPEC = """
import pytest

from starlette_conformance.http.client import Client


@pytest.mark.source("RFC 9110 section 15.3.1")
def test_greets(hello: Client) -> None:
    assert hello.get("/").response.body == b"Hello Starlette !!!"
    assert hello.environment.server.name == "hypercorn"


@pytest.mark.source("RFC 9110 section 15.3.1")
def test_counts(sse: Client) -> None:
    assert b"data: 2" in sse.request("GET", "/stream", chunks=2).data
"""
AXIS = """
[axes.hypercorn]
suite = "edge"
vary = { hypercorn = ["0.17.3"] }
"""
REQUIRED = """
import json, re
from importlib.metadata import PackageNotFoundError, requires

def of(names):
    found = set()
    for name in names:
        try:
            texts = requires(name) or []
        except PackageNotFoundError:
            continue
        found |= {re.match(r"[\\w.-]+", text)[0].lower() for text in texts if "extra" not in text}
    return found

direct = of(%r)
print(json.dumps(sorted(direct | of(direct))))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    return ProjectCopy(tmp_path_factory.mktemp("project"))


def judged(project: ProjectCopy) -> subprocess.CompletedProcess[str]:
    words = ("specs/hello/test_other.py", "--stack", STACK, "-pno:cacheprovider", "-q")
    return project.run("pytest", *words)


def test_a_second_server_is_one_file(project: ProjectCopy) -> None:
    project.add("specs/hello/test_other.py", SPEC)
    before = judged(project)
    assert before.returncode == pytest.ExitCode.USAGE_ERROR
    assert "hypercorn would be installed, and uvicorn be run" in before.stderr
    project.add(ADAPTER)
    after = judged(project)
    assert after.returncode == 0, after.stdout + after.stderr
    (run,) = (project.folder / "runs").rglob("*.jsonl")
    (packages,) = (line for line in run.read_text("utf-8").splitlines() if "sse-starlette" in line)
    assert re.search(r'"hypercorn":\s*"0\.17\.3"', packages)
    assert '"uvicorn"' not in packages


def test_its_axis_runs_it(project: ProjectCopy) -> None:
    project.add(ADAPTER)
    stacks = project.folder / "specs" / "stacks.toml"
    stacks.write_text(stacks.read_text("utf-8") + AXIS, "utf-8")
    words = ("specs/edge/test_proxy.py", "--stack", "hypercorn", "-pno:cacheprovider", "-qx")
    done = project.run("pytest", *words)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED  # it knows no --proxy-headers
    assert "hypercorn 0.17.3" in done.stdout
    (project.folder / ADAPTER).unlink()
    without = project.run("pytest", *words)
    assert without.returncode == pytest.ExitCode.USAGE_ERROR
    assert "axis 'hypercorn' varies hypercorn, which its stacks install and do" in without.stderr


def test_an_app_is_served_by_it(project: ProjectCopy) -> None:
    project.add(ADAPTER)
    words = ("starlette_conformance", "serve", "hello", "--stack", STACK, "--port", "0")
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as served:
        assert served.stdout is not None
        port = next(
            int(found[1])
            for line in served.stdout
            if (found := re.search(r"Running on http://127\.0\.0\.1:(\d+) ", line))
        )
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            response = b"".join(iter(lambda: client.recv(65536), b""))
        served.terminate()
    assert response.endswith(b"Hello Starlette !!!")
    assert b"server: hypercorn-h11\r\n" in response


def test_what_may_vary_is_what_the_packages_require(tmp_path: Path) -> None:
    packages = (*FRAMEWORK, DEFAULT.name)
    found: set[str] = set()
    for name in ("documented", "latest-httptools", "starlette-0.27.0"):
        interpreter = provision(catalogue().named(name)).interpreter
        command = [str(interpreter), "-c", REQUIRED % (packages,)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
        found |= set(json.loads(done.stdout))
    found = {name.replace("_", "-") for name in found}
    assert found <= {*packages, *IMPORTED, *DEFAULT.imports, *DEFAULT.parsers}
