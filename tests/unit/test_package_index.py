"""The releases that a package index has."""

import json
import socket

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.stacks import package_index
from tests.miniatures.raw_server import closes, miniature

FILES = json.dumps(
    {
        "files": [
            {"filename": "starlette-0.13.8.tar.gz"},
            {"filename": "starlette-0.20.2-py3-none-any.whl", "yanked": "oops"},
            {"filename": "starlette-0.20.2.tar.gz", "yanked": "oops"},
            {"filename": "starlette-0.30.0.tar.gz", "yanked": True},
            {"filename": "starlette-0.30.0-py3-none-any.whl", "yanked": False},
            {"filename": "starlette-0.9.9.tar.gz"},
            {"filename": "starlette-99.0.0rc1.tar.gz"},
            {"filename": "starlette-99.0.0.tar.gz"},
            {"filename": "starlette-99.1.0.tar.gz", "yanked": True},
            {"filename": "README"},
        ]
    }
)


def answers(connection: socket.socket) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {package_index.JSON}\r\n"
    head += f"content-length: {len(FILES)}\r\n"
    connection.sendall(f"{head}connection: close\r\n\r\n{FILES}".encode())


def test_it_tells_final_releases_and_which_are_yanked(monkeypatch: pytest.MonkeyPatch) -> None:
    with miniature(answers) as server:
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{server.port}/simple/")
        found = package_index.releases("starlette")
    assert found == {
        "0.9.9": False,
        "0.13.8": False,
        "0.20.2": True,
        "0.30.0": False,
        "99.0.0": False,
        "99.1.0": True,
    }
    assert server.requests[0].startswith(b"GET /simple/starlette/ HTTP/1.1\r\n")


def test_releases_lists_what_the_file_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with miniature(answers) as server:
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{server.port}/simple/")
        assert main(["releases"]) == 1
        assert capsys.readouterr().out == '    "99.0.0",\n    "99.1.0",  # yanked\n'
        assert main(["releases", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["releases"] == [
        {"release": "99.0.0", "yanked": False},
        {"release": "99.1.0", "yanked": True},
    ]


def test_an_index_out_of_reach_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple/")
    assert main(["releases"]) == 3
    output = "not known: http://127.0.0.1:9/simple/ did not list the releases of starlette: "
    assert capsys.readouterr().err.startswith(output)


@pytest.mark.parametrize("status", ["404 Not Found", "401 Unauthorized"])
def test_an_index_without_the_package_is_told_and_no_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    with miniature(closes(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())) as server:
        url = f"127.0.0.1:{server.port}/simple/"
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://me:s3cr3t@{url}")
        assert main(["releases"]) == 3
    output = capsys.readouterr().err
    assert output.startswith(f"not known: http://{url} did not list the releases of starlette: ")
    assert "s3cr3t" not in output


def test_an_index_without_json_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 0\r\n"
    with miniature(closes(head + b"connection: close\r\n\r\n")) as server:
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{server.port}/simple/")
        assert main(["releases"]) == 3
    assert "it has no JSON (PEP 691); name another index by UV_DEFAULT_INDEX" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, b"[]", b'{"files":[{"filename":5}]}', b'{"files":{}}', b"9" * 5000, b"\xff"],
    ids=range(6),
)
def test_an_index_that_answers_nonsense_is_told(
    data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {package_index.JSON}\r\n"
    head += f"content-length: {len(data)}\r\nconnection: close\r\n\r\n"
    with miniature(closes(head.encode() + data)) as server:
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{server.port}/simple/")
        assert main(["releases"]) == 3
    output = capsys.readouterr().err
    assert "did not list the releases of starlette: what it sent: " in output
    assert len(output) < 1000


def test_an_index_that_answers_without_an_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_index, "LIMIT", 1000)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {package_index.JSON}\r\n\r\n".encode()
    with miniature(closes(head + b" " * 200_000)) as server:
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{server.port}/simple/")
        with pytest.raises(package_index.Unreachable, match="longer than 1,000 bytes"):
            package_index.releases("starlette")


def test_a_version_of_more_digits_than_python_reads_is_none() -> None:
    data = b'{"files":[{"filename":"a-%b.tar.gz"},{"filename":"a-1.tar.gz"}]}' % (b"9" * 5000)
    assert package_index.listed(data) == {"1": False}
