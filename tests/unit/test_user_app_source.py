"""What is read of a user's app before it runs: its imports, its exceptions, its variables."""

import subprocess
from pathlib import Path

import pytest

from starlette_conformance.model.errors import UsageError
from starlette_conformance.process.log import last_said
from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.userapp.hints import INSTALL, hints
from starlette_conformance.userapp.private_copy import Original
from starlette_conformance.userapp.server_log import last_raised
from starlette_conformance.userapp.source import Source
from starlette_conformance.userapp.starting import variables_of
from tests.miniatures.raw_server import ENVIRONMENT

FOLDER = Path("/home/me/shop")


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("from fastapi import FastAPI", False),
        ("import os, json as j\nimport helper", False),
        ("from fastapi.staticfiles import StaticFiles", True),
        ("from nicegui import app", True),
        ("import json, starlette_admin", True),
    ],
)
def test_an_app_reaches_what_it_names_or_what_a_package_may_use(
    source: str, reached: bool, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text(source)
    (tmp_path / "helper.py").write_text("")
    found = Source.of(Original.of(tmp_path), "app:app")
    assert found.may_reach(("StaticFiles",)) == reached
    assert found.may_reach(())


def test_of_an_app_that_lies_elsewhere_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import os")
    assert Source.of(Original.of(tmp_path), "datasette.app:app").may_reach(("StaticFiles",))


LOG = """
INFO:     Started server process [1]
Traceback (most recent call last):
  File "/old.py", line 1, in <module>
KeyError: 'old'
ERROR:    Traceback (most recent call last):
  File "/x/site-packages/starlette/routing.py", line 638, in lifespan
    await receive()
  File "/home/me/shop/app.py", line 9, in warm
    connect()
  File "/x/site-packages/driver/db.py", line 4, in connect
    raise OSError("refused")
OSError: refused

ERROR:    Application startup failed. Exiting.
""".splitlines()


def test_the_last_exception_has_its_place_and_the_last_one_of_the_app() -> None:
    raised = last_raised(LOG, FOLDER)
    assert str(raised) == "OSError: refused (driver/db.py:4, called from app.py:9)"
    assert raised
    assert raised.lines[-1] == "OSError: refused"


def test_the_exception_inside_of_a_group_is_the_last_one() -> None:
    log = [
        "  + Exception Group Traceback (most recent call last):",
        '  |   File "/a.py", line 1, in f',
        "  | ExceptionGroup: unhandled errors (1 sub-exception)",
        "  +-+---------------- 1 ----------------",
        "    | Traceback (most recent call last):",
        '    |   File "/home/me/shop/app.py", line 2, in g',
        "    | ValueError: inside",
        "    +------------------------------------",
    ]
    assert str(last_raised(log, FOLDER)) == "ValueError: inside (app.py:2)"


DRAWN = """
ERROR    it broke
╭────── Traceback (most recent call last) ──────╮
│ /x/lib/python3.11/site-packages/uvicorn/impor │
│ ter.py:19 in import_from_string               │
│                                               │
│   18 │   try:                                 │
│ ❱ 19 │   │   module = import_module(name)     │
│   20 │   except ImportError:                  │
│                                               │
│ /home/me/shop/app.py:9 in                     │
│ warm                                          │
│                                               │
│ ❱  9 │   raise KeyError("PRICE")              │
│                                               │
│ ╭─ locals ─╮                                  │
│ │ x = '/a' │                                  │
│ ╰──────────╯                                  │
╰───────────────────────────────────────────────╯
  KeyError: 'PRICE'
╭─ Error ─╮
│ no app  │
╰─────────╯
""".splitlines()


def test_a_traceback_that_rich_draws_is_one() -> None:
    raised = last_raised(DRAWN, FOLDER)
    assert raised
    assert (str(raised), raised.lines[-2:]) == (
        "KeyError: 'PRICE' (app.py:9)",
        ('    raise KeyError("PRICE")', "KeyError: 'PRICE'"),
    )


def test_a_traceback_of_loguru_is_one() -> None:
    log = [
        "ERROR | an error has been caught",
        "Traceback (most recent call last):",
        "",
        '> File "/home/me/shop/app.py", line 5, in <module>',
        "    warm()",
        "    └ <function warm at 0x7fac18da1800>",
        "",
        "KeyError: 1",
    ]
    assert str(last_raised(log, FOLDER)) == "KeyError: 1 (app.py:5)"


@pytest.mark.parametrize(
    ("lines", "said"), [(DRAWN, "no app"), (["╭──╮", ""], "(it logged nothing)")]
)
def test_the_last_words_are_no_drawing(lines: list[str], said: str) -> None:
    assert last_said(lines) == said


@pytest.mark.parametrize("log", [[], ["INFO: up"], ["Traceback (most recent call last):", "  cut"]])
def test_a_log_without_an_exception_has_none(log: list[str]) -> None:
    assert last_raised(log, FOLDER) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ModuleNotFoundError: No module named 'nowhere'", INSTALL),
        (
            "ModuleNotFoundError: No module named 'json.nowhere'",
            "json is installed there, and this version of it has no json.nowhere",
        ),
        (
            'Form data requires "starlette" to be installed.',
            "starlette 0.46.1 is installed there, and was not found all the same",
        ),
        ("RuntimeError: pip install python-multipart", INSTALL),
    ],
)
def test_what_is_installed_is_not_called_missing(line: str, said: str) -> None:
    assert hints([line], ENVIRONMENT) == [said]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=1\n\n# no\nexport B = two words # why\n", {"A": "1", "B": "two words"}),
        ("A='x # y'\nB=\"\"\nC=a=b", {"A": "x # y", "B": "", "C": "a=b"}),
    ],
)
def test_a_file_of_variables_is_read_as_shells_and_docker_do(
    text: str, found: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(text)
    assert variables_of(["D=4"], tmp_path / ".env", "--env") == {**found, "D": "4"}


@pytest.mark.parametrize(
    ("text", "said"),
    [("A", ".env:1: A: write NAME=VALUE"), ("\nA='x", ".env:2: No closing quotation")],
)
def test_a_bad_file_of_variables_is_refused_with_its_line(
    text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(text)
    with pytest.raises(UsageError, match=said):
        variables_of([], tmp_path / ".env", "--env")


def test_a_copy_has_no_environments_caches_or_links_to_the_original(tmp_path: Path) -> None:
    folder, copy = tmp_path / "app", tmp_path / "copies" / "app"
    for name in ("pkg/sub", "node_modules/x", "venv/bin", "pkg/__pycache__", "empty"):
        (folder / name).mkdir(parents=True)
    for name in ("pkg/sub/a.py", "node_modules/x/b", "venv/pyvenv.cfg", "venv/bin/c"):
        (folder / name).write_text(name)
    (folder / "absolute").symlink_to(folder / "pkg" / "sub" / "a.py")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows").write_text("rows")
    (folder / "data").symlink_to("../data")
    copy.mkdir(parents=True)
    Original.of(folder).complete(copy)
    found = {str(path.relative_to(copy)) for path in copy.rglob("*")}
    assert found == {
        *("pkg", "pkg/sub", "pkg/sub/a.py", "empty", "absolute", "data", "data/rows"),
    }
    assert (copy / "absolute").resolve() == copy / "pkg" / "sub" / "a.py"
    assert not (copy / "data").is_symlink()
    assert (copy / "pkg/sub/a.py").stat().st_mtime_ns == (
        folder / "pkg/sub/a.py"
    ).stat().st_mtime_ns


@pytest.mark.parametrize("is_repository", [True, False])
def test_a_copy_has_not_the_cache_that_a_ci_keeps_below_the_app(
    is_repository: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / ".cache" / "conformance"
    monkeypatch.setenv(VARIABLE, str(kept))
    (kept / "recordings").mkdir(parents=True)
    (kept / "recordings" / "a.kept").write_text("")
    (tmp_path / "app.py").write_text("")
    if is_repository:
        subprocess.run(["git", "init", "-q", tmp_path], check=True, timeout=30)
    files = [path for path in Original.of(tmp_path).paths if (tmp_path / path).is_file()]
    assert files == [Path("app.py")]
