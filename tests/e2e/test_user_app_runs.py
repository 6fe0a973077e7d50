"""`diff --app` as a user runs it: exit codes, what is printed and written, what is left alone."""

import json
from pathlib import Path

import pytest

from starlette_conformance.__main__ import main

BARE = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        raise NotImplementedError
    status = 200 if scope["path"] == "/" else 401
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"text"})
"""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 3)


def run(
    folder: Path,
    source: str,
    requests: str,
    *words: str,
    stacks: tuple[str, str] = ("documented",) * 2,
) -> int:
    """The exit code for an app in `folder`, and requests to it."""
    (folder / "app.py").write_text(source, "utf-8")
    (folder / "requests.http").write_text(requests, "utf-8")
    named = ["--app", "app:app", "--cwd", str(folder), "--requests", str(folder / "requests.http")]
    return main(["diff", *stacks, *named, *words])


@pytest.mark.parametrize(
    ("requests", "code", "said"),
    [
        ("/\n###\n/secret", 0, "responses: OLD 1 2xx, 1 4xx; NEW 1 2xx, 1 4xx"),
        ("/secret\n###\n/more", 3, "inconclusive: none of 2 responses differs"),
    ],
)
def test_a_run_in_which_nothing_succeeds_is_inconclusive(
    requests: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, BARE, requests, "--json", str(tmp_path / "diff.json")) == code
    assert said in capsys.readouterr().out
    assert bool(json.loads((tmp_path / "diff.json").read_text())["inconclusive"]) == (code == 3)
