"""The site of run files: its pages, its data and their schemas, badges, feed and history."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from starlette_conformance.__main__ import main
from starlette_conformance.model.decode import from_json
from starlette_conformance.published.badge import badge
from starlette_conformance.published.documents import HistoryLine, Index, schema_of
from starlette_conformance.published.documents import Release as Document
from starlette_conformance.published.releases import Release, in_series, pairs, releases
from starlette_conformance.stacks.project import catalogue, ledger
from tests.miniatures.run_files import (
    MARKUP,
    beside_httptools,
    made,
    not_installable,
    three_releases,
)

ATOM = "{http://www.w3.org/2005/Atom}"


def the_site(folder: Path, *more: str, code: int = 0) -> Path:
    output = folder / "public"
    arguments = ["site", str(folder / "runs"), "--output", str(output), *more]
    assert main(arguments) == code
    return output


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    three_releases(folder / "runs")
    not_installable(folder / "runs", "1.9.0")
    return the_site(folder, "--url", "https://example.org/answers")


def read(path: Path) -> Any:
    return json.loads(read_text(path))


def read_text(path: Path) -> str:
    return path.read_text("utf-8")


def test_every_document_is_as_its_schema_has_it(output: Path) -> None:
    schemas = {path.stem: read(path) for path in output.glob("schema/*.json")}
    lines = [
        json.loads(line)
        for path in output.glob("history/*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    documents = {
        "index": [read(output / "index.json")],
        "release": [read(path) for path in output.glob("release/*/*.json")],
        "history": lines,
    }
    assert {name: len(those) for name, those in documents.items()} == {
        "index": 1,
        "release": 4,
        "history": 4,
    }
    for name, those in documents.items():
        Draft202012Validator.check_schema(schemas[name])
        validator = Draft202012Validator(schemas[name], format_checker=FormatChecker())
        assert [error.message for each in those for error in validator.iter_errors(each)] == []


def test_a_document_of_another_shape_is_not_as_the_schema_has_it(output: Path) -> None:
    validator = Draft202012Validator(schema_of(Index, ""))
    index = read(output / "index.json")
    assert validator.is_valid(index)
    for path in ("runs/../../secret.jsonl.xz", "/etc/passwd", "https://x.org/a.jsonl.xz"):
        link = index["stacks"][0]["run"] | {"path": path}
        planted = [index["stacks"][0] | {"run": link}]
        assert not validator.is_valid(index | {"stacks": planted})


def test_a_release_says_what_it_changed_and_how_it_compares(output: Path) -> None:
    release = read(output / "release/starlette/1.7.0.json")
    previous, newest = release["previous"], release["newest"]
    assert previous["page"] == "diff/starlette/1.6.0...1.7.0/index.html"
    assert (previous["responses"]["differing"], previous["responses"]["unexplained"]) == (2, 1)
    assert previous["exit_code"] == 1
    assert newest is None, "the newest one could not be installed"
    assert {each["name"] for each in release["changes"]} == {
        name for name, change in ledger().changes.items() if change.first == "1.7.0"
    } - {"python"}
    assert release["judged"]["verdicts"] == {"pass": 2, "fail": 1}
    assert [each["reason"] for each in release["failed"]] == ["body"]
    lost = read(output / "release/starlette/1.9.0.json")
    assert lost["judged"]["run"] is None
    assert lost["previous"] is None


def test_what_a_run_file_says_is_text_on_every_page(output: Path) -> None:
    pages = {path: path.read_text("utf-8") for path in output.rglob("*.html")}
    assert any("&lt;img src=x" in text for text in pages.values())
    assert [str(path) for path, text in pages.items() if MARKUP in text] == []
    assert "onerror='" not in (output / "feed.xml").read_text("utf-8")


def test_every_link_within_the_site_leads_to_a_file(output: Path) -> None:
    pages = [path for path in output.rglob("*.html") if path.parent.name != "report"]
    assert len(pages) > 100
    for page in pages:
        text = page.read_text("utf-8")
        for link in set(re.findall(r'href="([^"]+)', text)):
            target = link.partition("#")[0]
            if target and not target.startswith(("https:", "data:")):
                assert (page.parent / target).is_file(), (page, link)


def test_each_release_is_compared_with_the_one_before_and_the_newest() -> None:
    names = [f"starlette-{number}" for number in ("1.0.0", "1.1.0", "1.9.0", "1.10.0")]
    (series,) = in_series(releases(names, catalogue()).values())
    assert [(a.number, b.number) for a, b in pairs(series)] == [
        ("1.0.0", "1.1.0"),
        ("1.1.0", "1.9.0"),
        ("1.9.0", "1.10.0"),
        ("1.0.0", "1.10.0"),
        ("1.1.0", "1.10.0"),
    ]


@pytest.mark.parametrize(
    ("stack", "release"),
    [
        ("starlette-1.10.0", ("starlette", "1.10.0")),
        ("starlette-0.13.8-httptools", ("starlette", "0.13.8-httptools")),
        ("uvicorn-0.34.0-h11", ("uvicorn", "0.34.0-h11")),
        ("starlette==1.11.0", ("starlette", "1.11.0")),
        ("starlette==1.11.0rc1", ("starlette", "1.11.0rc1")),
        ("documented", None),
        ("starlette-0.46.1-python-3.12", None),
        ("sse-starlette-3.7.0-uvicorn-0.54.0", None),
        ("starlette==1.*", None),
        ("starlette>=1.0", None),
        ("fastapi==0.115.12", None),
        ("starlette==1.0,uvicorn==0.34.0", None),
        ("../../starlette==1.0", None),
        (MARKUP, None),
    ],
)
def test_a_stack_is_a_release_where_one_package_alone_makes_it(
    stack: str, release: tuple[str, str] | None
) -> None:
    found = releases([stack], catalogue()).get(stack)
    assert (found and (found.package, found.version)) == release


def test_a_release_on_its_axis_comes_before_a_requirement_of_it() -> None:
    found = releases(["starlette==1.10.0", "starlette-1.10.0"], catalogue())
    assert found == {"starlette-1.10.0": Release("starlette", "1.10.0", "", "starlette-1.10.0")}


def test_a_badge_is_green_only_where_every_spec_passed(output: Path) -> None:
    assert read(output / "badge/starlette/1.7.0.json") == {
        "schemaVersion": 1,
        "label": "starlette 1.7.0",
        "message": "2 of 3",
        "color": "red",
    }
    index = read(output / "index.json")
    good = index["stacks"][0] | {"verdicts": {"pass": 1226}}
    for changed, expected in (
        ({}, ("1,226 of 1,226", "brightgreen")),
        ({"complete": False}, ("inconclusive", "lightgrey")),
        ({"finished": None}, ("inconclusive", "lightgrey")),
        ({"verdicts": {}}, ("inconclusive", "lightgrey")),
        ({"verdicts": {"pass": 1, "harness error": 1}}, ("1 of 2", "lightgrey")),
    ):
        stacks = [good | changed]
        from_index = json.dumps(index | {"stacks": stacks})
        (judged,) = from_json(from_index, Index, "here").stacks
        shown = badge(judged)
        assert (shown["message"], shown["color"]) == expected


def test_a_part_is_not_called_whole_on_the_start_page(tmp_path: Path) -> None:
    made(tmp_path / "runs", "1.8.0", varies=True)
    beside_httptools(tmp_path / "runs", {})
    for path in (tmp_path / "runs").glob("*.jsonl"):
        whole = path.read_text("utf-8")
        path.write_text(whole.replace('"complete":true', '"complete":false', 1), "utf-8")
    start = (the_site(tmp_path) / "index.html").read_text("utf-8")
    assert re.findall(r"\d+ of \d+, a part", start) == ["2 of 3, a part", "1 of 1, a part"]
    assert "starlette-1.6.0-httptools: <span" in start


def test_what_is_gone_is_good_news_where_it_was_a_regression(tmp_path: Path) -> None:
    """The first of both releases of sse-starlette has SIGNAL_UNHEARD."""
    made(tmp_path / "runs", "1.7.0", varies=True)
    path = made(tmp_path / "runs", "1.8.0", varies=True)
    older, newer = (f'"sse-starlette":"{release}"' for release in ("3.0.0", "3.7.0"))
    path.write_text(path.read_text("utf-8").replace(older, newer), "utf-8")
    output = the_site(tmp_path)
    start = (output / "index.html").read_text("utf-8")
    assert '<span class="good">regression, gone</span>' in start
    assert '<span class="good">fix</span>' in start
    (title,) = re.findall("<title>(starlette.*)</title>", (output / "feed.xml").read_text("utf-8"))
    assert "1 regression gone" in title


def test_a_feed_names_the_parser_of_a_series_in_words(output: Path) -> None:
    (judged, *_) = from_json(read_text(output / "index.json"), Index, "here").stacks
    document = from_json(read_text(output / "release/starlette/1.8.0.json"), Document, "here")
    assert document.name == "starlette 1.8.0"
    beside = msgspec.structs.replace(document, version="1.8.0-h11", judged=judged)
    assert (beside.name, beside.parser) == ("starlette 1.8.0 with h11", "h11")


def test_the_feed_has_an_entry_a_release_that_stays_what_it_is(
    output: Path, tmp_path: Path
) -> None:
    feed = ET.parse(output / "feed.xml").getroot()
    entries = feed.findall(f"{ATOM}entry")
    titles = [each.findtext(f"{ATOM}title") or "" for each in entries]
    assert titles == [
        "starlette 1.8.0: 2 unexplained differences, 2 fixes",
        "starlette 1.7.0: 1 unexplained difference, 1 feature, 8 fixes",
    ]
    link = entries[0].find(f"{ATOM}link")
    assert link is not None
    address = "https://example.org/answers/diff/starlette/1.7.0...1.8.0/index.html"
    assert link.get("href") == address
    three_releases(tmp_path / "runs")
    first = (the_site(tmp_path, code=0) / "feed.xml").read_text("utf-8")
    assert (the_site(tmp_path) / "feed.xml").read_text("utf-8") == first


def test_the_history_grows_and_never_changes(tmp_path: Path) -> None:
    three_releases(tmp_path / "runs")
    old = HistoryLine(
        stack="starlette-1.0.0",
        package="starlette",
        version="1.0.0",
        packages={},
        started=datetime(2026, 1, 1, tzinfo=UTC),
        tool="0.0.1",
        verdicts={"pass": 1},
    )
    history = tmp_path / "history"
    history.mkdir()
    kept = history / "2026-01-01.jsonl"
    kept.write_bytes(msgspec.json.encode(old) + b"\n")
    before = kept.read_bytes()
    output = the_site(tmp_path, "--history", str(history))
    (today,) = set(history.iterdir()) - {kept}
    first = today.read_bytes()
    assert len(first.splitlines()) == 3
    the_site(tmp_path, "--history", str(history))
    assert today.read_bytes() == first, "these runs are there"
    made(tmp_path / "runs", "1.10.0", varies=True)
    the_site(tmp_path, "--history", str(history))
    assert today.read_bytes().startswith(first)
    assert len(today.read_bytes().splitlines()) == 4
    assert kept.read_bytes() == before
    assert {path.name for path in (output / "history").iterdir()} == {kept.name, today.name}


def test_a_damaged_history_is_named_and_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    three_releases(tmp_path / "runs")
    history = tmp_path / "history"
    history.mkdir()
    (history / "2026-01-01.jsonl").write_text('{"schema":1}\n', "utf-8")
    the_site(tmp_path, "--history", str(history), code=2)
    assert "2026-01-01.jsonl:1: " in capsys.readouterr().err
    assert not (tmp_path / "public").exists()


def test_a_folder_of_somebody_else_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    three_releases(tmp_path / "runs")
    theirs = tmp_path / "public/runs/mine.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    the_site(tmp_path, code=2)
    assert "name another folder" in capsys.readouterr().err
    assert theirs.read_text() == "mine"


def test_what_lies_beside_is_kept_and_old_pages_go(tmp_path: Path) -> None:
    three_releases(tmp_path / "runs")
    output = the_site(tmp_path)
    docs = output / "docs/index.html"
    docs.parent.mkdir()
    docs.write_text("docs")
    (output / "diff/starlette/0.1...0.2").mkdir()
    the_site(tmp_path)
    assert docs.read_text() == "docs"
    assert "docs/index.html" in (output / "index.html").read_text("utf-8")
    assert not (output / "diff/starlette/0.1...0.2").exists()
    assert [path.name for path in output.iterdir() if path.name.startswith(".")] == []


def test_a_run_that_was_cut_off_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    three_releases(tmp_path / "runs")
    made(tmp_path / "runs", "1.9.0", varies=True, ends=False)
    output = the_site(tmp_path, code=1)
    assert "NOT JUDGED starlette-1.9.0: its run was cut off" in capsys.readouterr().out
    assert "cut off" in (output / "index.html").read_text("utf-8")
    assert read(output / "release/starlette/1.9.0.json")["previous"]["exit_code"] == 1


def test_without_runs_it_says_what_makes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    the_site(tmp_path, code=2)
    assert "no such file or folder; `judge` makes runs/" in capsys.readouterr().err
