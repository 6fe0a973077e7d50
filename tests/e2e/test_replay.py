"""What is replayed to a user's own app, and what is found by it: small cases on public releases."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from starlette_conformance.explain.result import Diff
from starlette_conformance.model.environment import Environment
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import provision
from starlette_conformance.userapp.compare import compare_app
from starlette_conformance.userapp.diff_app import read_steps
from starlette_conformance.userapp.send_in_order import send_in_order
from starlette_conformance.userapp.user_app import App, port

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 2)


def stack(pins: str) -> Environment:
    return provision(catalogue().named(pins))


def app(name: str) -> App:
    return App(f"tests.miniatures.replayed.{name}:app", ROOT)


def compared(folder: Path, name: str, text: str, older: str, newer: str) -> Diff:
    path = folder / "file.http"
    path.write_text(text, "utf-8")
    steps, _ = read_steps(path, app(name).name, None)
    return compare_app(app(name), steps, stack(older), stack(newer), 10.0)


def found(diff: Diff) -> Mapping[str, tuple[str, ...]]:
    return {each.app: g.fields for g in diff.unexplained for each in g.exchanges}


def responses(folder: Path, name: str, text: str) -> list[tuple[int, str]]:
    """What one stack responds with."""
    path = folder / "file.http"
    path.write_text(text, "utf-8")
    steps, _ = read_steps(path, app(name).name, None)
    environment = stack("documented")
    server = app(name).start(environment, 0)
    try:
        number = port(server)
        got, _ = send_in_order(steps, number, environment.server, 10.0, lambda: False, lambda: None)
    finally:
        server.kill()
    return [(wire.response.status, wire.response.body.decode()) for wire in got.values()]


H2C = """\
Connection: Upgrade, HTTP2-Settings
Upgrade: h2c
HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA
"""


def test_headers_of_the_connection_reach_the_server(tmp_path: Path) -> None:
    text = f"GET /echo\n{H2C}\n###\nPOST /echo\n{H2C}\nhello\n###\nGET /echo\n"
    pins = "uvicorn==0.18.3,starlette==0.21.0", "uvicorn==0.19.0,starlette==0.21.0"
    diff = compared(tmp_path, "echo", text, *pins)
    assert diff.not_compared == ()
    assert {place for place, fields in found(diff).items() if "status" in fields} == {
        "GET /echo (file.http:1)",
        "POST /echo (file.http:7)",
    }
    assert len(diff.differing) == 2


def test_a_cookie_that_is_written_reaches_the_app(tmp_path: Path) -> None:
    text = "/\n###\n/\nCookie: sid=typed\n###\n/\nCookie: other=1\n###\n/"
    assert responses(tmp_path, "echo", text) == [
        (200, f'{{"cookie":{cookie}}}')
        for cookie in ("null", '"sid=typed"', '"other=1"', '"sid=from-the-app"')
    ]


def test_a_chunked_body_reaches_the_app(tmp_path: Path) -> None:
    text = "POST /echo\nTransfer-Encoding: chunked\n\nhello, hello"
    assert responses(tmp_path, "echo", text) == [(200, '{"body":"hello, hello","upgrade":null}')]
