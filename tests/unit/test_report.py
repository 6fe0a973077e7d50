"""The report: what it makes of run files, its schema, and what it does with files that are none."""

import base64
import gzip
import json
import re
import resource
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from starlette_conformance.__main__ import main
from starlette_conformance.explain.what_is_new import compare_runs
from starlette_conformance.model.errors import Failure
from starlette_conformance.output import output_files
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.report.merged_runs import Column
from starlette_conformance.report.order import in_order
from starlette_conformance.report.page import page
from starlette_conformance.runs.run_file import Run
from starlette_conformance.stacks.project import catalogue, ledger
from tests.miniatures import clients_file
from tests.miniatures.run_files import (
    GREETS,
    MARKUP,
    beside_httptools,
    made,
    not_installable,
    recorded_exchange,
    three_releases,
)

SCHEMA = json.loads(
    (
        Path(__file__).parent.parent.parent / "starlette_conformance" / "report" / "schema.json"
    ).read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
PACKAGES = {"starlette": "1.7.0", "sse-starlette": "3.0.0", "uvicorn": "0.50.0"}
PRICE = {
    "stack": "starlette-1.7.0",
    "packages": PACKAGES,
    "python": "3.11.7",
    "instructions": {"hello": 870000.5},
    "counted": "0",
}


def reported(folder: Path, *more: str, code: int = 0) -> dict[str, Any]:
    """The data that a report of some run files is made from."""
    path = folder.parent / "data.json"
    assert main(["report", str(folder), "--json", str(path), *more]) == code
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return data


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["report", *arguments]) == 2
    return capsys.readouterr().err


def names(data: dict[str, Any]) -> list[str]:
    return [stack["name"] for stack in data["stacks"]]


def test_the_data_are_as_the_schema_has_them(tmp_path: Path) -> None:
    folder = three_releases(tmp_path / "runs")
    made(folder, "1.9.0", varies=True, ends=False, serves=False)
    not_installable(folder, "1.10.0")
    costs = tmp_path / "costs.jsonl"
    prices = [PRICE, PRICE | {"packages": PACKAGES | {"h11": "0.16.0"}}]
    costs.write_text("".join(json.dumps(each) + "\n" for each in prices), "utf-8")
    Draft202012Validator.check_schema(SCHEMA)
    clients = clients_file.written(tmp_path / "clients.json")
    data = reported(folder, "--costs", str(costs), "--clients", str(clients), code=1)
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
    assert [price["stack"] for price in data["costs"]] == [None, 1]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema",), 1),
        (("clients",), {}),
        (("surplus",), 1),
        (("stacks", 0, "started"), "yesterday"),
        (("stacks", 0, "packages"), {"starlette": 1}),
        (("specs", 0, "cells", 0), "1"),
        (("cells", 0, "verdict"), "skipped"),
        (("cells", 0, "requests", 0), [1]),
        (("requests", 0, "between"), [[0, 1]]),
        (("explanations", 0, "severity"), "timing"),
        (("counts", "severities"), {"timing": 1}),
        (("responses", 0, "status"), "200"),
        (("turns", 0, "explanation"), None),
        (("changes", "RANGES", "link"), "javascript:alert(1)"),
    ],
)
def test_data_of_another_shape_are_not_as_the_schema_has_them(
    tmp_path: Path, place: tuple[Any, ...], value: object
) -> None:
    data: Any = reported(three_releases(tmp_path / "runs"))
    inner = data
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    assert not VALIDATOR.is_valid(data)


def test_clients_stand_beside_the_runs_with_the_reasons_of_what_is_missing(tmp_path: Path) -> None:
    file = clients_file.written(tmp_path / "clients.json")
    data = reported(three_releases(tmp_path / "runs"), "--clients", str(file))
    found = data["clients"]
    assert [(each["package"], each["releases"]) for each in found["streams"]] == [
        (None, []),
        ("sse-starlette", ["2.4.1", "2.5.0"]),
        ("sse-starlette", ["3.0.0", "3.0.1"]),
    ]
    assert [row["cells"] for row in found["rows"]] == [
        [[0, 0], [1, 0], [2, 0]],
        [[0, 1], [1, 0], [2, 2]],
        [],
    ]
    assert [each["difference"] for each in found["outcomes"]] == ["", "1 event lost", MARKUP]
    assert [each["text"] for each in data["not_judged"]] == [
        "client absent 1.0: there is no node",
        "not recorded for clients: sse-starlette-3.0.2: did not start",
    ]


def test_columns_are_in_the_order_of_releases_and_rows_in_that_of_apps(tmp_path: Path) -> None:
    data = reported(three_releases(tmp_path / "runs"))
    assert names(data) == ["starlette-1.6.0", "starlette-1.7.0", "starlette-1.8.0"]
    assert data["groups"] == [{"name": "starlette-1.6.0 to starlette-1.8.0", "stacks": [0, 1, 2]}]
    assert [(spec["app"], spec["name"], spec["case"]) for spec in data["specs"]] == [
        ("hello", "is hostile", "</script><script>hacked=1</script>"),
        ("json_cors", "greets the user", ""),
        ("static_files", "serves a file", "note.txt"),
    ]


