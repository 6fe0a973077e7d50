"""What commands print and write of hostile results is text: run files, diffs, loads, gates."""

import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from playwright.sync_api import Browser
from rich.console import Console

from starlette_conformance.__main__ import main
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.gate_table import print_findings
from starlette_conformance.diff.conclude import FORMATS
from starlette_conformance.diff.terminal import render, render_unexplained
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.load import capacity_report
from starlette_conformance.load.capacity_search import Knee
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.output.console import PlainConsole
from starlette_conformance.pytest_plugin.inert_terminal import make_inert
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.runs.verdict_table import print_table
from starlette_conformance.stacks.ledger import Ledger
from starlette_conformance.stacks.project import ROOT
from tests.miniatures.hostile_results import SHORT, hostile_diff, hostile_run
from tests.miniatures.hostile_text import FORGED, HOSTILE, MENTIONED
from tests.miniatures.log_parsers import inert, read_as_text
from tests.miniatures.raw_server import ENVIRONMENT, closes, miniature

RUN_FORMATS = [
    ["matrix"],
    ["matrix", "--junit", "-"],
    ["matrix", "--markdown", "-"],
    ["report", "--html", "-"],
    ["report", "--json", "-"],
]


@pytest.mark.parametrize("verb", RUN_FORMATS, ids=" ".join)
def test_a_run_file_is_inert(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = "3.11.7" if verb[0] == "report" else HOSTILE[:SHORT]
    hostile_run(tmp_path / "runs", python=python)
    assert main([verb[0], str(tmp_path / "runs"), *verb[1:]]) == 1
    output = capsys.readouterr()
    inert(f"{FORGED}{output.out}")
    inert(f"{FORGED}{output.err}")
    if "--markdown" in verb:
        assert not [each for each in MENTIONED if each in read_as_text(output.out)]


@pytest.mark.parametrize("field", ["python", "starlette"])
def test_the_metadata_of_packages_are_inert(
    field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = {"starlette": "1.0.0", "uvicorn": "0.50.0", HOSTILE: HOSTILE} | {field: HOSTILE}
    said = {"python": "3.11.7", "implementation": HOSTILE, field: HOSTILE, "packages": packages}
    (tmp_path / "said.json").write_text(json.dumps(said))
    interpreter = tmp_path / "python"
    interpreter.write_text(f"#!/bin/sh\ncat '{tmp_path}/said.json'\n")
    interpreter.chmod(0o755)
    assert main(["diff", str(interpreter), str(interpreter)]) == 2
    output = capsys.readouterr()
    inert(f"{output.out}{output.err}")


def finding(outcome: str) -> Finding:
    return Finding(HOSTILE, "instructions", 1.0, 2.0, 1.0, 0.1, 0.1, outcome)


def explored(output: Console) -> None:
    request = Request("hello", b"GET /forged HTTP/1.1\r\nx: ##[error]forged\r\n\r\n")
    sent = SentRequest("hello", request)
    before = {
        sent: WireResponse(Response(200, {HOSTILE: HOSTILE}, HOSTILE.encode("utf-8", "replace")))
    }
    comparison = Comparison(ENVIRONMENT, replace(ENVIRONMENT, name=HOSTILE), Ledger({}, [], {}, {}))
    explained = comparison.explain(before, {sent: WireResponse(Response(500))})
    render_unexplained(comparison.diff(explained), output)


PRINTED: dict[str, Callable[[Console], None]] = {
    "diff": lambda output: render(hostile_diff(), output),
    "explore": explored,
    "gate": lambda output: print_findings([finding("regression"), finding("pass")], output),
    "knee": lambda output: output.print(
        capacity_report.table([Knee(HOSTILE)]), capacity_report.why(Knee(HOSTILE))
    ),
    "table": lambda output: print_table(
        {(HOSTILE, "hello"): Counter({"pass": 1})}, {HOSTILE: 1.0}, ["hello"], output
    ),
}


@pytest.mark.parametrize("width", [40, 200])
@pytest.mark.parametrize("printed", PRINTED)
def test_what_is_printed_is_inert(printed: str, width: int) -> None:
    output = PlainConsole(width=width)
    output.file = io.StringIO()
    PRINTED[printed](output)
    inert(output.file.getvalue())


def test_annotations_are_the_commands_of_ours_alone() -> None:
    text = FORMATS["annotations"](hostile_diff())
    lines = [
        re.fullmatch(r"::(warning|error|notice) title=[^:,]*::(.*)", x) for x in text.split("\n")
    ]
    assert [line and line[1] for line in lines] == ["error", "error", "warning", "notice", None]
    inert(f"{FORGED}\n" + "\n".join(line[2] for line in lines if line))


@pytest.mark.parametrize("name", sorted({*FORMATS} - {"annotations"}))
def test_a_file_of_a_diff_is_inert(name: str) -> None:
    text = FORMATS[name](hostile_diff())
    inert(text)
    if name == "markdown":
        outside = read_as_text(text)
        assert not [each for each in (*MENTIONED, FORGED) if each in outside]


def test_the_page_of_a_diff_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "diff.html"
    path.write_text(FORMATS["html"](hostile_diff()), "utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.title() != FORGED
    assert page.locator("script, img, iframe, a").count() == 0
    inert(page.locator("body").inner_text())
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 400, "nothing is cut off"
    page.close()


def test_the_page_of_a_report_shows_it(browser: Browser, tmp_path: Path) -> None:
    run, path = hostile_run(tmp_path / "runs", python="3.11.7"), tmp_path / "report.html"
    assert main(["report", str(run), "--html", str(path)]) == 1
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.locator("summary").evaluate_all("all => all.forEach(each => each.click())")
    assert page.title() != FORGED
    shown = page.locator("body").inner_text()
    assert FORGED in shown
    assert {char for char in shown if not char.isprintable()} <= set("\n\t\xa0")
    page.close()


def test_a_locale_without_a_character_shows_its_escape(tmp_path: Path) -> None:
    hostile_run(tmp_path / "runs", ["forged é →"])
    env = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    env.pop("PYTHONIOENCODING", None)  # which tox sets
    done = subprocess.run(
        [sys.executable, "-m", "starlette_conformance", "matrix", str(tmp_path / "runs")],
        cwd=ROOT,
        capture_output=True,
        timeout=50,
        check=False,
        env=env,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"forged \xe9 \u2192" in done.stdout


def test_what_pytest_writes_is_inert_whoever_made_it() -> None:
    """Specs of a user's own show what servers sent without any help of ours."""
    written: list[str] = []
    writer = SimpleNamespace(write_raw=lambda msg, **_: written.append(msg))
    config = SimpleNamespace(
        pluginmanager=SimpleNamespace(has_plugin=lambda _: True), get_terminal_writer=lambda: writer
    )
    make_inert(cast("pytest.Config", config))
    writer.write_raw(f"\x1b[31mE   {HOSTILE}\x1b[0m\n")
    assert written[0].startswith("\x1b[31mE   ")
    inert("".join(written).removeprefix("\x1b[31m").removesuffix("\x1b[0m\n"))


def test_pytest_is_inert(tmp_path: Path) -> None:
    """GitHub obeys `##[` wherever it stands, and pytest shows values in the middle of lines."""
    text = HOSTILE.replace("\n", " ").replace("\r", " ").encode("utf-8", "replace")
    response = b"HTTP/1.1 200 " + text[:60] + b"\r\nx: " + text + b"\r\n\r\n" + text + b"\n" + text
    command = [sys.executable, "-m", "pytest", "specs/hello/test_hello.py", "-q", "-k", "greets"]
    with miniature(closes(response)) as server:
        done = subprocess.run(
            [*command, "--url", f"hello=http://127.0.0.1:{server.port}", "--runs", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
            env={**os.environ, "NO_COLOR": "1"},
        )
    assert done.returncode == 1, done.stdout
    inert(done.stdout)
    assert done.stderr == ""
