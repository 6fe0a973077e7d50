"""`diff` names the package and the release that make a difference of a user's app."""

import json
import tarfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from starlette_conformance.__main__ import main
from studies.made_wheels import index_variables, make_wheel
from tests.miniatures.log_parsers import inert

SERVE = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import guilty, innocent


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(guilty.STATUS)
        self.send_header("Content-Length", "0")
        self.end_headers()


HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
NOTES = """
## 1.3

* Speed.

## 1.2

* Send 204 where there is nothing to send #7 ::error::forged \x1b[2J<b>forged</b> @forged
"""
METADATA = "Name: guilty\nProject-URL: Source, https://github.com/o/guilty\n"
STATUSES = {"1.0": "200", "1.1": "200", "1.2": "204", "1.3": "204", "1.4": "removed()"}


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A folder of wheels in the place of an index."""
    folder = tmp_path_factory.mktemp("index")
    wheels = folder / "wheels"
    wheels.mkdir()
    for version, status in STATUSES.items():
        make_wheel(wheels, "guilty", version, {"guilty.py": f"STATUS = {status}\n"})
        make_wheel(wheels, "innocent", version, {"innocent.py": ""})
    with tarfile.open(wheels / "guilty-1.2.tar.gz", "w:gz") as archive:
        for name, text in {"CHANGELOG.md": NOTES, "PKG-INFO": METADATA}.items():
            member = tarfile.TarInfo(f"guilty-1.2/{name}")
            member.size = len(text.encode())
            archive.addfile(member, BytesIO(text.encode()))
    return index_variables(wheels, folder)


@pytest.fixture(autouse=True)
def app(variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that needs no server."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 3)
    app = tmp_path / "app"
    app.mkdir()
    (app / "serve.py").write_text(SERVE)
    (app / "requests.http").write_text("GET /")
    monkeypatch.chdir(app)


def diff(new: str, *options: str) -> int:
    words = ["guilty==1.0,innocent==1.0", f"guilty=={new},innocent==1.3", "-q"]
    words += ["--start", "python serve.py {port}", "--requests", "requests.http", *options]
    return main(["diff", *words])


def test_the_cause_is_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    formats = [
        text for name in ("json", "html", "markdown", "junit") for text in (f"--{name}", name)
    ]
    assert diff("1.3", *formats) == 1
    output = capsys.readouterr().out
    assert "cause: guilty 1.2 (proved both ways)" in output
    found = json.loads(Path("json").read_text())
    (culprit,) = found["unexplained"][0]["causes"]
    assert (culprit["package"], culprit["first_release"], culprit["proved"]) == (
        *("guilty", "1.2", True),
    )
    (cause,) = found["searched"]["causes"]
    assert {each["where"] for each in cause["differences"]} == {"status", "reason"}
    (fault,) = ET.parse("junit").iter("failure")
    for text in (Path("html").read_text(), Path("markdown").read_text(), fault.text or ""):
        assert "guilty 1.2 (proved both ways)" in text
    (guess,) = culprit["guesses"]
    assert (guess["link"], guess["words"]) == ("https://github.com/o/guilty/pull/7", ["204"])
    texts = [output, *(Path(name).read_text() for name in ("html", "markdown", "junit", "json"))]
    for text in texts:
        assert "Send 204 where there is nothing to send" in text
        inert(text)
    for text in texts[:-1]:
        assert "guess (its notes mention 204): Send 204" in text


def test_what_keeps_new_from_starting_has_a_cause(capsys: pytest.CaptureFixture[str]) -> None:
    assert diff("1.4", "--json", "json") == 1
    assert "cause: guilty 1.4 (proved both ways)" in capsys.readouterr().out
    (cause,) = json.loads(Path("json").read_text())["searched"]["causes"]
    assert cause["culprits"][0]["first_release"] == "1.4"


def test_causes_may_be_left_out_or_be_cut_short(capsys: pytest.CaptureFixture[str]) -> None:
    assert diff("1.3", "--no-cause", "--json", "json") == 1
    assert "cause:" not in capsys.readouterr().out
    assert json.loads(Path("json").read_text())["searched"] is None
    assert diff("1.3", "--cause-seconds", "0.001") == 1
    said = "cause: could not be told: no time was left for more trials (--cause-seconds)"
    assert said in capsys.readouterr().out
