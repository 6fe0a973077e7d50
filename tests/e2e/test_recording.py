"""`record` and the middleware, and `diff --app` of what they recorded."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from starlette_conformance.__main__ import main
from starlette_conformance.process.log import Log
from starlette_conformance.record.har_file import HarFile
from starlette_conformance.record.proxy import Proxy, listening
from starlette_conformance.stacks.targets import made, one, with_packages

ROOT = Path(__file__).parent.parent.parent
SECONDS = 30.0
APP = ("--app", "tests.miniatures.recorded_app:app", "--cwd", str(ROOT))
OPEN = re.compile(r"open (http://127\.0\.0\.1:\d+) and")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 2)


@contextmanager
def recording(file: Path, *words: str) -> Iterator[tuple[str, subprocess.Popen[bytes], Log]]:
    """A recording under way: its URL, its process, what it prints."""
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "starlette_conformance", "record", *(words or APP)]
    process = subprocess.Popen(
        [*command, "--stack", "documented", "-o", str(file), "-v"],
        stdout=writing, stderr=writing, cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    os.close(writing)
    log = Log(reading)
    try:
        assert log.wait_for(lambda lines: any(map(OPEN.match, lines)), SECONDS), log.lines()
        found = next(found for line in log.lines() if (found := OPEN.match(line)))
        yield found[1], process, log
    finally:
        process.kill()
        process.wait()
        log.close()


def clicks(url: str) -> None:
    """What a browser does: it logs in, uploads, reads a stream as it comes, and leaves it."""
    with httpx.Client(base_url=url) as client:
        token = client.post("/token").json()["access_token"]
        assert client.get("/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert client.post("/upload", content=bytes(range(256))).json() == 32640
        assert client.get("/status").status_code == 200
        began = time.monotonic()
        with client.stream("GET", "/events") as response:
            assert next(response.iter_lines()) == "data: 0"
            assert time.monotonic() - began < 5, "1,000 events take 50 s"


SUITE = """
import sys
from starlette.testclient import TestClient
from starlette_conformance.record import Recorder
from tests.miniatures.recorded_app import app

