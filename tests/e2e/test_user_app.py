"""A user's own app on two stacks: what is found, and what is not."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.explain.result import Diff
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart
from starlette_conformance.model.expectations import Response
from starlette_conformance.process import orphans
from starlette_conformance.process.app_server import Server
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import provision
from starlette_conformance.userapp.http_file import requests
from starlette_conformance.userapp.merge_repetitions import Merged
from starlette_conformance.userapp.read_requests import read_steps
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.repetitions import Repetitions
from starlette_conformance.userapp.user_app import App
from tests.miniatures.compared_app import compared_app

ROOT = Path(__file__).parent.parent.parent
APP = App("tests.miniatures.planted_app:app", ROOT)
OPEN = "the stream was still open after 0.5 s: its head and its first 2 events are compared"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted app tells the time to the microsecond, and nothing in it is one of two."""
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 3)


@pytest.fixture(scope="module")
def old() -> Environment:
    return provision(catalogue().named("documented"))


@pytest.fixture(scope="module")
def new(old: Environment, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The same stack, by an interpreter that tells the app to behave otherwise."""
    path = tmp_path_factory.mktemp("new") / "python"
    path.write_text(f'#!/bin/sh\nPLANTED=1 exec {old.interpreter} "$@"\n')
    path.chmod(0o755)
    return replace(old, interpreter=path)


@pytest.fixture
def requests_file(tmp_path: Path) -> Path:
    return tmp_path / "file.http"


def compared(file: Path, older: Environment, newer: Environment, *paths: str) -> Diff:
    file.write_text("\n###\n".join(paths), "utf-8")
    return compared_app(APP, requests(file, APP.name), older, newer, 0.5)


def found(diff: Diff) -> dict[str, tuple[str, ...]]:
    return {each.app: g.fields for g in diff.unexplained for each in g.exchanges}


def test_what_differs_in_later_rounds_only_takes_nothing_from_what_did_in_the_first(
    requests_file: Path, old: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests_file.write_text("/a\n###\n/b\n###\n/c")
    steps = requests(requests_file, APP.name)
    plain, other = (WireResponse(Response(200, {}, body, "OK", at=0.0)) for body in (b"a", b"b"))
    same, differs = Merged(plain, plain), Merged(plain, other)

    def compare(repetitions: Repetitions, _: object) -> dict[Step, Merged]:
        repetitions.suspects = set(steps[:1])
        repetitions.sent = {step: step.request for step in steps}
        return dict(zip(steps, (same, differs, differs), strict=True))

    monkeypatch.setattr(Repetitions, "compare", compare)
    diff = compared_app(APP, steps, old, old, 0.5)
    assert (len(diff.differing), len(diff.unconfirmed)) == (2, 1)


def test_what_varies_is_masked_and_listed_and_what_is_planted_is_found(
    requests_file: Path, old: Environment, new: Environment
) -> None:
    paths = "/random", "/me", "/login", "/me", "/only-new", "/only-new-and-more", "/status"
    diff = compared(requests_file, old, new, *paths, "/flaky", "/events")
    assert found(diff) == {
        "GET /login (file.http:5)": ("header set-cookie",),
        "GET /only-new (file.http:9)": ("body",),
        "GET /only-new-and-more (file.http:11)": ("body line 1:4", "body line 1:16"),
        "GET /status (file.http:13)": ("status", "reason"),
    }
    masked = (each for each in diff.masked if not each.endswith("stream comes together"))
    assert tuple(masked)[:-1] == (
        "GET /random (file.http:1): body: $.token, $.at",
        "GET /login (file.http:5): header set-cookie: session=[varies]; Path=/",
        "GET /only-new (file.http:9): body (only on NEW): id=[varies]; name=tea",
        "GET /only-new-and-more (file.http:11): body (only on NEW): id=[varies]; name=milk",
        "GET /events (file.http:17): body: data: [varies] data: [varies]",
        f"GET /events (file.http:17): {OPEN}",
    )
    (problem,) = diff.not_compared
    # One in a hundred times, both runs of OLD respond alike, and NEW is named.
    assert re.match(r"GET /flaky \(file\.http:15\): (OLD|NEW) responds with 2", problem)
    assert (diff.compared, len(diff.differing)) == (8, 4)


def test_an_exchange_is_shown_with_the_cookies_that_were_sent(
    requests_file: Path, old: Environment, new: Environment
) -> None:
    diff = compared(requests_file, old, new, "/status", "/login", "/status")
    sent = [
        (each.request[-1].partition("=")[0], "Cookie: session=" in each.commands[-1])
        for group in diff.unexplained
        for each in group.exchanges
        if each.line == "GET /status HTTP/1.1"
    ]
    assert sent == [("GET /status HTTP/1.1", False), ("Cookie: session", True)]


def test_what_varies_alike_in_several_answers_is_told_once(
    requests_file: Path, old: Environment
) -> None:
    diff = compared(requests_file, old, old, "/random", "/random?2", "/status")
    assert diff.masked[:-1] == (
        "GET /random (file.http:1), GET /random?2 (file.http:3): body: $.token, $.at",
    )


def test_a_stack_does_not_differ_from_itself(requests_file: Path, old: Environment) -> None:
    diff = compared(requests_file, old, old, "/random", "/login", "/me", "/only-new", "/status")
    assert (found(diff), diff.not_compared, diff.compared) == ({}, (), 5)


def test_an_answer_that_depends_on_the_run_cannot_be_compared(
    requests_file: Path, old: Environment
) -> None:
    diff = compared(requests_file, old, old, "/sometimes")
    assert diff.not_compared == (
        "GET /sometimes (file.http:1): OLD responds with 200 in one run and 409 in another",
    )


def test_a_route_that_never_ends_is_named(
    requests_file: Path, old: Environment, new: Environment
) -> None:
    diff = compared(requests_file, old, new, "/hangs", "/hangs-on-new", "/random")
    why = "no whole response from either: no response within 0.5 s"
    assert diff.not_compared == (f"GET /hangs (file.http:1): {why}",)
    assert found(diff).keys() == {"GET /hangs-on-new (file.http:3)"}
    assert "status" in found(diff)["GET /hangs-on-new (file.http:3)"]


def test_an_app_that_goes_is_named_with_the_request(requests_file: Path, old: Environment) -> None:
    diff = compared(
        requests_file, old, old, "/random", "/dies", "/random?2", "/random?3", "/random?4"
    )
    assert diff.compared == 1
    assert any(
        sentence.startswith("the app on OLD ended with status 7 at GET /dies (file")
        for sentence in diff.not_compared
    )
    assert "1 requests after 3 without a response were not sent" in diff.not_compared


def test_the_example_shop_differs_where_fastapi_does() -> None:
    steps, _ = read_steps(ROOT / "examples" / "shop.har", "shop:app", None)
    steps = [step for step in steps if step.request.target != "/offers"]
    pins = "fastapi=={},starlette=={},pydantic==2.11.0,uvicorn==0.34.0,python-multipart==0.0.20"
    older, newer = (
        provision(catalogue().named(pins.format(*versions)))
        for versions in (("0.115.12", "0.46.1"), ("0.128.0", "0.50.0"))
    )
    diff = compared_app(App("shop:app", ROOT / "examples"), steps, older, newer, 10.0)
    assert diff.not_compared == ()
    assert found(diff) == {
        "GET /admin (shop.har, entry 19)": ("status", "reason", "header www-authenticate")
    }


def run_diff(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Ask for a diff of `documented` with itself."""
    code = main(["diff", "documented", "documented", *words])
    output = capsys.readouterr()
    return code, (output.err + output.out).strip()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ["--cwd", "examples"],
            "no app: name it by --app, or --start, or leave out what is for it",
        ),
        (
            ["--value", "id=1"],
            "no app: name it by --app, or --start, or leave out what is for it",
        ),
        (
            ["--app", "shop:app", "--write-requests", "-"],
            "--write-requests -: name a file, which ends with .http",
        ),
        (
            ["--app", "shop:app", "--value", "id"],
            "--value id: write NAME=VALUE",
        ),
        (
            ["--app", "shop:app", "--origin", "http://x"],
            "--origin is for a HAR, which --requests names",
        ),
        (
            ["--app", "a:b", "--requests", "a.http", "--write-requests", "b.http"],
            "--write-requests writes those that are made, without --requests",
        ),
        (
            ["--app", "shop", "--requests", "examples/shop.http"],
            "--app shop: write package.module:app, as for uvicorn",
        ),
        (
            ["--app", "shop:app", "--cwd", "nowhere", "--requests", "examples/shop.http"],
            "--cwd nowhere: no such folder",
        ),
        (
            ["--app", "shop:app", "--requests", "README.md"],
            "--requests README.md: a file that ends with .http, .har, .curl, .yaml (a cassette of ",
        ),
        (
            ["--app", "shop:app", "--requests", "none.har"],
            "none.har: No such file or directory",
        ),
        (
            ["--app", "shop:app", "--requests", "a.http", "--origin", "http://x"],
            "--origin is for what is recorded, and a.http is written",
        ),
        (
            ["--app", "shop:app", "--requests", "examples/shop.http", "--with", "a b"],
            "--with a b: not a requirement: ",
        ),
        (
            ["--app", "shop:app", "--requests", "examples/shop.http", "--quick"],
            "--quick, --fresh and --repeat are for the reference apps, not for --app",
        ),
    ],
)
def test_what_cannot_be_meant_ends_with_2(
    words: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run_diff(capsys, *words)
    assert code == 2
    assert said.startswith(f"error: {error}")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import fastapi_is_not_here", "ModuleNotFoundError: No module named 'fastapi_is_"),
        (
            "from socket import *; a = create_server(('', 0)); create_server(a.getsockname())",
            "OSError: [Errno 98] Address already in use",
        ),
        ("def app(:", "SyntaxError: invalid syntax"),
        ("other = 1", 'Attribute "app" not found in module "broken".'),
        (
            "from tests.miniatures.planted_app import refuses as app",
            "Application startup failed. Exiting.",
        ),
    ],
)
def test_an_app_that_does_not_start_ends_with_3(
    source: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.py").write_text(f"import sys\nsys.path.append({str(ROOT)!r})\n{source}\n")
    (tmp_path / "file.http").write_text("/")
    words = ["--app", "broken:app", "--cwd", str(tmp_path)]
    code, said = run_diff(capsys, *words, "--requests", str(tmp_path / "file.http"))
    assert code == 3
    assert "neither OLD nor NEW starts: " in said
    assert "broken:app on documented (starlette 0.46.1, " in said
    assert reason in said
    assert ("hint: install the package that has it by --with" in said) == ("fastapi" in source)
    assert ("hint: the app runs on both stacks at once" in said) == ("socket" in source)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.py", "file.http"]


SILENT = "import logging.config\nlogging.config.dictConfig({'version': 1})\n"
LISTENS = "import socket\nother = socket.create_server(('127.0.0.1', 0))\n"


def start_app(source: str, folder: Path, environment: Environment) -> Server:
    planted = f"import sys\nsys.path.append({str(ROOT)!r})\n"
    planted += "from tests.miniatures.planted_app import app\n"
    (folder / "silent.py").write_text(source + planted)
    return App("silent:app", folder).start(environment, 0)


def test_an_app_that_silences_the_log_of_its_server_is_asked(
    tmp_path: Path, old: Environment
) -> None:
    server = start_app(SILENT, tmp_path, old)
    try:
        assert {server.port()} == orphans.ports(server.pid)
    finally:
        server.kill()


def test_an_app_that_may_listen_on_either_port_is_not_asked(
    tmp_path: Path, old: Environment
) -> None:
    server = start_app(SILENT + LISTENS, tmp_path, old)
    try:
        with pytest.raises(DidNotStart, match=r"did not listen in 3 s: \(it logged nothing\)"):
            server.port(3.0)
    finally:
        server.kill()


def test_what_is_no_app_is_told_although_both_stacks_answer_alike(
    tmp_path: Path, old: Environment
) -> None:
    (tmp_path / "broken.py").write_text("no_app = 1\n")
    (tmp_path / "file.http").write_text("/")
    steps = requests(tmp_path / "file.http", "broken")
    diff = compared_app(App("broken:no_app", tmp_path), steps, old, old, 0.5)
    said = "raised an exception at every request (TypeError: 'int' object is not callable)"
    assert diff.not_compared == tuple(f"the app on {side} {said}" for side in ("OLD", "NEW"))


def test_an_app_that_lies_elsewhere_is_told_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    requests = tmp_path / "file.http"
    requests.write_text("GET /\n")
    code, said = run_diff(capsys, "--app", "nowhere:app", "--requests", str(requests))
    assert code == 3
    assert 'Could not import module "nowhere".' in said
    assert "hint: --cwd says where it lies" in said


def test_a_route_that_never_ends_ends_with_3(
    requests_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    requests_file.write_text("/hangs")
    report = requests_file.with_name("diff.json")
    words = ["--app", APP.name, "--requests", str(requests_file), "--seconds", "0.3"]
    code, _ = run_diff(capsys, *words, "--json", str(report))
    assert code == 3
    (sentence,) = json.loads(report.read_text())["not_compared"]
    assert sentence.startswith("GET /hangs (file.http:1): no whole response from either")


INTERRUPTIBLE = """
import signal, sys
from starlette_conformance.__main__ import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
sys.exit(main(sys.argv[1:]))
"""


def test_nothing_is_left_of_an_interrupted_diff(requests_file: Path) -> None:
    requests_file.write_text("/hangs")
    words = ["--app", APP.name, "--requests", str(requests_file), "--seconds", "50"]
    command = [sys.executable, "-c", INTERRUPTIBLE, "diff", "documented", "documented", *words]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        served = _children(process.pid, 2)
        time.sleep(1)
        os.kill(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert said.endswith(b"interrupted\n")
    assert not any(child.is_running() for child in served)


def _children(pid: int, count: int) -> list[psutil.Process]:
    """The servers that a process has started, once there are so many."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):  # others come and go
            children = psutil.Process(pid).children(recursive=True)
            served = [child for child in children if _serves(child)]
            if len(served) == count:
                return served
        time.sleep(0.05)
    raise AssertionError(f"no {count} servers in 30 s")


def _serves(process: psutil.Process) -> bool:
    """Whether it is a server: its supervisor has the same words behind its own."""
    words = process.cmdline()
    return "uvicorn" in words and not any("_supervisor" in word for word in words)
