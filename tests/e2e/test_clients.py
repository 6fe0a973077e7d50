"""`starlette-conformance clients`, with clients that are there."""

import json
import os
import shutil
import signal
import tempfile
from pathlib import Path

import psutil
import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.stacks.cache import sweep
from tests.chaos import killing
from tests.chaos.killing import Place, kill
from tests.chaos.kills import HARNESS

SECONDS = 20.0
CURL = "curl" if shutil.which("curl") else ""


@pytest.mark.skipif(not CURL, reason="there is no curl")
def test_the_matrix_of_clients_that_are_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "clients.json"
    words = ["clients", "-q", "--without-app", "--client", "curl", "--client", "httpx-sse==0.4.3"]
    assert main([*words, "--json", str(file)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split()[:4] == ["client", "lines", "fields", "pings"]
    assert printed[-2].startswith("2 of 2 clients judged on ")
    assert " 0 new, 0 gone" in printed[-2]
    assert printed[-1] == f"json: {file}"
    curl, httpx_sse = json.loads(file.read_text("utf-8"))["clients"]
    assert [each["difference"] for each in curl["streams"] if each["difference"]] == []
    wrong = {each["stream"] for each in httpx_sse["streams"] if each["difference"]}
    assert {"bom", "ping-after-id"} <= wrong
    assert not {"crlf", "line-separator", "cut-crlf"} & wrong


def test_a_client_that_is_not_listed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clients", "--client", "netscape"]) == 2
    assert "'netscape' is no client of clients/manifest.toml, which has chromium, curl" in (
        capsys.readouterr().err
    )


def reads(process: psutil.Process) -> bool:
    """Whether it is the harness, with a client that reads streams."""
    adapters = [each for each in process.children() if "read_curl.py" in each.cmdline()[-1]]
    return any(each.children() for each in adapters)


@pytest.mark.timeout(2 * SECONDS)
def test_no_client_outlives_a_harness_that_is_killed_outright(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not even one that reads on for ever, without a server."""
    monkeypatch.setattr(killing, "GRACE", SECONDS)
    place = Place(tmp_path / "place", tmp_path / "cache")
    (tmp_path / "curl").write_text("#!/bin/sh\nexec sleep 600\n")
    (tmp_path / "curl").chmod(0o755)
    words = [*HARNESS, "clients", "--without-app", "--client", "curl"]
    path = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    found = kill(words, place, 0, [signal.SIGKILL], reads, path)
    assert (found.status, found.processes, found.ports) == (-signal.SIGKILL, (), 0), found.said
    left = [Path(each) for each in found.leftovers]
    assert {each.parent for each in left} == {place.temporary}
    monkeypatch.setattr(tempfile, "tempdir", str(place.temporary))
    sweep(place.cache)  # as the next run does first
    assert place.leftovers() == []
