"""locust's web UI shows the stacks, and the verdict and the figures of the terminal."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks.project import ROOT
from tests.e2e.test_loopback import free_port
from tests.miniatures.raw_server import closes, miniature

SECONDS = 100.0
USERS = 8


class Ui:
    """Of a run that starts by itself. What it has said is known when it has ended."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.said = ""

    def get(self, path: str) -> str:
        directly = build_opener(ProxyHandler({}))
        with directly.open(f"{self.address}/{path}", timeout=SECONDS) as response:
            return str(response.read().decode())

    def ended(self) -> Any:
        """What stands on top when the run has ended."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with suppress(URLError, ConnectionError):
                if (top := json.loads(self.get("conformance")))["looks"] != "none":
                    return top
            time.sleep(0.2)
        raise TimeoutError


@contextmanager
def running(*words: str) -> Iterator[Ui]:
    port = free_port()
    options = [*words, "-u", str(USERS), "-r", "50", "-t", "3s", "--autostart"]
    command = [sys.executable, "-m", "locust", "-f", "loadtests", *options]
    process = subprocess.Popen(
        guarded([*command, "--web-port", str(port)]),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    ui = Ui(port)
    try:
        yield ui
        process.send_signal(signal.SIGTERM)
        ui.said, _ = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
        process.communicate()


def test_it_shows_the_stack_and_what_the_terminal_says(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    words = ("SseUser", "HelloUser", "--stack", "documented", "--interval", "0.2")
    with running(*words, "--results", str(results)) as ui:
        top = ui.ended()
        page, report = ui.get(""), ui.get("stats/report")
        rows = {each["name"]: each for each in json.loads(ui.get("stats/requests"))["stats"]}
    (line,) = top["stacks"]
    users, _, stack = line.partition(": documented (starlette ")
    assert (sorted(users.split(", ")), bool(stack)) == (["HelloUser", "SseUser"], True)
    for text in (page, report):
        assert json.dumps(top["headline"]) in text
    said = ui.said.replace("\n", "")
    for text in (top["headline"], *top["sentences"]):
        assert text in said
    assert (top["looks"] == "good") == ("event lateness" in top["tables"])
    figures = json.loads(results.read_text())
    ours, theirs = figures["fanout"]["lateness"], rows["event lateness"]
    assert theirs["num_requests"] == ours["count"]
    assert abs(theirs["max_response_time"] - ours["max"]) <= 1 + ours["max"] / 500  # both round
    count = figures["requests"]["HelloUser"]["time"]["count"]
    under_way = rows["HelloUser /"]["num_requests"] - count  # while the run ends
    assert 0 <= under_way <= USERS
    assert [name for name, row in rows.items() if not row["avg_content_length"]] == []


def test_what_a_server_sends_is_text_there() -> None:
    body = b"</script><img src=x>"
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    with (
        miniature(closes(head + body)) as server,
        running("HelloUser", "--host", f"http://127.0.0.1:{server.port}") as ui,
    ):
        top = ui.ended()
        page = ui.get("")
    assert body.decode() in str(top["sentences"])
    assert body.decode() not in page
