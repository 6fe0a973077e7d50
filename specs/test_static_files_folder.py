"""static_files: where the folder that it serves is not there, or is not as it was."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import site
from harness.client import Client
from harness.environments import Environment
from harness.forked import Forker
from harness.lines import Lines
from harness.project import script
from harness.servers import Server
from specs.answers import TEXT, not_found
from specs.edge.logs import TRACEBACK, own_lines
from specs.files import BROKEN, file
from specs.site import DOCS, NOTE

APP = "static_files"
TIMES = (site.DOCUMENTED_MTIME_NS, site.DOCUMENTED_MTIME_NS)

Start = Callable[[Path], Server]


@pytest.fixture(scope="module")
def forker(environment: Environment) -> Iterator[Forker]:
    with Forker(environment) as found:
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
        yield Path(name)


def asking(server: Server) -> Client:
    return Client(APP, server.environment, server.port(), server.log, lambda _: None)


@pytest.mark.source("starlette docs staticfiles")
def test_does_not_start_without_its_folder(start: Start) -> None:
    server = start(site.lay_out({"note.txt": NOTE}))
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
    client, html, away = asking(server), folder / "html", folder / "away"
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
    client = asking(start(folder))
    assert client.get("/missing") == not_found()
    (folder / "html").rename(folder / "away")
    assert client.get("/note.txt") == not_found()


@pytest.mark.source("starlette docs staticfiles")
def test_takes_no_folder_for_the_page_of_what_is_missing(start: Start) -> None:
    server = start(site.lay_out({"html/404.html/index.html": DOCS}))
    assert asking(server).get("/missing") == not_found()
