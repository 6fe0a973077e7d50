"""What is wrong with a file or a name is said in one short line, whatever is in it."""

import json
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.model import decode
from starlette_conformance.model.errors import LONGEST, Failure, UsageError
from starlette_conformance.model.versions import or_earliest, version
from starlette_conformance.stacks.stacks_toml import read
from starlette_conformance.stacks.targets import meant_by

HUGE = "9" * 10_000_000
SHORT = 600
NAME = "a\nb"


class Typed(msgspec.Struct):
    number: int
    word: Literal["yes", "no"] = "yes"


@pytest.mark.parametrize("value", [{"number": 1, "word": HUGE}, {"number": HUGE}])
def test_what_a_field_holds_does_not_make_the_message_long(value: object) -> None:
    with pytest.raises(UsageError) as caught:
        decode.checked(value, Typed, "it")
    assert str(caught.value).startswith("it: field ")
    assert len(str(caught.value)) < SHORT


@pytest.mark.parametrize(
    "text", [f"[stacks]\n{HUGE} = 5\n", f'[needs]\n[axes]\n[stacks]\n"{HUGE}" = 5\n', f"a = {HUGE}"]
)
def test_a_table_of_any_name_is_told_shortly(text: str, tmp_path: Path) -> None:
    path = tmp_path / "stacks.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        read(path)
    assert len(str(caught.value)) < SHORT


def test_what_is_too_long_for_a_version_is_none() -> None:
    with pytest.raises(ValueError, match="longer than"):
        version(HUGE)
    assert or_earliest(HUGE) == or_earliest("none")


def run_file(folder: Path, **changed: Any) -> Path:
    installed = {
        "python": "3.11.7",
        "implementation": "CPython",
        "parser": "h11",
        "loop": "asyncio",
        "hash_seed": 0,
        "packages": {"starlette": "1.0.0"},
    }
    start = {
        "kind": "run",
        "schema": 2,
        "stack": "latest",
        "started": "2026-11-29T06:42:14Z",
        "complete": False,
        "installed": installed | changed.pop("installed", {}),
        "rerun_options": [],
        "rerun_name": "",
    }
    path = folder / "run.jsonl"
    path.write_text(json.dumps(start | changed) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    "changed",
    [
        {"stack": 5},
        {"stack": HUGE},
        {"started": HUGE},
        {"schema": int("9" * 20)},
        {"installed": {"python": HUGE}},
        {"installed": {"packages": {"starlette": HUGE}}},
        {"installed": {"packages": {HUGE: 5}}},
    ],
    ids=["number", "stack", "started", "schema", "python", "version", "package"],
)
def test_a_run_file_with_anything_in_it_is_refused_shortly(
    changed: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = run_file(tmp_path, **changed)
    assert main(["report", str(path), "--html", str(tmp_path / "report.html")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {path}")
    assert len(said) < SHORT


def test_a_run_file_as_it_should_be_is_read(tmp_path: Path) -> None:
    """Else the test above shows nothing."""
    page = str(tmp_path / "report.html")
    assert main(["report", str(run_file(tmp_path)), "--html", page]) == 1  # it was cut off


@pytest.mark.parametrize(
    "words",
    [
        ["matrix", f"{NAME}.jsonl"],
        ["report", NAME, "--html", f"{NAME}/{NAME}.html"],
        ["diff", NAME, "latest"],
        ["diff", f"./{NAME}", "latest"],
        ["diff", f"starlette=={NAME}", "latest"],
        ["diff", "documented", "latest", "--app", f"{NAME}:app", "--requests", "x.http"],
        ["diff", "documented", "latest", "--app", "a:app", "--cwd", NAME, "--requests", "x.http"],
        ["judge", "--stack", NAME],
        ["explain", NAME],
        ["mutants", "--module", NAME],
    ],
)
def test_a_name_with_a_line_break_makes_no_second_line(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    *_, last = capsys.readouterr().err.splitlines()
    assert last.startswith("error: ")
    assert r"a\nb" in last


@pytest.mark.parametrize(
    "word",
    ["x" * 300, "x" * 5_000, f"./{'x' * 300}", f"starlette=={HUGE}"],
    ids=["300", "5,000", "path", "version"],
)
def test_a_word_of_any_length_is_taken_or_refused(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        meant_by(word)
    assert len(str(caught.value)) <= LONGEST + 100


def test_many_requirements_are_no_path() -> None:
    word = ",".join(f"package-{number}==1.{number}" for number in range(30))
    (stack,) = meant_by(f"starlette==1.0.0,{word}").values()
    assert len(stack.name) > 255


def test_a_long_message_keeps_what_to_do() -> None:
    said = str(Failure(f"{HUGE}: no such thing;\nmake one"))
    assert len(said) < LONGEST + 100
    assert said.endswith(r"no such thing;\nmake one")
