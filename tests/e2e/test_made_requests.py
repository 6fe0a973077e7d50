"""Requests that nobody wrote, made of small apps, and sent to both stacks."""

import json
from pathlib import Path

import pytest

from starlette_conformance.__main__ import main

ROOT = Path(__file__).parent.parent.parent
FASTAPI = "fastapi=={},starlette=={},pydantic==2.11.0,uvicorn==0.34.0,python-multipart==0.0.20"
OLD, NEW = FASTAPI.format("0.115.12", "0.46.1"), FASTAPI.format("0.128.0", "0.50.0")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 2)


def run(folder: Path, name: str, *words: str) -> tuple[int, dict[str, object]]:
    app = ["--app", f"tests.miniatures.unrequested.{name}:app", "--cwd", str(ROOT), "--no-cause"]
    code = main(["diff", *words, *app, "--json", str(folder / "diff.json")])
    found: dict[str, object] = json.loads((folder / "diff.json").read_text("utf-8"))
    return code, found


def test_an_app_with_a_document_is_compared_without_a_written_request(tmp_path: Path) -> None:
    written = tmp_path / "made.http"
    code, found = run(tmp_path, "api", OLD, NEW, "--write-requests", str(written))
    assert found["reached"] == {"operations": 6, "missed": ["GET /never (409)"]}
    assert found["not_compared"] == []
    unexplained = found["unexplained"]
    assert isinstance(unexplained, list)
    changed = {each["app"].partition(" (")[0] for g in unexplained for each in g["exchanges"]}
    assert "DELETE /notes/{{post_notes_2.response.body.$.id}}" not in changed
    assert code == 1
    assert "Bearer {{post_token_2.response.body.$.access_token}}" in written.read_text("utf-8")


def test_an_app_without_a_document_is_compared_by_its_routes_and_pages(tmp_path: Path) -> None:
    written = tmp_path / "made.http"
    code, found = run(
        tmp_path, "pages", "documented", "documented", "--write-requests", str(written)
    )
    assert found["reached"] == {"operations": 3, "missed": []}
    assert (code, found["unexplained"], found["not_compared"]) == (0, [], [])
    text = written.read_text("utf-8")
    assert "GET /count/2?by=3" in text
    assert "{{get.response.fields.token}}" in text


def test_a_login_form_is_sent_with_its_hidden_field_and_what_the_user_types(
    tmp_path: Path,
) -> None:
    written = tmp_path / "made.http"
    words = ["documented", "documented", "--write-requests", str(written), "--header", "X-Key: k"]
    typed = ["--value", "username=grace", "--value", "password=cobol"]
    code, found = run(tmp_path, "login", *words, *typed)
    assert found["reached"] == {"operations": 5, "missed": ["POST /login (403, 303)"]}
    assert (code, found["unexplained"], found["not_compared"]) == (0, [], [])
    text = written.read_text("utf-8")
    token = "{{get_login.response.fields.form[csrf]}}"
    assert f"form%5Bcsrf%5D={token}&username=grace&password=cobol" in text
    assert "GET /admin/report?of=1" in text
    code, found = run(tmp_path, "login", "documented", "documented")
    missed = [
        "POST /login (403, 401)",
        "GET /admin (303)",
        "GET /admin/report (404)",
        "GET /kept (403)",
    ]
    assert found["reached"] == {"operations": 5, "missed": missed}


def test_an_app_that_takes_any_token_gets_one(tmp_path: Path) -> None:
    code, found = run(tmp_path, "any_token", OLD, OLD)
    assert (code, found["reached"]) == (0, {"operations": 1, "missed": []})


def test_an_app_with_nothing_to_request_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "async def app(scope, receive, send):\n    raise RuntimeError('never')\n"
    (tmp_path / "never.py").write_text(text, "utf-8")
    words = ["--app", "never:app", "--cwd", str(tmp_path)]
    assert main(["diff", "documented", "documented", *words]) == 3
    output = capsys.readouterr()
    assert "no response of OLD is 2xx or 3xx" in " ".join((output.out + output.err).split())
