"""What a CI shows of run files: JUnit and Markdown of `starlette-conformance matrix`."""

import json
import shlex
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.output.junit import Case, Suite, junit
from tests.miniatures.log_parsers import read_as_text
from tests.miniatures.run_files import (
    HOSTILE,
    MARKUP,
    environment,
    made,
    not_installable,
    three_releases,
)

STACK = ["--stack=starlette-1.7.0", "--hash-seed", "0"]


def summed(folder: Path, *more: str) -> tuple[ET.Element, str]:
    xml, text = folder.parent / "junit.xml", folder.parent / "summary.md"
    assert main(["matrix", str(folder), "--junit", str(xml), "--markdown", str(text), *more]) == 1
    return ET.parse(xml).getroot(), text.read_text("utf-8")


def test_a_suite_is_a_stack_and_a_case_a_spec(tmp_path: Path) -> None:
    root, _ = summed(three_releases(tmp_path / "runs"))
    suites = {suite.get("name"): suite for suite in root}
    assert sorted(map(str, suites)) == ["starlette-1.6.0", "starlette-1.7.0", "starlette-1.8.0"]
    suite = suites["starlette-1.7.0"]
    counts = {key: suite.get(key) for key in ("tests", "failures", "errors", "time")}
    assert counts == {"tests": "3", "failures": "1", "errors": "0", "time": "0.300"}
    properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert properties["packages"] == json.dumps(dict(environment("1.7.0").packages))
    assert properties["hash_seed"] == "0"
    failed = [case for case in suite.iter("testcase") if len(case)]
    assert [(case.get("classname"), case.get("name")) for case in failed] == [
        ("hello", HOSTILE.format("starlette-1.7.0"))
    ]
    command = shlex.join(["pytest", HOSTILE.format("starlette-1.7.0"), *STACK])
    assert failed[0][0].text == f"body\n  {MARKUP}\nagain: {command}"


def test_what_was_not_judged_is_an_error_and_a_cut_off_run_too(tmp_path: Path) -> None:
    folder = three_releases(tmp_path / "runs")
    not_installable(folder, "1.9.0")
    made(folder, "1.10.0", varies=True, ends=False)
    root, text = summed(folder)
    errors = [
        (suite.get("name"), case.get("name"), error.get("type"))
        for suite in root
        for case in suite
        for error in case.findall("error")
    ]
    assert len(errors) == 3
    assert ("starlette-1.10.0", "ends", "cut off") in errors
    assert {kind for *_, kind in errors} == {"cut off", "not installable"}
    assert "- **`CUT OFF starlette-1.10.0: not all of its specs were judged`**" in text.splitlines()


def test_the_markdown_has_the_table_and_what_failed(tmp_path: Path) -> None:
    _, text = summed(three_releases(tmp_path / "runs"))
    lines = text.splitlines()
    assert lines[:4] == [
        "## 3 of 3 stacks judged: 6 pass, 3 fail",
        "",
        "| stack | hello | json_cors | static_files |",
        "| --- | --- | --- | --- |",
    ]
    assert "| `starlette-1.6.0` | **1 fail** | 1 pass | 1 pass |" in lines
    assert "### 3 verdicts other than pass" in lines
    assert "<script" in text
    assert "<script" not in read_as_text(text)


def test_the_terminal_names_what_failed_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What shows the end of a log alone shows what to look at."""
    folder = three_releases(tmp_path / "runs")
    assert main(["matrix", str(folder)]) == 1
    *lines, closing = capsys.readouterr().out.splitlines()
    assert closing == "3 of 3 stacks judged: 6 pass, 3 fail"
    stacks = ["starlette-1.6.0", "starlette-1.7.0", "starlette-1.8.0"]
    named = [f"FAIL {stack} {HOSTILE.format(stack)}: body" for stack in stacks]
    assert sorted(lines[-3:]) == named


def test_of_many_that_failed_ten_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(12):
        made(tmp_path / "runs", f"1.{number}.0", varies=True)
    assert main(["matrix", str(tmp_path / "runs")]) == 1
    *_, tenth, more, closing = capsys.readouterr().out.splitlines()
    assert tenth.startswith("FAIL starlette-1.")
    assert more == "and 2 more"
    assert closing.startswith("12 of 12 stacks judged: ")


def test_every_text_makes_xml_that_can_be_read() -> None:
    every = "".join(map(chr, range(0x300))) + "\ud800\ufffe\U0001f600]]>"
    root = ET.fromstring(junit([Suite(every, [Case(every, every, 1.0, "fail", every)])]))
    assert "\U0001f600]]>" in str(root[0][0][0].text)
    assert "\\x00" in str(root[0].get("name"))


@pytest.mark.parametrize("name", ["empty", "lacking"])
def test_where_there_is_no_run_file_nothing_is_summed_up(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["matrix", str(tmp_path / name)]) == 2
    assert f"error: {tmp_path / name}: no " in capsys.readouterr().err


def test_outputs_are_checked_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = three_releases(tmp_path / "runs")
    lacking = tmp_path / "lacking" / "junit.xml"
    assert main(["matrix", str(folder), "--junit", str(lacking)]) == 2
    shown = capsys.readouterr()
    assert f"{lacking}: there is no folder" in shown.err
    assert shown.out == ""


def test_a_run_that_was_cut_off_before_its_first_verdict_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = three_releases(tmp_path / "runs")
    (folder / "torn.jsonl").touch()
    with made(tmp_path, "1.9.0", varies=True).open(encoding="utf-8") as whole:
        (folder / "begun.jsonl").write_text(next(whole), "utf-8")
    assert main(["matrix", str(folder)]) == 1
    shown = capsys.readouterr().out
    for name in ("torn.jsonl", "starlette-1.9.0"):
        assert f"CUT OFF {name}: not all of its specs were judged" in shown.splitlines()


@pytest.mark.parametrize("lacking", ["stack", "verdict", "seconds", "reason", "spec"])
def test_a_record_that_lacks_something_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lacking: str
) -> None:
    path = made(tmp_path, "1.7.0", varies=True)
    text = path.read_text("utf-8").replace(f'"{lacking}":', '"another":')
    path.write_text(text, "utf-8")
    outputs = ["--markdown", str(tmp_path / "summary.md"), "--junit", str(tmp_path / "junit.xml")]
    assert main(["matrix", str(path), *outputs]) == 2
    line = {"stack": 1, "spec": 2}.get(lacking, 3)
    message = (
        f"error: {path}:{line}: object missing required field {lacking}; judge the stack again\n"
    )
    assert capsys.readouterr().err == message


def test_a_folder_without_run_files_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["matrix", str(tmp_path)]) == 2
    message = f"error: {tmp_path}: no run file (*.jsonl) in this folder\n"
    assert capsys.readouterr() == ("", message)
