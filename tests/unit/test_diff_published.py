"""`diff --published`: from a folder or over http, without running anything; what is not there."""

import hashlib
import json
import lzma
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.diff.files import document
from starlette_conformance.explain.what_is_new import compare_runs
from starlette_conformance.http import download
from starlette_conformance.published import reader
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.stacks.project import ledger
from tests.miniatures.file_server import served
from tests.miniatures.raw_server import closes, miniature
from tests.miniatures.run_files import made, not_installable, three_releases

FIRST = "Published data at {}, made on "


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    three_releases(folder / "runs")
    not_installable(folder / "runs", "1.9.0")
    assert main(["site", str(folder / "runs"), "--output", str(folder / "public")]) == 0
    return folder / "public"


def test_it_says_so_first_and_exits_as_diff_does(
    output: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)  # nothing can be run
    assert main(["diff", "1.6.0", "1.7.0", "--published", str(output)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(FIRST.format(output))
    assert lines[0].endswith("by starlette-conformance 0.1.0; nothing was run.")
    assert lines[1] == "starlette-1.6.0 -> starlette-1.7.0"
    assert any(line.startswith("note: what is unexplained was recorded once") for line in lines)
    assert "2 of 3 responses differ, 1 of them unexplained" in lines[-1]


def test_it_says_what_run_files_say(output: Path, tmp_path: Path) -> None:
    target = tmp_path / "diff.json"
    arguments = ["diff", "1.6.0", "1.7.0", "--published", str(output), "--json", str(target)]
    assert main(arguments) == 1
    found = json.loads(target.read_text("utf-8"))
    paths = {path.name.partition("Z-")[2]: path for path in output.parent.glob("runs/*.jsonl")}
    names = [f"starlette-{release}.jsonl" for release in ("1.6.0", "1.7.0")]
    runs = [RunResponses.read(paths[name]) for name in names]
    expected = json.loads(json.dumps(document(compare_runs(runs[0], runs[1], ledger()))))
    same = ("counts", "scenarios", "explained", "unexplained", "security", "not_shown", "older")
    assert {key: found[key] for key in same} == {key: expected[key] for key in same}
    assert found["recorded"] == {
        "source": str(output),
        "day": found["recorded"]["day"],
        "tool": "0.1.0",
    }


@pytest.mark.parametrize("format", ["--markdown", "--html"])
def test_each_format_says_so(output: Path, tmp_path: Path, format: str) -> None:  # noqa: A002
    target = tmp_path / "diff"
    main(["diff", "1.6.0", "1.7.0", "--published", str(output), format, str(target)])
    assert "nothing was run" in target.read_text("utf-8").replace("\\", "")


def test_it_is_the_same_over_http(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(output) as url:
        for where in (url, f"{url}index.json", url.removesuffix("/")):
            assert main(["diff", "1.6.0", "1.7.0", "--published", where]) == 1
            assert capsys.readouterr().out.startswith(FIRST.format(where))


@pytest.mark.parametrize("word", ["1.8.0", "1.8", "starlette==1.8.0", "starlette-1.8.0"])
def test_a_release_is_named_as_for_diff(output: Path, word: str) -> None:
    assert main(["diff", "1.7.0", word, "--published", str(output)]) == 1


def test_only_an_app_is_compared(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["diff", "1.6.0", "1.7.0", "--published", str(output), "--only", "json_cors"]
    assert main(arguments) == 0
    assert "1 of 1 responses differ, all explained by 1 change" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("1.9.0", "starlette-1.9.0 could not be installed when it was judged"),
        ("1.99.0", "1.99.0 is not in the data at "),
        ("fastapi==0.1", "fastapi==0.1 is not in the data at "),
        ("./venv", "./venv is not in the data at "),
        ("latest", "latest is not in the data at "),
    ],
)
def test_what_is_not_in_the_data_is_inconclusive(
    output: Path, capsys: pytest.CaptureFixture[str], word: str, expected: str
) -> None:
    assert main(["diff", "1.6.0", word, "--published", str(output)]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"inconclusive: {expected}")


def test_what_was_not_recorded_is_not_said_to_be_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for release in ("1.7.0", "1.8.0"):
        made(tmp_path / "runs", release, varies=True, serves=False)
    output = tmp_path / "public"
    main(["site", str(tmp_path / "runs"), "--output", str(output)])
    main(["diff", "1.7.0", "1.8.0", "--published", str(output)])
    shown = capsys.readouterr().out
    assert "it shows in responses of static_files, and none was compared" in shown
    assert "--only" not in shown
    assert "left out" not in shown


def test_a_run_that_was_cut_off_does_not_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path / "runs", "1.7.0", varies=True)
    made(tmp_path / "runs", "1.8.0", varies=True, ends=False, serves=False)
    output = tmp_path / "public"
    assert main(["site", str(tmp_path / "runs"), "--output", str(output)]) == 1
    arguments = ["diff", "1.7.0", "1.8.0", "--published", str(output), "--only", "json_cors"]
    assert main(arguments) == 3
    assert "INCONCLUSIVE starlette-1.8.0: its run was cut off" in capsys.readouterr().out


@pytest.mark.parametrize(
    "more", [["--quick"], ["--repeat", "9"], ["--app", "m:app", "--requests", "x.http"]]
)
def test_it_runs_nothing_whatever_is_wished(
    output: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    assert main(["diff", "1.6.0", "1.7.0", "--published", str(output), *more]) == 2
    assert "--published runs nothing" in capsys.readouterr().err


def copied(output: Path, folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The site with another index.json."""
    index = json.loads((output / "index.json").read_text("utf-8"))
    change(index)
    (folder / "runs").mkdir()
    for path in output.glob("runs/*"):
        (folder / "runs" / path.name).write_bytes(path.read_bytes())
    (folder / "index.json").write_text(json.dumps(index), "utf-8")
    return folder


def _link(index: dict[str, Any]) -> dict[str, Any]:
    link: dict[str, Any] = index["stacks"][0]["run"]
    return link


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("path", "runs/../../../etc/passwd", "index.json that `starlette-conformance site` makes"),
        ("path", "http://127.0.0.1:9/a.jsonl.xz", "index.json that `starlette-conformance site`"),
        ("path", "runs/none.jsonl.xz", "No such file"),
        ("sha256", "0" * 64, "is not the file that index.json describes"),
    ],
)
def test_a_path_that_leads_elsewhere_or_another_file_is_refused(
    output: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    key: str,
    value: str,
    expected: str,
) -> None:
    folder = copied(output, tmp_path, lambda index: _link(index).update({key: value}))
    assert main(["diff", "1.6.0", "1.7.0", "--published", str(folder)]) == 2
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"this is no file of xz", "no xz file that can be read"),
        (lzma.compress(b"a" * 100)[:-8], "cut off, or longer than "),
        (lzma.compress(b" " * 5000), "cut off, or longer than 4,000 bytes"),
        (lzma.compress(b"{}\n"), "not a run file of schema 1 or 2"),
    ],
)
def test_a_run_file_that_is_none_is_refused(
    output: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
    expected: str,
) -> None:
    monkeypatch.setattr(reader, "UNPACKED_LIMIT", 4000)
    digest = hashlib.sha256(data).hexdigest()
    folder = copied(output, tmp_path, lambda index: _link(index).update(sha256=digest))
    (folder / "runs/starlette-1.6.0.jsonl.xz").write_bytes(data)
    assert main(["diff", "1.6.0", "1.7.0", "--published", str(folder)]) == 2
    assert expected in capsys.readouterr().err


def test_the_run_of_another_stack_is_refused(
    output: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def swap(index: dict[str, Any]) -> None:
        index["stacks"][0]["run"] = index["stacks"][1]["run"]

    folder = copied(output, tmp_path, swap)
    assert main(["diff", "1.6.0", "1.7.0", "--published", str(folder)]) == 2
    assert "is the run of another stack" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "404 Not Found"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 9000, "longer than 1,000 bytes"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]", "expected object, got array"),
        (b"no http\r\n\r\n", "index.json cannot be read"),
        (b"HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\n\r\n", "cannot be read"),
    ],
)
def test_a_server_that_has_no_site_is_inconclusive(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    response: bytes,
    expected: str,
) -> None:
    monkeypatch.setattr(reader, "INDEX_LIMIT", 1000)
    with miniature(closes(response)) as server:
        url = f"http://me:s3cr3t@127.0.0.1:{server.port}"
        assert main(["diff", "1.6.0", "1.7.0", "--published", url]) == 3
    said = capsys.readouterr()
    assert said.err.startswith("inconclusive: http://127.0.0.1:")
    assert expected in said.err
    assert "s3cr3t" not in said.err


def test_a_server_that_never_ends_is_left() -> None:
    def slowly(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:  # until the client leaves
            connection.sendall(b" ")
            time.sleep(0.05)

    with (
        miniature(slowly) as server,
        pytest.raises(download.NotReceived, match=r"took longer than 0\.2 s"),
    ):
        download.download(f"http://127.0.0.1:{server.port}/", 1_000_000, seconds=0.2)


@pytest.mark.parametrize("where", ["ftp://x.org/", "file:///etc", "http://[::1", "http://x:99999/"])
def test_an_address_that_is_none_is_refused(where: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "1.6.0", "1.7.0", "--published", where]) in {2, 3}
    assert "bug of starlette-conformance" not in capsys.readouterr().err
