"""`diff --app` as a user runs it: exit codes, what is printed and written, what is left alone."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

from starlette_conformance.__main__ import main

BARE = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        raise NotImplementedError
    status = 200 if scope["path"] == "/" else 401
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"text"})
"""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 3)


def run(
    folder: Path,
    source: str,
    requests: str,
    *words: str,
    stacks: tuple[str, str] = ("documented",) * 2,
) -> int:
    """The exit code for an app in `folder`, and requests to it."""
    (folder / "app.py").write_text(source, "utf-8")
    (folder / "requests.http").write_text(requests, "utf-8")
    app = [] if "--app" in words else ["--app", "app:app"]
    named = [*app, "--cwd", str(folder), "--requests", str(folder / "requests.http")]
    return main(["diff", *stacks, *named, "--no-cause", *words])


@pytest.mark.parametrize(
    ("requests", "code", "said"),
    [
        ("/\n###\n/secret", 0, "responses: OLD 1 2xx, 1 4xx; NEW 1 2xx, 1 4xx"),
        ("/secret\n###\n/more", 3, "inconclusive: none of 2 responses differs"),
    ],
)
def test_a_run_in_which_nothing_succeeds_is_inconclusive(
    requests: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, BARE, requests, "--json", str(tmp_path / "diff.json")) == code
    assert said in capsys.readouterr().out
    assert bool(json.loads((tmp_path / "diff.json").read_text())["inconclusive"]) == (code == 3)


OLD, NEW = "starlette==0.39.2,uvicorn==0.34.0", "starlette==0.40.0,uvicorn==0.34.0"
LIFESPAN = """
from contextlib import asynccontextmanager
from importlib.metadata import version

from starlette.applications import Starlette

FAILS_ON = {fails_on!r}


@asynccontextmanager
async def lifespan(app):
    if version("starlette") in FAILS_ON:
        raise KeyError("no such pool")
    yield


app = Starlette(lifespan=lifespan)
"""
"""After a public report: the app starts on one release only."""


@pytest.mark.parametrize(
    ("fails_on", "code", "said"),
    [
        (["0.40.0"], 1, "NEW does not start, OLD does: KeyError: 'no such pool' (app.py:13)"),
        (["0.39.2"], 3, "OLD does not start, NEW does: KeyError: 'no such pool' (app.py:13)"),
        (["0.39.2", "0.40.0"], 3, "neither OLD nor NEW starts: KeyError: 'no such pool'"),
    ],
)
def test_a_new_that_does_not_start_is_the_finding_in_every_format(
    fails_on: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SETTING", "x")
    folder = tmp_path / "app"
    folder.mkdir()
    files = {form: tmp_path / f"diff.{form}" for form in ("json", "markdown", "html", "junit")}
    words = [word for form, path in files.items() for word in (f"--{form}", str(path))]
    source = LIFESPAN.format(fails_on=fails_on)
    assert run(folder, source, "/", *words, stacks=(OLD, NEW)) == code
    output = capsys.readouterr().out
    assert said in output
    assert "starlette 0.39.2 -> 0.40.0" in output
    assert ("hint: " in output) == (len(fails_on) == 2)
    texts = {form: path.read_text("utf-8") for form, path in files.items()}
    assert all("no such pool" in text and "app.py" in text for text in texts.values())
    assert all("0.39.2" in text and "0.40.0" in text for text in texts.values())
    starts = json.loads(texts["json"])["starts"]
    assert [bool(start["failure"]) for start in starts] == [
        v in fails_on for v in ("0.39.2", "0.40.0")
    ]
    assert ("<failure" in texts["junit"]) == (code == 1)


RAISES = """
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route


def index(request):
    if version("starlette") == "0.40.0":
        raise LookupError("no such column")
    return Response(b"text")


app = Starlette(routes=[Route("/", index), Route("/same", lambda request: Response(b"same"))])
"""


def test_the_traceback_of_the_server_stands_beside_a_new_500(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, RAISES, "/\n###\n/same", stacks=(OLD, NEW)) == 1
    said = capsys.readouterr().out
    assert "UNEXPLAINED  200 → 500" in said
    assert "* the server logged:" in said
    assert f'File "{tmp_path}/app.py", line 11, in index' in said
    assert "LookupError: no such column" in said


TAKES = """
import socket, sys
from importlib.metadata import version
import os
held = socket.create_server(("127.0.0.1", int(os.environ["HELD"])))
"""


def test_an_app_that_starts_only_by_itself_is_no_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = free_port()
    assert run(tmp_path, TAKES + BARE, "/", "--env", f"HELD={number}") == 3
    said = capsys.readouterr().out
    assert "inconclusive: " in said
    assert " starts by itself, and not beside the other: they share something" in said
    assert "hint: the app runs on both stacks at once" in said


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


WRITES = (
    """
import os, pathlib, sqlite3, sys

pathlib.Path("data").mkdir(exist_ok=True)
key = pathlib.Path(".sesskey")
if not key.exists():
    key.write_text(os.urandom(8).hex())
database = sqlite3.connect("data/app.db")
database.execute("create table items (id integer primary key)")
database.commit()
(pathlib.Path.home() / ".config").mkdir(exist_ok=True)
pathlib.Path("kept.txt").write_text("changed")
import module
"""
    + BARE
)


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Each path below a folder, with its mode, time and content."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in (folder, *folder.rglob("*"))
    }


