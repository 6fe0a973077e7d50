"""Starts by a command: where a server is to listen, and what is seen of one that does so."""

import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.http.connection import NOT_CONNECTED, Connection
from starlette_conformance.model.errors import DidNotStart, Failure
from starlette_conformance.model.observations import ExitStatus, LogLines, ResponseOn, SocketFile
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadToEnd, Send, Signal
from starlette_conformance.process.app_server import Server
from starlette_conformance.scenarios import address as addresses
from starlette_conformance.scenarios.address import address
from starlette_conformance.scenarios.performance import Performance
from starlette_conformance.servers.adapter import Listens
from tests.miniatures.raw_server import ENVIRONMENT

GET = b"GET / HTTP/1.1\r\n\r\n"
SERVER = """
import os, signal, socket, sys

{listener}
print("Uvicorn running on {where} (Press CTRL+C to quit)", flush=True)
client, _ = listener.accept()
client.recv(65536)
client.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok")
client.close()
signal.sigwait({{signal.SIGTERM}})
{ending}
"""
BLOCKED = "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})"
ON_PATH = f"""{BLOCKED}
listener = socket.socket(socket.AF_UNIX)
listener.bind(PATH)
listener.listen()"""
ON_STDIN = f"""{BLOCKED}
listener = socket.socket(fileno=0)
port = listener.getsockname()[1]"""


def played(
    folder: Path, listens: Listens, source: str, *observed: Any, taken: bool = False
) -> dict[str, Any]:
    """What is observed of a server that says where it listens, and ends on SIGTERM."""
    steps = (Send("a", GET), ReadToEnd("a"), Signal(signal.SIGTERM))
    scenario = Scenario("one", "hello", steps, dict.fromkeys(observed), start="any")
    with address(listens, taken) as given:
        script = folder / "server.py"
        script.write_text(source.replace("PATH", repr(given.path)), "utf-8")
        server = Server(script, ENVIRONMENT, folder, path=given.path, stdin=given.stdin)
        given.leave_to_server()
        try:
            performance = Performance(scenario, server, server.port())
            performance.play()
            return performance.observed()
        finally:
            server.kill()


@pytest.mark.parametrize(
    ("ending", "file"), [("", "left"), ("os.remove(PATH)", "removed")], ids=["left", "removed"]
)
def test_a_client_reaches_a_unix_socket_and_its_file_is_looked_for(
    tmp_path: Path, ending: str, file: str
) -> None:
    source = SERVER.format(listener=ON_PATH, where='unix socket " + PATH + "', ending=ending)
    expected = {
        "a": "ok",
        "exit status": "0",
        "file of the socket": file,
        "log": ["Uvicorn running on unix socket PATH (Press CTRL+C to quit)"],
    }
    found = played(
        tmp_path,
        Listens.ON_PATH,
        source,
        ResponseOn("a"),
        ExitStatus(),
        SocketFile(),
        LogLines(),
    )
    assert found | {"a": found["a"].body.decode()} == expected


def test_a_server_inherits_a_socket_and_nobody_else_holds_it(tmp_path: Path) -> None:
    where = "socket ('127.0.0.1', \" + str(port) + \")"
    source = SERVER.format(listener=ON_STDIN, where=where, ending="")
    found = played(tmp_path, Listens.ON_STDIN, source, ResponseOn("a"), LogLines())
    assert found["a"].body == b"ok"
    (line,) = found["log"]
    assert line == "Uvicorn running on socket ('127.0.0.1', PORT) (Press CTRL+C to quit)"


def test_a_server_that_listens_on_another_unix_socket_did_not_start(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text("print('Uvicorn running on unix socket /x (Press', flush=True)", "utf-8")
    server = Server(script, ENVIRONMENT, tmp_path)  # it is to listen on a port
    with pytest.raises(
        DidNotStart, match=r"server on miniature .*: Uvicorn running on unix socket /x"
    ):
        server.port(5)


def test_a_socket_whose_file_is_gone_is_no_connection(tmp_path: Path) -> None:
    connection = Connection(0, path=str(tmp_path / "gone"))
    assert connection.ended.startswith(NOT_CONNECTED)


def test_a_given_port_is_kept_and_can_be_bound_as_servers_do() -> None:
    with address(Listens.ON_GIVEN_PORT, taken=False) as given, socket.socket() as other:
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", given.port))
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", given.port))
        other.listen()


@pytest.mark.parametrize("listens", [Listens.ON_PORT, Listens.ON_GIVEN_PORT])
def test_a_port_that_is_taken_cannot_be_bound(listens: Listens) -> None:
    with address(listens, taken=True) as given, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", given.port))


def test_a_path_that_is_taken_is_a_file_and_nothing_of_it_stays() -> None:
    with address(Listens.ON_PATH, taken=True) as given:
        assert Path(given.path).is_file()
    assert not Path(given.path).parent.exists()


def test_what_is_inherited_is_no_socket_where_that_is_taken() -> None:
    with address(Listens.ON_STDIN, taken=True) as given:
        assert (given.port, given.path, given.inherited) == (0, "", None)


def test_a_path_that_is_too_long_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "LONGEST", 10)
    with (
        pytest.raises(Failure, match=r"at most 10 bytes; set STARLETTE_CONFORMANCE_CACHE"),
        address(Listens.ON_PATH, taken=False),
    ):
        pass


def test_the_longest_path_is_what_the_kernel_takes(tmp_path: Path) -> None:
    """From a folder of its own, since that may have a long path."""
    name = "x" * addresses.LONGEST
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        with socket.socket(socket.AF_UNIX) as one, socket.socket(socket.AF_UNIX) as other:
            one.bind(name)
            with pytest.raises(OSError, match="too long"):
                other.bind(name + "xx")
    finally:
        os.chdir(before)
