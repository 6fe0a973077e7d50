"""Whatever the harness starts listens on 127.0.0.1 alone."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from starlette_conformance.cost import paired
from starlette_conformance.cost.manifest import MANIFEST
from starlette_conformance.load import _null_server
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import ROOT, apps, catalogue, script, site_files
from starlette_conformance.stacks.provision import provision

SECONDS = 40.0


def bound(process: psutil.Process) -> set[tuple[int, str]]:
    """The process and address of each socket that others may connect to, or send to."""
    try:
        return {
            (process.pid, each.laddr.ip)
            for each in process.net_connections("inet")
            if each.laddr and (each.status == psutil.CONN_LISTEN or each.type == socket.SOCK_DGRAM)
        }
    except psutil.Error:  # it has just ended
        return set()


def bound_by_children() -> set[tuple[int, str]]:
    return {each for child in psutil.Process().children(recursive=True) for each in bound(child)}


@contextmanager
def watched() -> Iterator[set[tuple[int, str]]]:
    """What children of this process listen on, looked at again and again."""
    found: set[tuple[int, str]] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            found.update(bound_by_children())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def addresses(found: set[tuple[int, str]]) -> set[str]:
    return {address for _, address in found}


@pytest.fixture(scope="module")
def documented() -> Environment:
    return provision(catalogue().named("documented"))


def test_the_apps_and_the_null_server(documented: Environment) -> None:
    folder = site_fixture.lay_out(site_files())
    with ExitStack() as stack:
        forker = stack.enter_context(Forker(documented))
        servers = [
            Server(file, documented, folder, (), each)
            for file in [*map(script, apps()), Path(_null_server.__file__)]
            for each in (None, forker)
            if file.parent.name == "apps" or each is None
        ]
        for server in servers:
            stack.callback(server.kill)
        pids = {server.pid for server in servers if server.port()}
        found = bound_by_children()
    assert len(pids) == 2 * len(apps()) + 1
    assert pids <= {pid for pid, _ in found}
    assert addresses(found) == {"127.0.0.1"}


def test_the_servers_of_a_gate(
    documented: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paired, "FEW_BLOCKS", 16)  # so that all three are seen
    monkeypatch.setattr(paired, "BLOCKS", 16)
    with watched() as found:
        paired.run(documented, documented, [MANIFEST["hello"]], tmp_path, [0])
    assert len({pid for pid, _ in found}) == len(paired.ROLES)
    assert addresses(found) == {"127.0.0.1"}


def test_the_web_ui_and_the_master_of_locust() -> None:
    ports = [str(free_port()) for _ in range(2)]
    common = ["HelloUser", "--stack", "documented"]
    options = [
        [*common, "--web-port", ports[0]],
        [
            *common,
            "--headless",
            "--master",
            "--master-bind-port",
            ports[1],
            "--expect-workers",
            "1",
        ],
    ]
    started = [
        subprocess.Popen(
            guarded([sys.executable, "-m", "locust", "-f", "loadtests", *words]),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONHASHSEED": "0"},
        )
        for words in options
    ]
    try:
        deadline = time.monotonic() + SECONDS
        for process in started:  # and the app of each
            while len({pid for pid, _ in tree(process)}) < 2 and time.monotonic() < deadline:
                time.sleep(0.1)
        found = [tree(process) for process in started]
        assert [len({pid for pid, _ in each}) for each in found] == [2, 2]
        assert [addresses(each) for each in found] == [{"127.0.0.1"}] * 2
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(SECONDS)


def tree(process: "subprocess.Popen[bytes]") -> set[tuple[int, str]]:
    """What a process and its children listen on."""
    first = psutil.Process(process.pid)
    return {found for each in (first, *first.children(recursive=True)) for found in bound(each)}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize(("host", "kind"), [("0.0.0.0", "STREAM"), ("0.0.0.0", "DGRAM")])
def test_who_listens_on_every_address_is_seen(host: str, kind: str) -> None:
    program = (
        f"import socket, time; s = socket.socket(type=socket.SOCK_{kind}); s.bind(('{host}', 0));"
        f"s.listen() if '{kind}' == 'STREAM' else None; print(flush=True); time.sleep(60)"
    )
    command = guarded([sys.executable, "-c", program])
    with watched() as found, subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        deadline = time.monotonic() + SECONDS
        while not found and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()
    assert addresses(found) == {host}
