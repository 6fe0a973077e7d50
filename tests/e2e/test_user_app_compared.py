"""`diff --app`: what counts as a difference of two responses, and what explains it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.__main__ import main
from tests.e2e.test_user_app_runs import run

OLD, NEW = "starlette==0.39.2,uvicorn==0.34.0", "starlette==0.40.0,uvicorn==0.34.0"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 3)


def written(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


APP = """
import asyncio
from importlib.metadata import version
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

NEW = version("starlette") == "0.40.0"


def page(request):
    total = "1000.00" if NEW else "10.00"
    texts = "<p>text</p>" * 200
    return HTMLResponse(
        f"<meta name=generator content='shop {version('starlette')}'>{texts}<b>{total} EUR</b>"
    )


async def slow(request):
    await asyncio.sleep(0.6 if NEW else 0)
    return JSONResponse({"done": True})


def blanks(request):
    return Response(b'{"a":1}' if NEW else b'{"a": 1}', media_type="application/json")


def fails(request):
    return JSONResponse({"column": {}["no such column"] if NEW else 1})


app = Starlette(
    routes=[Route(f"/{each.__name__}", each) for each in (page, slow, blanks, fails)]
)
"""
"""After a public report: a harmless difference hid a harmful one."""


def test_each_place_of_a_body_what_takes_longer_and_a_traceback_are_in_every_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {form: tmp_path / f"diff.{form}" for form in ("json", "markdown", "html", "junit")}
    words = [word for form, path in files.items() for word in (f"--{form}", str(path))]
    folder = tmp_path / "app"
    folder.mkdir()
    requests = "\n###\n".join(("/page", "/slow", "/blanks", "/fails"))
    assert (
        run(folder, APP, requests, "--slower", "0.4", "--clients", *words, stacks=(OLD, NEW)) == 1
    )
    document = written(files["json"])
    found = {
        exchange["request"][0]: {d["where"]: d["severity"] for d in exchange["remaining"]}
        for group in document["unexplained"]
        for exchange in group["exchanges"]
    }
    assert found["GET /page HTTP/1.1"] == {"body line 1:1": "body", "body line 1:2247": "body"}
    assert found["GET /slow HTTP/1.1"] == {"first response": "arrival"}
    assert found["GET /blanks HTTP/1.1"] == {"body as written": "writing"}
    assert found["GET /fails HTTP/1.1"]["status"] == "status"
    said = [capsys.readouterr().out, *(path.read_text("utf-8") for path in files.values())]
    for text in said:
        assert "1000.00 EUR" in text
        assert "after 0.6 s" in text
        assert "in fails" in text
        assert "no such column" in text
    assert "--slower 0.4" in document["command"]
    assert "--clients" in document["command"].split()


FILES = """
from starlette.applications import Starlette
from starlette.staticfiles import StaticFiles

app = Starlette()
app.mount("/", StaticFiles(directory="."))
"""


def test_files_of_another_time_are_no_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = [tmp_path / side for side in ("old", "new")]
    for folder, time in zip(sides, (1_700_000_000, 1_700_000_007), strict=True):
        folder.mkdir()
        (folder / "app.py").write_text(FILES, "utf-8")
        (folder / "site.css").write_text("p { color: red }", "utf-8")
        os.utime(folder / "site.css", (time, time))
    requests = tmp_path / "requests.http"
    requests.write_text("GET /site.css\n###\nHEAD /site.css", "utf-8")
    named = ["--app", "app:app", "--requests", str(requests)]
    folders = ["--old-cwd", str(sides[0]), "--new-cwd", str(sides[1])]
    assert main(["diff", "documented", "documented", *named, *folders]) == 0
    said = capsys.readouterr().out
    assert "none of 2 responses differs" in said
    assert "header etag, which follows from the time of a file: the content is the same" in said


ROOT = Path(__file__).parent.parent.parent


def test_a_named_change_explains_what_it_does_to_a_users_app(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = (ROOT / "apps" / "json_cors.py").read_text("utf-8")
    stacks = "starlette==1.6.0,uvicorn==0.54.0", "starlette==1.7.0,uvicorn==0.54.0"
    assert run(tmp_path, source, "/user/Vader", stacks=stacks) == 0
    said = capsys.readouterr().out
    assert "1 of 1 responses differ, all explained by 1 change" in said
    assert "PRESENCE CORS_VARIES_ALWAYS  fix, starlette 1.7.0" in said
    assert "SECURITY" not in said
    assert "sse-starlette" not in said
    assert run(tmp_path, source, "/user/Vader", "--fail-on", "presence", stacks=stacks) == 1


PAGES = """
from importlib.metadata import version
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

V = version("starlette")


def page(request):
    return HTMLResponse(f'<script src="/lib/{V}/app.js"></script><link href="/main-{V}.css">')


def script(request):
    return Response(b"let a = 1", media_type="text/javascript")


def style(request):
    return Response(b"p {{}}", media_type="text/css")


app = Starlette(routes=[
    Route("/", page), Route(f"/lib/{V}/app.js", script), Route(f"/main-{V}.css", style),
])
"""


def test_files_of_a_page_are_requested_as_the_page_of_each_side_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.py").write_text(PAGES, "utf-8")
    entries = [
        {
            "startedDateTime": f"2026-04-12T10:00:0{number}Z",
            "request": {"method": "GET", "url": f"http://127.0.0.1:8000{path}", "headers": []},
            "response": {"status": 200, "headers": [], "content": {}},
        }
        for number, path in enumerate(("/", "/lib/0.39.2/app.js", "/main-0.39.2.css"))
    ]
    har = tmp_path / "clicks.har"
    har.write_text(json.dumps({"log": {"entries": entries}}), "utf-8")
    named = ["--app", "app:app", "--cwd", str(tmp_path), "--requests", str(har)]
    assert main(["diff", OLD, NEW, *named]) == 1
    said = capsys.readouterr().out
    assert "1 of 3 responses differ" in said
    assert "OLD 3 2xx; NEW 3 2xx" in said
    assert "2 files were requested by the names that the pages of NEW have" in said
    assert "/lib/0.39.2/app.js is /lib/0.40.0/app.js, /main-0.39.2.css is /main-0.40.0.css" in said