def test_an_answer_that_is_given_again_is_kept_once(tmp_path: Path) -> None:
    data = reported(three_releases(tmp_path / "runs"))
    assert len(data["requests"]) == 3
    bodies = [response["body"] for response in data["responses"]]
    assert sorted(map(bodies.count, {'{"response":"Hello Vader !!!"}', "A note.\n"})) == [2, 2]


def turns(data: dict[str, Any], app: str) -> list[tuple[int, int, list[str], bool]]:
    """Between which stacks the responses of an app change, why, and whether that is all of it."""
    found = []
    for turn in data["turns"]:
        why = data["explanations"][turn["explanation"]]
        if data["requests"][turn["request"]]["app"] == app:
            found.append((turn["since"], turn["stack"], [*why["reasons"]], not why["remaining"]))
    return found


def test_a_turn_has_the_change_behind_it_or_is_unexplained(tmp_path: Path) -> None:
    data = reported(three_releases(tmp_path / "runs"))
    assert turns(data, "json_cors") == [(0, 1, ["CORS_VARIES_ALWAYS"], True)]
    assert turns(data, "static_files") == [(1, 2, [], False)]


def altered(folder: Path, greets: tuple[str, str] = ("pass", "")) -> dict[str, Any]:
    """Two releases, of which the newer one has another body besides."""
    made(folder, "1.6.0", varies=False, greets=greets)
    path = made(folder, "1.7.0", varies=True)
    text = path.read_text("utf-8").replace("Hello Vader !!!", "Hello Vader ???")
    path.write_text(text, "utf-8")
    return reported(folder)


def test_a_named_change_explains_no_more_than_it_does(tmp_path: Path) -> None:
    data = altered(tmp_path / "runs", ("fail", "vary"))
    assert turns(data, "json_cors") == [(0, 1, ["CORS_VARIES_ALWAYS"], False)]


def test_the_page_explains_and_counts_as_judge_does(tmp_path: Path) -> None:
    """Also where the spec passed on both: what it asserted explains nothing beside its effects."""
    folder = tmp_path / "runs"
    data = altered(folder)
    older, newer = (RunResponses.read(path) for path in sorted(folder.glob("*.jsonl")))
    assert data["counts"]["unexplained"] == 2
    assert data["counts"] == compare_runs(older, newer, ledger()).counts


def test_a_stack_that_misses_a_spec_is_passed_over_and_its_cell_is_empty(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    made(folder, "1.6.0", varies=False)
    made(folder, "1.7.0", varies=True, serves=False)
    made(folder, "1.8.0", varies=True, note="404 Not Found")
    data = reported(folder)
    assert data["specs"][2]["cells"][1] is None
    assert [turn[:2] for turn in turns(data, "static_files")] == [(0, 2)]


def test_of_the_runs_of_one_stack_the_newest_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = three_releases(tmp_path / "runs")
    older = made(folder, "1.7.0", varies=False)
    text = re.sub(r'"started":"\d+', '"started":"2001', older.read_text("utf-8"), count=1)
    older.write_text(text, "utf-8")
    data = reported(folder)
    assert len(data["stacks"]) == 3
    assert "; 1 older run of the same packages left out" in capsys.readouterr().out
    newer = older.read_text("utf-8").replace('"uvicorn":"0.50.0"', '"uvicorn":"0.51.0"')
    older.write_text(newer, "utf-8")
    assert names(reported(folder)).count("starlette-1.7.0") == 2


def test_a_run_that_was_cut_off_is_named_and_the_page_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = three_releases(tmp_path / "runs")
    path = made(folder, "1.9.0", varies=True)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    (folder / "torn.jsonl").write_text('{"kind":"run","sch', "utf-8")
    target = tmp_path / "page.html"
    assert main(["report", str(folder), "--html", str(target)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "NOT JUDGED starlette-1.9.0: the run was cut off; 2 of 3 specs have no verdict" in said
    assert "NOT JUDGED torn.jsonl: cut off in its first line" in said
    assert target.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_a_part_says_how_large_it_is_and_of_no_spec_that_it_has_no_verdict(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    for release in ("1.6.0", "1.7.0"):
        path = made(folder, release, varies=True, serves=release == "1.6.0")
        whole = path.read_text("utf-8")
        path.write_text(whole.replace('"complete":true', '"complete":false', 1), "utf-8")
    assert [each["text"] for each in reported(folder)["not_judged"]] == [
        "only a part was selected, 3 specs",
        "only a part was selected, 2 specs; 1 of 3 specs have no verdict",
    ]


def test_two_stacks_of_no_series_are_compared_with_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    beside_httptools(folder, {})
    made(folder, "1.7.0", varies=True)
    data = reported(folder)
    assert [names(data)[number] for number in data["pair"]] == [
        "starlette-1.6.0-httptools",
        "starlette-1.7.0",
    ]


def test_what_could_not_be_judged_says_why(tmp_path: Path) -> None:
    folder = three_releases(tmp_path / "runs")
    not_installable(folder, "1.9.0")
    said = reported(folder)["not_judged"]
    assert said == [{"stack": 3, "text": "not installable: 2 specs; no such release"}]


def test_the_same_runs_give_the_same_page(tmp_path: Path) -> None:
    folder = three_releases(tmp_path / "runs")
    pages = []
    for name in ("one.html", "other.html"):
        assert main(["report", str(folder), "--html", str(tmp_path / name)]) == 0
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_nothing_from_a_run_file_is_markup_of_the_page(tmp_path: Path) -> None:
    data = reported(three_releases(tmp_path / "runs"))
    text = page(data)
    assert MARKUP in json.dumps(data)
    assert "hacked" not in text
    assert text.count("</script>") == 2
    found = re.search(r'<script type="text/plain" id="data">([A-Za-z0-9+/=]+)</script>', text)
    assert found
    assert json.loads(gzip.decompress(base64.b64decode(found[1]))) == data


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"kind": "run", "schema": 99}, "not a run file of schema 1 or 2"),
        ({"kind": "run", "schema": 1, "stack": 7}, ":1: field stack: expected str, got int"),
        ({"kind": "run", "schema": 2, "stack": 7}, ":1: field stack: expected str, got int"),
        ({"kind": "run", "schema": 2}, ":1: object missing required field stack"),
        ({"kind": "end"}, "not a run file of schema 1 or 2"),
        ([], ":1: expected object, got array"),
    ],
)
def test_what_is_no_run_file_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record: object, said: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(record) + "\n", "utf-8")
    target = tmp_path / "page.html"
    error = refused(capsys, str(path), "--html", str(target))
    assert str(path) in error
    assert said in error
    assert not target.exists()


