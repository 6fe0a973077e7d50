"""No file that a run file or a HAR names is opened, nobody is called, and nothing is executed."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.stacks.project import ROOT
from tests.miniatures.run_files import three_releases

WATCHER = """
import json, os, sys
from pathlib import Path
from starlette_conformance.__main__ import main
from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp import har
from starlette_conformance.replay.run_responses import RunResponses

folder, *paths = map(Path, sys.argv[1:])
seen = []
WATCHED = ("open", "os.listdir", "os.scandir", "os.system", "os.exec", "os.posix_spawn",
           "subprocess.Popen", "socket.connect", "socket.getaddrinfo", "exec.named")

def watch(event, arguments):
    if event in WATCHED:
        named = [os.fsdecode(each) for each in arguments[:2] if isinstance(each, str | bytes)]
        seen.append([event, *(os.path.realpath(each) for each in named)])

sys.addaudithook(watch)
os.chdir(folder)
codes = {}
def tried(name, job):
    try:
        codes[name] = job()
    except UsageError as error:
        codes[name] = str(error)

runs = list(map(str, paths))
if paths[0].suffix == ".har":
    tried("har", lambda: len(har.requests(paths[0], "app", None)[0]))
else:
    tried("report", lambda: main(["report", *runs, "--html", "page.html", "--json", "data.json"]))
    tried("matrix", lambda: main(["matrix", *runs, "--junit", "junit.xml", "--markdown", "a.md"]))
    tried("recorded", lambda: [len(RunResponses.read(path).responses) for path in paths])
(folder / "seen.json").write_text(json.dumps({"codes": codes, "seen": seen}))
"""
"""A child that tells what it opened, listed, called or started."""

STARTS = {"os.system", "os.exec", "os.posix_spawn", "subprocess.Popen"}
CALLS = {"socket.connect", "socket.getaddrinfo"}


def watched(folder: Path, *paths: Path) -> tuple[dict[str, Any], list[list[str]]]:
    """What came of reading the file, and all that happened meanwhile."""
    command = [sys.executable, "-c", WATCHER, str(folder), *map(str, paths)]
    subprocess.run(command, cwd=ROOT, timeout=50, check=True, capture_output=True)
    found = json.loads((folder / "seen.json").read_text("utf-8"))
    return found["codes"], found["seen"]


@pytest.fixture
def secrets(tmp_path: Path) -> list[str]:
    """Ways to name files that lie there: absolute, above, as URLs."""
    (tmp_path / "work").mkdir()
    (tmp_path / "secret.py").write_text("1 / 0")
    above = "../secret.py"
    return [str(tmp_path / "secret.py"), above, f"file://{tmp_path}/secret.py", "/etc/passwd"]


def naming(record: Mapping[str, Any], secret: str) -> dict[str, Any]:
    """The record of a run file with the secret wherever a text of its own stands."""
    names = {"stack", "rerun_name", "app", "served", "reason", "ended"}
    made = {key: secret if key in names and value else value for key, value in record.items()}
    if record["kind"] == "run":
        packages = {"starlette": "1.8.0", secret: secret}
        installed = record["installed"] | {"implementation": secret, "packages": packages}
        made |= {"installed": installed, "rerun_options": ["--python", secret]}
    if record["kind"] == "verdict":
        made |= {"spec": f"{secret}::test[{secret}]", "changes": {secret: True}}
    if record["kind"] == "exchange":
        made |= {"spec": f"{secret}::test[{secret}]", "served": secret}
    return made


def test_a_run_file_names_nothing_that_is_opened(tmp_path: Path, secrets: list[str]) -> None:
    work = tmp_path / "work"
    for path in three_releases(tmp_path / "made").glob("*1.8.0*"):
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    hostile = []
    for number, secret in enumerate(secrets):
        hostile.append(tmp_path / f"{number}.jsonl")
        text = "".join(f"{json.dumps(naming(line, secret))}\n" for line in lines)
        hostile[-1].write_text(text, "utf-8")
    codes, seen = watched(work, *hostile)
    assert codes == {"report": 0, "matrix": 1, "recorded": [3] * len(secrets)}
    assert (work / "page.html").stat().st_size > 10_000
    nothing_of(secrets, seen, work, *hostile)


def test_a_har_names_nothing_that_is_opened(tmp_path: Path, secrets: list[str]) -> None:
    entries = [
        {
            "startedDateTime": "2026-01-01T00:00:00Z",
            "request": {
                "method": "POST",
                "url": "http://127.0.0.1:8000/",
                "httpVersion": "HTTP/1.1",
                "headers": [],
                "postData": {"mimeType": "text/plain", "text": secret, "fileName": secret},
            },
            "response": {"content": {"_file": secret}},
            "_file": secret,
        }
        for secret in secrets
    ]
    path = tmp_path / "made.har"
    path.write_text(json.dumps({"log": {"entries": entries}}), "utf-8")
    codes, seen = watched(tmp_path / "work", path)
    assert codes == {"har": len(secrets)}
    nothing_of(secrets, seen, tmp_path / "work", path)


def nothing_of(secrets: list[str], seen: list[list[str]], work: Path, *paths: Path) -> None:
    """The files themselves were opened, no secret was, and nothing was called or started."""
    opened = {name for event, *names in seen if event not in STARTS | CALLS for name in names}
    assert {str(path) for path in paths} <= opened
    assert not opened & {str((work / secret).resolve()) for secret in secrets}
    assert [each for each in seen if each[0] in STARTS | CALLS] == []


def test_a_read_would_be_seen(tmp_path: Path, secrets: list[str]) -> None:
    """The watcher sees that a HAR is opened by whatever name it has."""
    (tmp_path / "work" / "x.har").symlink_to(tmp_path / "secret.py")
    codes, seen = watched(tmp_path / "work", Path("x.har"))
    assert "not" in codes["har"]
    with pytest.raises(AssertionError):
        nothing_of(secrets, seen, tmp_path / "work", tmp_path / "secret.py")