@pytest.mark.parametrize("repository", [False, True])
def test_nothing_of_the_users_is_written(
    repository: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, outside = tmp_path / "app", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "shared.txt").write_text("shared")
    (folder / "linked").symlink_to(outside)
    (folder / "empty").mkdir()
    (folder / "kept.txt").write_text("mine")
    (folder / "module.py").write_text(
        "import pathlib\npathlib.Path('linked/shared.txt').write_text('changed')\n"
    )
    (folder / ".gitignore").write_text("secret.txt\n")
    (folder / "secret.txt").write_text("s")
    (folder / "app.py").write_text(WRITES)
    (folder / "requests.http").write_text("/")
    if repository:
        subprocess.run(["git", "init", "-q", str(folder)], check=True)
    before = state(tmp_path)
    words = ["--cwd", str(folder), "--requests", str(folder / "requests.http")]
    assert main(["diff", "documented", "documented", "--app", "app:app", *words]) == 0
    assert state(tmp_path) == before
    said = capsys.readouterr().err
    assert ("not copied, since .gitignore excludes it: secret.txt" in said) == repository


def test_in_place_an_app_runs_in_the_users_folder(tmp_path: Path) -> None:
    source = "open('here', 'w').close()\n" + BARE
    assert run(tmp_path, source, "/", "--in-place") == 0
    assert (tmp_path / "here").exists()


SHOWS = """
import os, pathlib
body = "|".join([os.environ.get("GREETING", ""), os.environ.get("SIDE", ""), *sorted(
    path.name for path in pathlib.Path().iterdir() if path.suffix == ".txt")]).encode()
""" + BARE.replace('b"text"', "body")


def test_before_runs_in_the_copy_and_variables_come_from_a_file_and_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("# none\nexport GREETING='hello world' # so\n")
    words = ["--before", "echo seed > seeded.txt", "--env-file", str(tmp_path / ".env")]
    words += ["--old-env", "SIDE=left", "--new-env", "SIDE=right"]
    assert run(tmp_path, SHOWS, "/", *words) == 1
    said = capsys.readouterr().out
    assert "hello world|left|seeded.txt" in said
    assert "hello world|right|seeded.txt" in said
    assert not (tmp_path / "seeded.txt").exists()


def test_a_command_before_that_fails_ends_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, BARE, "/", "--before", "echo no such table; exit 4") == 3
    said = capsys.readouterr().err
    assert (
        "--before 'echo no such table; exit 4' on documented exited with 4: no such table" in said
    )


def test_code_may_differ_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "app.py").write_text(BARE.replace('b"text"', 'b"other"'))
    assert run(tmp_path, BARE, "/", "--new-cwd", str(new)) == 1
    assert "other" in capsys.readouterr().out


ROOT_PATH = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body = (scope["path"] + "|" + scope["root_path"]).encode()
    status = 200 if scope["path"].startswith("/docs") else 404
    length = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": length})
    await send({"type": "http.response.body", "body": body})
