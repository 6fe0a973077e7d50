"""What a user has accepted, does not want compared, or wrote into pyproject.toml."""

import json
from pathlib import Path

import pytest

from starlette_conformance.__main__ import main

APP = """
import os
from importlib.metadata import version

NEW = version("starlette") == "0.40.0"
LONG = "x" * 300


async def app(scope, receive, send):
    if scope["type"] != "http":
        raise NotImplementedError
    headers, body = [(b"x-build", version("starlette").encode())], b"text"
    if scope["path"] == "/long":
        end = os.environ.get("MORE", "") * NEW
        body = (LONG + ("10.00" if NEW else "9.00") + LONG + end).encode()
    if scope["path"] == "/json":
        body = b'{"a": [{"v": "%s"}], "b": 1}' % version("starlette").encode()
    status = 403 if NEW and scope["path"] == os.environ.get("FORBIDDEN") else 200
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""
PROJECT = """
[tool.starlette-conformance]
old = "starlette==0.39.2,uvicorn==0.34.0"
new = "starlette==0.40.0,uvicorn==0.34.0"
app = "app:app"
requests = "requests.http"
{more}
"""
BUILD = """
[[tool.starlette-conformance.ignore]]
header = "x-b*"
why = "it names the build"
"""
FORMATS = ("json", "markdown", "html", "junit")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, in which the user is; its requests are /, /long and /json."""
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.APART", 0.0)
    monkeypatch.setattr("starlette_conformance.userapp.repetitions.CERTAIN", 2)
    monkeypatch.chdir(tmp_path)
    Path("app.py").write_text(APP)
    Path("requests.http").write_text("/\n###\n/long\n###\n/json\n")
    Path("pyproject.toml").write_text(PROJECT.format(more=BUILD))
    return tmp_path


def texts(folder: Path, *words: str) -> tuple[int, dict[str, str]]:
    """The exit code of a diff, and what it writes in each format."""
    files = {form: folder / f"diff.{form}" for form in FORMATS}
    named = [word for form, path in files.items() for word in (f"--{form}", str(path))]
    code = main(["diff", "--no-cause", *words, *named])
    return code, {form: path.read_text("utf-8") for form, path in files.items()}


def test_a_pull_request_after_write_accepted_is_green_and_one_more_difference_is_red(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "--write-accepted"]) == 0
    assert "2 entries added to accepted.toml; write why, and who" in capsys.readouterr().err
    code, found = texts(folder)
    assert code == 0
    said = "2 of 3 responses differ, all accepted; 2 differences accepted; 3 differences ignored"
    assert said in capsys.readouterr().out
    assert all(said in text for text in found.values())
    assert all("nobody named: no reason given" in found[form] for form in FORMATS[1:])
    accepted = json.loads(found["json"])["accepted"]
    assert [(each["request"], each["where"], each["cases"]) for each in accepted] == [
        ("GET /long", "body line 1:301", 1),
        ("GET /json", "body", 1),
    ]
    assert (
        main(["diff", "--no-cause", "--env", "MORE=."]) == 1
    )  # far behind what is shown of the body
    assert main(["diff", "--no-cause", "--env", "FORBIDDEN=/"]) == 1


ENTRY = """
[[accepted]]
request = "GET /"
place = "header x-build"
before = "0.39.2"
after = "0.40.0"
why = "the build"
who = "Ada"
until = {until}
"""


