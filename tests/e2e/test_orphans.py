"""A daemon that an app leaves is killed, named, and a finding."""

import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from starlette_conformance.stacks.project import ROOT, catalogue
from starlette_conformance.stacks.provision import provision

SECONDS = 100.0
DAEMON = """
import os, sys, time
if not os.fork():
    os.setsid()
    if not os.fork():
        for number in range(3):
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        os.execv(sys.executable, [sys.executable, "-S", "-c", "import time; time.sleep(60) # MARK"])
    os._exit(0)
os.wait()
"""
"""It leaves a process that holds nothing of it, in a session of its own, of another parent."""
APP = """
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("Hello"))])
"""


def living(mark: str) -> list[int]:
    """The processes that have the mark in their command line."""
    found = psutil.process_iter(["cmdline"])
    return [each.pid for each in found if mark in " ".join(each.info["cmdline"] or [])]


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture
def mark(tmp_path: Path) -> str:
    return f"daemon-of-{tmp_path.name}-{time.monotonic_ns()}"


@pytest.fixture
def python(tmp_path: Path, mark: str) -> Path:
    """A stack of which a package leaves a daemon, wherever it serves."""
    real = provision(catalogue().named("documented")).interpreter
    only_there = "import re, sys\nif re.search(r'forkserver|sse\\.py', str(sys.orig_argv)):\n"
    daemon = textwrap.indent(DAEMON.replace("MARK", mark), "    ")
    (tmp_path / "sitecustomize.py").write_text(only_there + daemon)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {real} "$@"\n')
    python.chmod(0o755)
    return python


@pytest.mark.timeout(SECONDS)
def test_a_load_test_finds_what_its_server_leaves(python: Path, mark: str) -> None:
    words = ["--headless", "-u", "1", "-t", "2s", "--interval", "0.5", "--stack", str(python)]
    done = run("locust", "-f", str(ROOT / "loadtests"), "SseUser", *words)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 1, said
    assert "the server of SseUser left processes behind, which were killed: process " in said
    assert living(mark) == []


@pytest.mark.timeout(SECONDS)
def test_specs_fail_where_a_package_leaves_a_daemon(
    tmp_path: Path, python: Path, mark: str
) -> None:
    specs = ["specs/hello/test_hello.py", "--runs", str(tmp_path / "runs")]
    done = run("pytest", *specs, "--python", str(python), "-q", "-pno:cacheprovider")
    assert done.returncode == 1, done.stdout
    said = r"DID NOT STOP .*: apps on .* left processes behind, which were killed: process \d+ \("
    assert re.search(said, done.stdout), done.stdout
    assert living(mark) == []


@pytest.mark.timeout(SECONDS)
def test_a_users_app_that_leaves_a_daemon_is_a_finding(tmp_path: Path, mark: str) -> None:
    (tmp_path / "shop.py").write_text(APP + DAEMON.replace("MARK", mark))
    (tmp_path / "shop.http").write_text("/")
    words = ["--app", "shop:app", "--cwd", str(tmp_path), "--requests", str(tmp_path / "shop.http")]
    done = run("starlette_conformance", "diff", "documented", "documented", *words)
    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert "the app on OLD left processes behind, which were killed: " in said
    assert "the app on NEW left processes behind, which were killed: " in said
    assert living(mark) == []


@pytest.mark.timeout(SECONDS)
def test_a_users_app_whose_children_end_with_it_is_none(tmp_path: Path) -> None:
    """One in a session of its own as well, which the app ends as it stops."""
    ending = """
import subprocess
from contextlib import asynccontextmanager

@asynccontextmanager
async def lifespan(app):
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield
    child.kill()

app.router.lifespan_context = lifespan
"""
    (tmp_path / "shop.py").write_text(APP + ending)
    (tmp_path / "shop.http").write_text("/")
    words = ["--app", "shop:app", "--cwd", str(tmp_path), "--requests", str(tmp_path / "shop.http")]
    done = run("starlette_conformance", "diff", "documented", "documented", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "left processes" not in done.stdout


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("verb", ["diff --app", "pytest", "locust"])
def test_no_daemon_outlives_a_harness_that_is_killed_outright(
    verb: str, tmp_path: Path, python: Path, mark: str
) -> None:
    (tmp_path / "shop.py").write_text(APP + DAEMON.replace("MARK", mark))
    (tmp_path / "shop.http").write_text("/")
    app = ["--app", "shop:app", "--cwd", str(tmp_path), "--requests", str(tmp_path / "shop.http")]
    load = ["SseUser", "--headless", "-u", "1", "--interval", "0.5", "--stack", str(python)]
    commands = {
        "diff --app": ["starlette_conformance", "diff", "documented", "documented", *app],
        "pytest": [
            "pytest",
            "specs/hello",
            "--python",
            str(python),
            "--runs",
            str(tmp_path / "runs"),
            "-pno:cacheprovider",
        ],
        "locust": ["locust", "-f", str(ROOT / "loadtests"), *load],
    }
    with (tmp_path / "said").open("wb") as said:
        harness = subprocess.Popen(
            [sys.executable, "-m", *commands[verb]], cwd=ROOT, stdout=said, stderr=said
        )
    while not living(mark) and harness.poll() is None:
        time.sleep(0.05)
    assert harness.poll() is None, (tmp_path / "said").read_text()
    harness.kill()
    harness.wait()
    deadline = time.monotonic() + SECONDS / 2
    while living(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert living(mark) == []