"""


def test_an_option_of_uvicorn_reaches_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stacks = ("uvicorn==0.25.0", "uvicorn==0.26.0")
    words = ["--server-option", "--root-path /site"]
    assert run(tmp_path, ROOT_PATH, "/docs/1", *words, stacks=stacks) == 1
    said = capsys.readouterr().out
    assert "200 → 404" in said
    assert "--root-path /site" in said


FACTORY = BARE + "\n\ndef make():\n    return app\n"
SERVED = """
import asyncio, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    count = 0

    def do_GET(self):
        Handler.count += 1
        status = 503 if self.path == "/health" and Handler.count < 3 else 200
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_a_factory_makes_the_app(tmp_path: Path) -> None:
    words = ["--app", "app:make", "--factory"]
    assert run(tmp_path, FACTORY, "/", *words) == 0


@pytest.mark.parametrize(
    ("more", "code"), [([], 0), (["--ready", "/health"], 0), (["--ready", "/nowhere"], 0)]
)
def test_any_command_serves(more: list[str], code: int, tmp_path: Path) -> None:
    (tmp_path / "serve.py").write_text(SERVED)
    (tmp_path / "requests.http").write_text("/")
    words = ["--start", "python serve.py {port}", "--cwd", str(tmp_path), *more]
    words += ["--requests", str(tmp_path / "requests.http")]
    assert main(["diff", "documented", "documented", *words]) == code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--start", "python serve.py"], "write {port} where the server's port belongs"),
        (["--start", "nowhere {port}"], "--start nowhere: no such program"),
        (["--app", "app:app", "--env", "A"], "--env A: write NAME=VALUE"),
        (["--app", "app:app", "--env-file", "nowhere"], "--env-file nowhere: No such file"),
        (["--app", "app:app", "--server-option", "--port 1"], "--port is given by"),
        (["--app", "app:app", "--start", "x {port}"], "--start is the whole command"),
        (["--app", "app:app", "--ready", "health"], "--ready health: write a path"),
        (["--app", "app:app", "--copy", "nowhere"], "--copy nowhere: there is none in"),
    ],
)
def test_what_cannot_be_meant_exits_with_2(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.py").write_text(BARE)
    (tmp_path / "requests.http").write_text("/")
    rest = ["--cwd", str(tmp_path), "--requests", str(tmp_path / "requests.http")]
    assert main(["diff", "documented", "documented", *words, *rest]) == 2
    assert said in capsys.readouterr().err


def test_a_bare_app_gets_neither_starlette_nor_sse_starlette(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "diff.json"
    stacks = ("uvicorn==0.25.0", "uvicorn==0.26.0")
    assert run(tmp_path, BARE, "/", "--json", str(report), stacks=stacks) == 0
    packages = json.loads(report.read_text())["newer"]["packages"]
    assert packages.keys().isdisjoint({"starlette", "sse-starlette"})
    assert "SECURITY" not in capsys.readouterr().out


STARLETTE = """
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

app = Starlette(routes=[Route("/", lambda request: Response(b"text"))])
"""


@pytest.mark.parametrize(
    ("source", "shown"), [("", False), ("import starlette.staticfiles\nStaticFiles = 1\n", True)]
)
def test_a_security_fix_is_named_where_the_app_may_need_it(
    source: str, shown: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stacks = ("starlette==0.48.0,uvicorn==0.34.0", "starlette==0.49.1,uvicorn==0.34.0")
    assert run(tmp_path, source + STARLETTE, "/", stacks=stacks) == 0
    output = capsys.readouterr().out
    assert ("RANGES_SPLIT" in output) == shown
    assert "HOST_CHECKED" in output
    assert "sse-starlette" not in output


def test_programs_of_a_stack_run_before_and_as_the_server(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(BARE)
    (tmp_path / "requests.http").write_text("/")
    words = ["--start", "uvicorn app:app --port {port}", "--before", "uvicorn --version"]
    words += ["--cwd", str(tmp_path), "--requests", str(tmp_path / "requests.http")]
    assert main(["diff", "documented", "documented", *words]) == 0
