"""`pytest specs --url`: a server of which only the address is known."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from starlette_conformance.http.curl_commands import curl_command, serve_command
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart, Failure, UsageError
from starlette_conformance.process.app_server import Server
from starlette_conformance.pytest_plugin.judging import NOTHING_JUDGED
from starlette_conformance.runs.remote_server import Address, Remote, addresses
from starlette_conformance.stacks.catalogue import load
from starlette_conformance.stacks.project import script
from starlette_conformance.stacks.provision import provision
from tests.e2e.test_session import judged
from tests.miniatures import quick_pytest
from tests.miniatures.raw_server import ENVIRONMENT, keeps_open, miniature

ROOT = Path(__file__).parent.parent.parent


def test_urls_are_addresses_by_app() -> None:
    found = addresses(["hello=http://x.org", "sse=http://127.0.0.1:8000/"])
    assert found == {
        "hello": Address("hello", "x.org", 80),
        "sse": Address("sse", "127.0.0.1", 8000),
    }
    assert str(found["hello"]) == "http://x.org:80"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (
            ["http://x.org"],
            "--url http://x.org: write APP=http://host:port; APP is hello, json_cors",
        ),
        (
            ["nope=http://x.org"],
            "--url nope=http://x.org: write APP=http://host:port; APP is hello",
        ),
        (["hello=https://x.org"], "--url hello=https://x.org: https is not supported; name the se"),
        (["hello=http://x.org/a"], "--url hello=http://x.org/a: 'http://x.org/a' is not http://ho"),
        (["hello=http://x.org:70000"], "--url hello=http://x.org:70000: 'http://x.org:70000' is n"),
        (["hello=x.org:80"], "--url hello=x.org:80: 'x.org:80' is not http://host:port, without"),
        (["hello=http://x", "hello=http://y"], "--url hello=http://y: hello is served at http://x"),
    ],
)
def test_what_is_no_address_is_refused(texts: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        addresses(texts)
    assert str(caught.value).startswith(message)


@pytest.fixture(scope="module")
def closed() -> Iterator[int]:
    """A port that nobody listens on, nor can while this lasts."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_server_that_is_not_there_did_not_start(closed: int) -> None:
    remote = Remote(Address("hello", "127.0.0.1", closed), ENVIRONMENT)
    with pytest.raises(DidNotStart, match=f"nobody serves it at http://127.0.0.1:{closed}: Conn"):
        remote.port()


def test_its_log_cannot_be_read() -> None:
    with pytest.raises(Failure, match="reads the log of a server that only has an address"):
        Remote(Address("hello", "127.0.0.1", 1), ENVIRONMENT).log.lines()


def test_it_is_asked_by_hand_where_it_is() -> None:
    environment = Environment("url-as-latest", Path(), "3", {}, urls={"sse": "http://x.org:81"})
    assert serve_command("sse", environment) == "sse is served at http://x.org:81"
    request = b"GET /stream HTTP/1.1\r\nHost: x.org:81\r\nUser-Agent: a\r\nAccept: b\r\n\r\n"
    assert curl_command(request, "http://x.org:81") == (
        "curl -v --path-as-is -H 'User-Agent: a' -H 'Accept: b' http://x.org:81/stream"
    )
    assert curl_command(b"GET", "http://x.org:81") == "printf 'GET' | nc x.org 81"


@pytest.fixture(scope="module")
def documented() -> Iterator[Server]:
    environment = provision(load(ROOT / "specs" / "stacks.toml").named("documented"))
    server = Server(script("hello"), environment, ROOT)
    try:
        server.port()
        yield server
    finally:
        server.kill()


def test_a_server_is_held_to_the_specs_of_a_stack(documented: Server, tmp_path: Path) -> None:
    url = f"hello=http://localhost:{documented.port()}"
    code, output, verdicts = judged(tmp_path, "--url", url, "--stack", "documented")
    assert (code, set(verdicts)) == (0, {"pass"})
    assert "url-as-documented" in output
    assert "LEFT OUT 2 specs that read the log" in output
    assert f"{len(verdicts)} passed, 2 deselected" in output


def test_a_server_is_held_to_the_stack_that_is_named(documented: Server, tmp_path: Path) -> None:
    url = f"hello=http://127.0.0.1:{documented.port()}"
    chosen = ["--stack", "starlette-0.13.8", "specs/hello/test_routing.py"]
    code, _, verdicts = judged(tmp_path, "--url", url, *chosen)
    assert code == 1
    assert set(verdicts) == {"pass", "fail"}


def test_a_server_that_answers_otherwise_fails(tmp_path: Path) -> None:
    wrong = b"HTTP/1.1 200 OK\r\ndate: DATE\r\nserver: go\r\ncontent-length: 2\r\n\r\nok"
    with miniature(keeps_open(wrong)) as server:
        url = f"http://127.0.0.1:{server.port}"
        arguments = [
            "--url",
            f"hello={url}",
            "--stack",
            "documented",
            "-k",
            "names_its_server or head",
        ]
        code, output, verdicts = judged(tmp_path, *arguments)
    assert code == 1
    assert set(verdicts) == {"fail"}
    assert f"reproduce: hello is served at {url}" in output


def test_of_a_server_that_is_not_there_nothing_is_judged(tmp_path: Path, closed: int) -> None:
    url = f"http://127.0.0.1:{closed}"
    code, output, verdicts = judged(tmp_path, "--url", f"hello={url}", "--stack", "documented")
    assert code == NOTHING_JUDGED
    assert set(verdicts) == {"did not start"}
    assert output.count(f"did not start: hello: nobody serves it at {url}: ") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--url", "hello=https://x.org"], "ERROR: --url hello=https://x.org: https is not suppo"),
        (
            ["--url", "hello=http://x.org", "--stack", "latest", "--stack", "documented"],
            "ERROR: --url goes with one --stack, by whose specs the server is judged",
        ),
    ],
)
def test_what_cannot_be_meant_ends_with_4(tmp_path: Path, words: list[str], message: str) -> None:
    code, output, verdicts = judged(tmp_path, *words)
    assert (code, verdicts) == (4, [])
    assert output.startswith(message)


LISTED = """
import json, pytest
class Plugin:
    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        from starlette_conformance.pytest_plugin.by_url import selected
        apps = ["hello", "json_cors", "static_files", "basic_auth", "sse"]
        kept, left, why = selected(items, apps)
        print(json.dumps({"why": why, "kept": [item.name for item in kept],
            "left": [item.nodeid for item in left]}))
pytest.main(["specs", "--collect-only", "-qq", "--stack", "documented", "-pno:cacheprovider"],
    plugins=[Plugin()])
"""


def test_every_spec_that_reads_a_log_or_ends_a_process_is_left_out() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LISTED],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
        env=os.environ | quick_pytest.VARIABLES,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("{"))
    found = json.loads(line)
    left = {nodeid.partition("[")[0].rpartition("::")[2] for nodeid in found["left"]}
    assert set(found["why"]) == {"read the log", "need an app that is started for them"}
    assert left >= {"test_logs_its_start", "test_stops_counting_for_a_client_that_leaves"}
    assert not left & {"test_greets", "test_counts_from_one_an_event_a_chunk"}
    assert not [name for name in found["kept"] if "logs" in name or "signal" in name]