def test_a_verdict_that_names_an_exchange_which_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made(tmp_path, "1.7.0", varies=True)
    text = path.read_text("utf-8").replace('"exchanges":[1]', '"exchanges":[77]')
    path.write_text(text, "utf-8")
    error = refused(capsys, str(path), "--html", str(tmp_path / "page.html"))
    assert f"{path}:3: field exchanges: no exchange 77; judge the stack again" in error


def test_a_package_whose_version_is_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made(tmp_path, "1.7.0", varies=True)
    text = path.read_text("utf-8").replace('"starlette":"1.7.0"', '"starlette":"new"')
    path.write_text(text, "utf-8")
    error = refused(capsys, str(path), "--html", str(tmp_path / "page.html"))
    assert f"{path}: starlette-1.7.0: starlette calls itself 'new', no version" in error


def test_wrong_arguments_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = three_releases(tmp_path / "runs")
    (tmp_path / "empty").mkdir()
    html = str(tmp_path / "page.html")
    lacking = str(tmp_path / "lacking" / "page.html")
    (tmp_path / "nothing.jsonl").touch()
    for arguments, said in (
        ([str(folder)], "give --html FILE, --json FILE or both"),
        ([str(tmp_path / "empty"), "--html", html], "no run file (*.jsonl) in this folder"),
        ([str(tmp_path / "no.jsonl"), "--html", html], "no.jsonl: no such file or folder"),
        ([str(tmp_path / "nothing.jsonl"), "--html", html], "no run file holds a run"),
        ([str(folder), "--html", lacking], f"{lacking}: there is no folder"),
        ([str(folder), "--html", str(folder)], "is a folder; name a file"),
        ([str(folder), "--html", html, "--json", html], "two outputs go there"),
        ([str(folder), "--html", html, "--costs", "no.jsonl"], "no.jsonl: no such file"),
        ([str(folder), "--html", html, "--costs", str(tmp_path / "nothing.jsonl")], "no costs"),
        ([str(folder), "--html", html, "--clients", "no.json"], "no.json: No such file"),
    ):
        assert said in refused(capsys, *arguments)
    assert not (tmp_path / "page.html").exists()


def test_a_file_that_cannot_be_finished_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    output_files.write(path, "before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3, hard))
    try:
        with pytest.raises(Failure, match=r"page\.html: cannot be written: File too l") as caught:
            output_files.write(path, "after")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.exit_code == 4
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
    assert path.read_text("utf-8") == "before"


def test_stdout_gets_the_data_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = three_releases(tmp_path / "runs")
    assert main(["report", str(folder), "--json", "-"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["schema"] == 4
    assert "3 stacks, 3 specs" in shown.err
    assert GREETS.format("starlette-1.6.0") not in shown.out


def test_exchanges_of_a_stack_that_was_not_provisioned_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(tmp_path, "a")
    run.begin(None)
    run.exchange("s", recorded_exchange("hello", "1.0.0", "/", "200 OK", {}, ""))
    run.end()
    assert main(["report", str(run.path), "--json", "-"]) == 2
    assert "exchanges of a stack that could not be provisioned" in capsys.readouterr().err


def test_a_stack_on_two_axes_stands_once_and_every_column_has_a_group() -> None:
    known = catalogue()
    columns = [Column(stack, "", None, True, None, None) for stack in known.stacks]
    grouped = [each.stack for group in in_order(columns, known).values() for each in group]
    assert sorted(grouped) == sorted(known.stacks)
