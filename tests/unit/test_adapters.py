"""Servers by adapter: which one a stack names, and that no other one passes for it."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance import servers
from starlette_conformance.model.errors import DidNotStart, Failure, UsageError
from starlette_conformance.model.expectations import SERVER, Response, by_parser, resolve
from starlette_conformance.model.request import Request
from starlette_conformance.model.stack import Stack, completed
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import Program
from starlette_conformance.replay.send import response_to
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.servers import DEFAULT
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.stacks.catalogue import Catalogue, load
from starlette_conformance.userapp.failed_response import is_of_the_server
from starlette_conformance.userapp.reading import Limits
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.send_in_order import send_in_order
from tests.miniatures.raw_server import ENVIRONMENT, closes, miniature

TINY = Adapter(
    name="tiny-server",
    command=lambda app, port: ["tiny", f"--listen={port}", app],
    ready=re.compile(r"tiny listens on (\d+)"),
    header=None,
    closes_after_500=False,
)
ON_TINY = replace(ENVIRONMENT, packages={"starlette": "1.0", "tiny-server": "1", "h11": "0.16"})
STACKS = """
exclude-newer = "2026-11-20T00:00:00Z"
[stacks]
[needs]
[axes.{name}]
suite = "edge"
vary = {{ {vary} }}
"""


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Adapter:
    monkeypatch.setitem(servers.ADAPTERS, TINY.name, TINY)
    return TINY


FAILED = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\nno"
ANNOUNCED = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"
REQUEST = Request("hello", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n")


@pytest.mark.parametrize(
    ("server", "status", "headers", "is_its_own"),
    [
        (DEFAULT, 500, {"connection": "close"}, True),
        (DEFAULT, 500, {}, False),
        (DEFAULT, 503, {"connection": "close"}, False),
        (TINY, 500, {"connection": "close"}, False),
    ],
)
def test_a_500_that_is_followed_by_a_close_is_the_servers_own_where_it_does_so(
    server: Adapter, status: int, headers: dict[str, str], is_its_own: bool
) -> None:
    wire = WireResponse(Response(status, headers, b""))
    assert is_of_the_server(wire, server) == is_its_own


def replayed(port: int, server: Adapter) -> bool:
    return bool(response_to(REQUEST, port, server).closes)


def sent_to_a_user_app(port: int, server: Adapter) -> bool:
    step = Step("1", REQUEST)
    answers, _ = send_in_order([step], port, server, Limits(5.0), lambda: False, lambda *_: None)
    return bool(answers[step].response.closes)


@pytest.mark.parametrize("send", [replayed, sent_to_a_user_app])
@pytest.mark.parametrize(
    ("answer", "server", "foreseen"),
    [
        (FAILED, DEFAULT, True),
        (FAILED, TINY, False),
        (ANNOUNCED, DEFAULT, True),
        (ANNOUNCED, TINY, True),
    ],
)
def test_a_close_after_a_500_is_foreseen_where_the_server_does_it(
    send: Callable[[int, Adapter], bool], answer: bytes, server: Adapter, foreseen: bool
) -> None:
    with miniature(closes(answer)) as served:
        assert send(served.port, server) is foreseen


def axis(folder: Path, name: str, vary: str) -> Catalogue:
    path = folder / "stacks.toml"
    path.write_text(STACKS.format(name=name, vary=vary), "utf-8")
    return load(path)


def test_an_axis_of_a_server_that_does_not_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        axis(tmp_path, "hypercorn", 'hypercorn = ["0.17.3"]')
    output = str(caught.value)
    assert output.startswith(
        f"{tmp_path / 'stacks.toml'}: axis 'hypercorn' varies hypercorn, which"
    )
    assert "uvicorn serves the apps" in output
    assert "Add a server" in output


@pytest.mark.parametrize("package", ["rich", "watchfiles"])
def test_an_axis_of_what_nothing_imports_is_refused(tmp_path: Path, package: str) -> None:
    with pytest.raises(UsageError, match=f"axis 'x' varies {package}, which"):
        axis(tmp_path, "x", f'starlette = ["1.0"], {package} = ["1"]')


@pytest.mark.parametrize(
    "package",
    [
        *("starlette", "SSE_Starlette", "uvicorn", "h11", "httptools", "uvloop", "anyio", "click"),
        "gunicorn",
    ],
)
def test_what_runs_can_vary(tmp_path: Path, package: str) -> None:
    assert len(axis(tmp_path, "x", f'{package} = ["1", "2"]').stacks) == 2


def test_only_the_server_of_an_axis_can_vary(tmp_path: Path, tiny: Adapter) -> None:
    (stack,) = axis(tmp_path, "x", f'{tiny.name} = ["1"]').stacks.values()
    assert stack.server is tiny
    assert stack.requirements == ("tiny-server==1", "starlette", "sse-starlette")
    with pytest.raises(UsageError, match=r"varies uvicorn, which .*: tiny-server serves"):
        axis(tmp_path, "x", f'{tiny.name} = ["1"], uvicorn = ["0.34"]')


def test_a_stack_that_names_a_server_without_an_adapter_is_refused(tmp_path: Path) -> None:
    known = axis(tmp_path, "x", 'starlette = ["1.0"]')
    with pytest.raises(UsageError, match=r"hypercorn would be installed, and uvicorn be run"):
        known.named("starlette==1.0,hypercorn==0.17.3")


def test_a_stack_names_one_server(
    tmp_path: Path, tiny: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = axis(tmp_path, "x", 'starlette = ["1.0"]')
    assert known.named("starlette==1.0,tiny-server==1").server is tiny
    assert known.named("starlette==1.0,uvicorn,tiny-server==1").server is tiny
    monkeypatch.setitem(servers.ADAPTERS, "other", replace(tiny, name="other"))
    with pytest.raises(UsageError, match="names tiny-server and other, and one server runs"):
        known.named("other==1,tiny-server==1")


def test_what_a_server_takes_of_what_is_installed(tiny: Adapter) -> None:
    found = Stack("x", completed(["tiny-server", "httptools", "uvloop"]))
    assert (found.server, found.parser, found.loop) == (tiny, "tiny-server", "asyncio")
    assert (ON_TINY.server, ON_TINY.parser) == (tiny, "tiny-server")
    assert "(starlette 1.0, tiny-server 1, asyncio," in str(ON_TINY)
    assert ENVIRONMENT.server is servers.DEFAULT


def test_an_expectation_knows_the_header_of_each_server(tiny: Adapter) -> None:
    assert resolve({"server": SERVER}, ENVIRONMENT).value == {"server": "uvicorn"}
    assert resolve({"server": SERVER}, ON_TINY).value == {}
    with pytest.raises(Failure, match=f"what h11 and httptools do, and not {tiny.name}"):
        resolve(by_parser(1, 2), ON_TINY)


def test_each_server_starts_an_app_in_its_own_words(tiny: Adapter) -> None:
    script = Path("/apps/sse.py")
    paced = ("--interval", "0.1")
    assert Program.of(script, ENVIRONMENT, paced, 8000).words == [
        *("/apps/sse.py", "--port", "8000", "--interval", "0.1")
    ]
    found = Program.of(script, ON_TINY, paced, 8000)
    assert found.words == ["-m", "tiny", "--listen=8000", "sse:app"]
    assert found.environ(ON_TINY).items() >= {"PYTHONPATH": "/apps", "APP_INTERVAL": "0.1"}.items()
    own = ["-m", "uvicorn", "--port", "0", "shop:app"]
    assert Program.of("shop:app", ENVIRONMENT).words == own
    assert tiny.port(["x", "tiny listens on 81"]) == 81


STARTS = {
    "uvicorn --workers 2": ["uvicorn", "--port", "81", "shop:app", "--workers", "2"],
    "uvicorn --fd 0": ["uvicorn", "--fd", "0", "shop:app"],
    "uvicorn --uds": ["uvicorn", "--uds", "81", "shop:app"],
    "gunicorn": [
        *("gunicorn", "--worker-class", "uvicorn.workers.UvicornWorker"),
        *("--bind", "127.0.0.1:81", "--no-control-socket", "shop:app"),
    ],
}


@pytest.mark.parametrize("start", STARTS)
def test_a_start_has_its_own_words(start: str) -> None:
    assert Program.of("shop:app", ENVIRONMENT, (), 81, start).words == ["-m", *STARTS[start]]


LINES = {
    "INFO:     Uvicorn running on http://127.0.0.1:81 (Press CTRL+C to quit)": 81,
    "INFO:     Uvicorn running on socket ('127.0.0.1', 81) (Press CTRL+C to quit)": 81,
    "INFO:     Uvicorn running on unix socket /tmp/socket (Press CTRL+C to quit)": 0,
    "[2026-11-20 10:00:00 +0000] [9] [INFO] Listening at: http://127.0.0.1:81 (9)": 81,
}


@pytest.mark.parametrize("line", LINES)
def test_the_line_of_each_start_says_where_it_listens(line: str) -> None:
    assert DEFAULT.listens(["x", line])
    assert DEFAULT.port(["x", line]) == LINES[line]
    assert not DEFAULT.listens([line.replace("127.0.0.1", "0.0.0.0").replace("unix", "the")])


@pytest.mark.usefixtures("tiny")
def test_a_server_that_the_stack_does_not_name_is_told(tmp_path: Path) -> None:
    script = tmp_path / "tiny.py"
    says = "print('tiny listens on 4321', flush=True)"
    script.write_text(f"import signal\n{says}\nsignal.pause()\n")
    began = time.monotonic()
    server = Server(script, ENVIRONMENT, tmp_path)
    with pytest.raises(DidNotStart, match=r"tiny-server serves it, and the stack's server is uvi"):
        server.port()
    assert time.monotonic() - began < 10  # long before it would be given up