@pytest.mark.parametrize(
    ("until", "code", "said"),
    [
        ("2999-12-31", 0, "(Ada: the build, until 2999-12-31; accepted.toml:2)"),
        ("2020-12-31", 1, "accepted.toml:2: GET /, header x-build: was accepted until 2020-12-31"),
    ],
)
def test_an_entry_accepts_until_its_day_is_over(
    until: str, code: int, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pyproject.toml").write_text(PROJECT.format(more=""))
    Path("accepted.toml").write_text(ENTRY.format(until=until))
    Path("requests.http").write_text("/")
    assert texts(folder)[0] == code
    assert said in capsys.readouterr().out


def test_an_entry_that_no_longer_occurs_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("other.toml").write_text(ENTRY.format(until="2999-12-31"))
    Path("requests.http").write_text("/")
    code, found = texts(folder, "--accept", "other.toml")
    assert code == 0
    said = "other.toml:2: GET /, header x-build: no longer occurs; take the entry out"
    assert said in capsys.readouterr().out
    assert all(said in found[form] for form in ("json", "markdown", "html"))


def test_an_entry_of_what_was_left_out_is_not_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("other.toml").write_text(ENTRY.format(until="2999-12-31"))
    assert texts(folder, "--accept", "other.toml", "--only", "GET /long")[0] == 1
    assert "take the entry out" not in capsys.readouterr().out


def test_only_compares_what_it_names_and_says_what_it_leaves_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = texts(folder, "--only", "GET /")
    said = "none of 1 responses differs; 1 difference ignored; 2 responses left out by --only"
    assert code == 0
    assert said in capsys.readouterr().out
    page = f"N{said[1:]}"  # where it is a sentence
    wanted = {form: page if form == "html" else said for form in FORMATS}
    assert [form for form in FORMATS if wanted[form] not in found[form]] == []
    assert main(["diff", "--only", "GET /nowhere"]) == 2
    assert "--only GET /nowhere: no request of requests.http" in capsys.readouterr().err


RULES = """
[[tool.starlette-conformance.ignore]]
pattern = '\\d+\\.[\\d.]+'

[[tool.starlette-conformance.ignore]]
json = "$.a[*].v"
request = "GET /json"
"""


def test_json_paths_and_patterns_are_ignored_and_nothing_beside_them(
    folder: Path,
) -> None:
    Path("pyproject.toml").write_text(PROJECT.format(more=RULES))
    code, found = texts(folder, "--fail-on", "any")
    assert code == 0
    hidden = [(each["rule"], each["place"]) for each in json.loads(found["json"])["ignored"]]
    assert hidden == [
        ("pattern \\d+\\.[\\d.]+", "pyproject.toml:8"),
        ("json $.a[*].v of GET /json", "pyproject.toml:11"),
    ]
    assert main(["diff", "--no-cause", "--env", "MORE=."]) == 1


@pytest.mark.parametrize(
    ("project", "accepted", "said"),
    [
        ('appp = "x"', "", "pyproject.toml:7: appp: not an option of diff; did you mean app?"),
        ('seconds = "long"', "", "pyproject.toml:7: seconds: 'long' is not a time in seconds"),
        ("sandbox = 1", "", "pyproject.toml:7: sandbox: true or false is wanted, not '1'"),
        ('cwd = ["a"]', "", "pyproject.toml:7: cwd: one value is wanted, not a list"),
        ('fail-on = "x"', "", "pyproject.toml:7: fail-on: 'x' is not one of 'feature'"),
        (BUILD.replace("header", "heading"), "", "pyproject.toml:8: object contains unknown field"),
        (f"{BUILD}json='$.a'", "", "pyproject.toml:8: a rule has one of header, json and pattern"),
        (BUILD.replace("header", "json"), "", "pyproject.toml:8: json 'x-b*': write a path as"),
        (BUILD.replace('header = "x-b*', 'pattern = "('), "", "pyproject.toml:8: pattern '(': "),
        (BUILD.replace('header = "x-b*', 'pattern = "[a--b]'), "", "Possible set difference"),
        (BUILD.replace('header = "x-b*', f'pattern = "a{{{9**30}}}'), "", "number is too large"),
        (BUILD.replace('header = "x-b*', f'pattern = "a{{{9:05000}}}'), "", "number is too large"),
        ("= 1", "", "pyproject.toml: not TOML: Invalid statement (at line 7, column 1)"),
        ("", ENTRY.format(until="'soon'"), "accepted.toml:2: field until: invalid RFC3339"),
        ("", "[[accepted]]\nrequest='GET /'", "accepted.toml:1: object missing required field"),
        ("", "[[accepted]]\nrequest='GET /'\nplace='body'", "accepted.toml:1: write before or"),
        ("", "[[accept]]\n", "accepted.toml:1: 'accept' is not [[accepted]]"),
        ("", "accepted = 1", "accepted.toml: write each entry below [[accepted]]"),
    ],
)
def test_a_bad_entry_is_named_by_file_and_line(
    project: str, accepted: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "pyproject.toml").write_text(PROJECT.format(more=project))
    if accepted:
        Path("accepted.toml").write_text(accepted)
    assert main(["diff"]) == 2
    assert said in capsys.readouterr().err.replace(f"{folder}/", "")


def test_the_command_line_counts_before_the_project(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "--requests", "nowhere.http"]) == 2
    assert "nowhere.http: No such file" in capsys.readouterr().err
    (folder / "pyproject.toml").unlink()
    assert main(["diff"]) == 2
    assert "no OLD: name two stacks, or write old and new below" in capsys.readouterr().err