client = TestClient(Recorder(app, sys.argv[1]))
token = client.post("/token").json()["access_token"]
assert client.get("/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
assert client.post("/upload", data=bytes(range(256))).json() == 32640
assert client.get("/status").status_code == 200
"""


ADDED = """
import sys
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette_conformance.record import Recorder

def good(request): return PlainTextResponse("tea")
def bad(request): raise RuntimeError("as planned")

app = Starlette(routes=[Route("/good", good), Route("/bad", bad)])
app.add_middleware(Recorder, path=sys.argv[1])
with TestClient(app, raise_server_exceptions=False) as client:
    assert [client.get(path).status_code for path in ("/good", "/bad")] == [200, 500]
"""


def run_in_stack(code: str, file: Path) -> None:
    environment = made(with_packages(one("documented"), ["httpx", "requests"]))
    command = [str(environment.interpreter), "-W", "ignore", "-c", code, str(file)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=SECONDS, env={"PYTHONPATH": str(ROOT)})


def test_the_middleware_is_added_to_an_app_of_starlette(tmp_path: Path) -> None:
    file = tmp_path / "tests.har"
    run_in_stack(ADDED, file)
    entries = json.loads(file.read_text())["log"]["entries"]
    assert [each["response"]["status"] for each in entries] == [200, 500]
    assert entries[0]["request"]["url"] == "http://testserver/good"
    assert [each.name for each in tmp_path.iterdir()] == ["tests.har"]


def recorded_by_proxy(file: Path) -> None:
    with recording(file) as (url, process, log):
        clicks(url)
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C in a terminal does
        assert process.wait(SECONDS) == 0
        assert log.wait_for(lambda _: False, SECONDS) or log.ended
        said = "\n".join(log.lines())
    assert "200 POST /token\n200 GET /me\n" in said
    last = f"5 recorded in {file}; it holds cookies, tokens and passwords\nnext: "
    assert last in said
    assert said.endswith(f"--app {APP[1]} --cwd {ROOT} --requests {file}")


def recorded_by_suite(file: Path) -> None:
    run_in_stack(SUITE, file)


def compared(file: Path, *words: str) -> tuple[int, Any]:
    data = file.with_suffix(".json")
    given = [*APP, "--requests", str(file), "--no-cause", "--json", str(data), "--events", "1"]
    code = main(["diff", "documented", "documented", *given, "--seconds", "2", *words])
    return code, json.loads(data.read_text("utf-8"))


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("recorded", "count", "bound"), [(recorded_by_proxy, 5, 4), (recorded_by_suite, 4, 3)]
)
def test_what_is_recorded_is_replayed_and_shows_a_change(
    recorded: Any, count: int, bound: int, tmp_path: Path
) -> None:
    file = tmp_path / "clicks.har"
    recorded(file)
    assert (file.stat().st_mode & 0o777, len(list(tmp_path.iterdir()))) == (0o600, 1)
    code, same = compared(file)
    assert (code, same["counts"]["compared"], same["not_compared"]) == (0, count, [])
    replayed = {"recorded": count, "unlike": 0, "bound": bound}
    assert (same["replayed"], same["statuses"]["older"]) == (replayed, {"2xx": count})
    code, planted = compared(file, "--new-env", "PLANTED=1")
    assert [each["app"] for group in planted["unexplained"] for each in group["exchanges"]] == [
        "GET /status (clicks.har, entry 4)"
    ]
    assert code == 1


def test_kill_9_leaves_the_file_whole_and_no_process(tmp_path: Path) -> None:
    file = tmp_path / "clicks.har"
    with recording(file) as (url, process, _):
        httpx.get(f"{url}/status")
        started = psutil.Process(process.pid).children(recursive=True)
        assert started
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(started, SECONDS)
    assert alive == []
    assert len(json.loads(file.read_text())["log"]["entries"]) == 1


def test_an_app_that_ends_ends_the_recording(tmp_path: Path) -> None:
    (tmp_path / "dies.py").write_text(
        "import os\nasync def app(scope, receive, send):\n"
        "    if scope['type'] == 'http':\n        os._exit(7)\n    raise NotImplementedError\n"
    )
    file = tmp_path / "clicks.har"
    with recording(file, "--app", "dies:app", "--cwd", str(tmp_path)) as (url, process, log):
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{url}/a")
        assert process.wait(SECONDS) == 3
        assert log.wait_for(lambda lines: "did not start: dies:app ended: " in lines[-1], SECONDS)
    (entry,) = json.loads(file.read_text())["log"]["entries"]
    assert (entry["request"]["url"], entry["response"]["status"]) == (f"{url}/a", 0)


def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(0) as taken:
        port = str(taken.getsockname()[1])
        words = ["--stack", "documented", "-o", str(tmp_path / "a.har")]
        assert main(["record", *APP, *words, "--port", port]) == 3
    assert f"127.0.0.1:{port} cannot be used (" in capsys.readouterr().err
    assert main(["record", *APP, "-o", str(tmp_path / "a.json")]) == 2
    assert "name a file that ends with .har" in capsys.readouterr().err
    assert main(["record", "-o", str(tmp_path / "a.har")]) == 2
    assert "no app: name it by --app, or --start" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_project_says_what_the_app_is_and_more_for_other_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '[tool.starlette-conformance]\napp = "no app"\nrequests = "a.har"\nold = "1.10.0"\n'
    (tmp_path / "pyproject.toml").write_text(text)
    words = ["--cwd", str(tmp_path), "-o", str(tmp_path / "a.har")]
    assert main(["record", *words]) == 2
    assert "--app no app: write package.module:app" in capsys.readouterr().err


def test_a_websocket_passes(tmp_path: Path) -> None:
    async def echoes(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    har = HarFile(tmp_path / "a.har")

    async def talk() -> str | bytes:
        over = asyncio.Event()
        async with serve(echoes, "127.0.0.1", 0) as server:
            upstream = next(iter(server.sockets)).getsockname()[1]
            listener = listening(0)
            proxy = Proxy(upstream, har, over.is_set, lambda _: None, lambda _: None)
            task = asyncio.create_task(proxy.serve(listener))
            url = f"ws://127.0.0.1:{listener.getsockname()[1]}/chat"
            async with connect(url) as client:
                await client.send("hello")
                reply = await asyncio.wait_for(client.recv(), SECONDS)
            over.set()
            await task
        return reply

    assert asyncio.run(talk()) == "hello"
    har.close()
    (entry,) = json.loads((tmp_path / "a.har").read_text())["log"]["entries"]
    assert entry["response"]["status"] == 101


@pytest.mark.parametrize(
    ("words", "line", "said"),
    [
        (["record", "-o", "x.har"], 'appp = "m:app"', "2: appp: not an option of record; did you"),
        (["record", "-o", "x.har"], 'requests = "x.http"', "no app: name it by --app, or --start"),
        (
            ["diff", "1.10.0", "1.10.0", "--seed", "1"],
            'stack = "latest"',
            "no app: name it by --app",
        ),
    ],
)
def test_a_project_says_what_either_verb_takes_and_nothing_else(
    words: list[str], line: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.starlette-conformance]\n{line}\n")
    assert main([*words, "--cwd", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_cannot_be_written_ends_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.har"
    har = HarFile(file)
    monkeypatch.setattr(har, "add", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))

    async def answers(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answers, "127.0.0.1", 0)
        async with server:
            listener = listening(0)
            upstream = server.sockets[0].getsockname()[1]
            proxy = Proxy(upstream, har, lambda: False, lambda _: None, lambda _: None)
            task = asyncio.create_task(proxy.serve(listener))
            async with httpx.AsyncClient() as client:
                await client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/")
            with pytest.raises(Exception, match="cannot be written: No space left; make room"):
                await asyncio.wait_for(task, SECONDS)

    asyncio.run(run())
    har.close()
