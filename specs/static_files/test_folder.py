"""static_files: where the folder that it serves is not there, not as it was, or not to be read."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from specs.edge.logs import TRACEBACK, own_lines
from specs.ledger.changes import LOCKED_FOLDER_REFUSED, PATHSEND_ASSUMED
from specs.ledger.file_responses import BROKEN, file
from specs.ledger.responses import TEXT, not_found, text
from specs.ledger.site import DOCS, NOTE
from specs.static_files.test_log import FAILED, logged
from starlette_conformance.http.client import Client
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import since
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.launch import Under
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import script

APP = "static_files"
REFUSED = text(b"Unauthorized", 401)
TIMES = (site_fixture.DOCUMENTED_MTIME_NS, site_fixture.DOCUMENTED_MTIME_NS)

Start = Callable[[Path], Server]


def under_the_modes_of_files() -> Under:
    """A program under which root, too, is refused what the mode of a file refuses."""
    if os.geteuid():
        return Under()
    program = shutil.which("setpriv")
    assert program, "setpriv (util-linux) is not on PATH"
    return Under([program, "--bounding-set", "-dac_override,-dac_read_search"])


@pytest.fixture(scope="module")
def forker(environment: Environment) -> Iterator[Forker]:
    with Forker(environment, under_the_modes_of_files()) as found:
        yield found


@pytest.fixture
def start(environment: Environment, forker: Forker) -> Iterator[Start]:
    """Start the app in a folder."""
    started: list[Server] = []

    def new(folder: Path) -> Server:
        started.append(Server(script(APP), environment, folder, forker=forker))
        return started[-1]

    yield new
    for server in started:
        server.kill()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with one file in `html`."""
    with tempfile.TemporaryDirectory() as name:
        note = Path(name, "html", "note.txt")
        note.parent.mkdir()
        note.write_bytes(NOTE)
        os.utime(note, ns=TIMES)
        yield Path(name).resolve()


def client_of(server: Server) -> Client:
    return Client(APP, server.environment, server.port(), server.log, lambda _: None)


@pytest.mark.source("starlette docs staticfiles")
def test_does_not_start_without_its_folder(start: Start) -> None:
    server = start(site_fixture.lay_out({"note.txt": NOTE}))
    status, *lines = str(server.ended()), *own_lines(server.log.lines())
    said = [TRACEBACK, "RuntimeError: Directory 'html' does not exist"]
    assert Lines([status, *lines], server.environment) == ["1", *said]


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    ("instead", "said"),
    [
        (None, "StaticFiles directory 'html' does not exist."),
        (NOTE, "StaticFiles path 'html' is not a directory."),
    ],
    ids=["gone", "file"],
)
def test_fails_until_its_folder_is_back(
    start: Start, folder: Path, instead: bytes | None, said: str
) -> None:
    server = start(folder)
    client, html, away = client_of(server), folder / "html", folder / "away"
    html.rename(away)
    if instead:
        html.write_bytes(instead)
    assert client.get("/note.txt") == BROKEN
    assert server.log.wait_for(lambda lines: f"RuntimeError: {said}" in lines, 10.0)
    html.unlink(missing_ok=True)
    away.rename(html)
    assert client.get("/note.txt") == file(NOTE, TEXT)


@pytest.mark.source("starlette docs staticfiles")
def test_looks_for_its_folder_until_it_was_there_once(start: Start, folder: Path) -> None:
    client = client_of(start(folder))
    assert client.get("/missing") == not_found()
    (folder / "html").rename(folder / "away")
    assert client.get("/note.txt") == not_found()


@pytest.mark.source("starlette docs staticfiles")
def test_takes_no_folder_for_the_page_of_what_is_missing(start: Start) -> None:
    server = start(site_fixture.lay_out({"html/404.html/index.html": DOCS}))
    assert client_of(server).get("/missing") == not_found()


@pytest.mark.source("starlette docs staticfiles")
def test_refuses_what_is_in_a_folder_that_it_may_not_enter(start: Start, folder: Path) -> None:
    client, html = client_of(start(folder)), folder / "html"
    html.chmod(0)
    assert client.get("/note.txt") == since(LOCKED_FOLDER_REFUSED, REFUSED, before=BROKEN)
    html.chmod(0o700)
    assert client.get("/note.txt") == file(NOTE, TEXT)


@pytest.mark.source("starlette docs exceptions")
def test_sends_no_byte_of_a_file_that_it_may_not_read(start: Start, folder: Path) -> None:
    client, note = client_of(start(folder)), folder / "html" / "note.txt"
    note.chmod(0)
    nothing = replace(file(NOTE, TEXT), body=b"", ending="0 of 7 bytes: closed by the server")
    assert client.get("/note.txt") == nothing
    first, second, lines = logged(client, "/note.txt", {})
    assert lines == [
        f"{first}200 OK",
        FAILED,
        TRACEBACK,
        since(
            PATHSEND_ASSUMED,
            "KeyError: 'extensions'",
            before=f"PermissionError: [Errno 13] Permission denied: '{note}'",
        ),
        f"{second}404 Not Found",
    ]
