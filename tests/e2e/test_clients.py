"""`starlette-conformance clients`, with clients that are there."""

import json
import shutil
from pathlib import Path

import pytest

from starlette_conformance.__main__ import main

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
    assert printed[-1].startswith("2 of 2 clients judged on ")
    assert " 0 new, 0 gone" in printed[-1]
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
