"""A hostile app on both sides of `diff --app`: every output shows what it says, and none obeys."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser

from starlette_conformance.__main__ import main
from starlette_conformance.stacks.project import ROOT, catalogue
from starlette_conformance.stacks.provision import provision
from tests.miniatures.hostile_text import ATTEMPTS, FORGED, MENTIONED
from tests.miniatures.log_parsers import inert, read_as_text

FORMATS = ("json", "markdown", "html", "junit")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `diff --app` prints, and its files."""
    folder = tmp_path_factory.mktemp("hostile")
    old = provision(catalogue().named("documented")).interpreter
    new = folder / "python"
    new.write_text(f'#!/bin/sh\nPLANTED=1 exec {old} "$@"\n')
    new.chmod(0o755)
    requests = folder / "::error::forged ##[error]forged.http"
    requests.write_text("\n\n###\n".join(f"GET /{n}" for n in range(len(ATTEMPTS))))
    words = ["--app", "tests.miniatures.hostile_app:app", "--cwd", str(ROOT)]
    words += [word for name in FORMATS for word in (f"--{name}", str(folder / name))]
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = main(["diff", str(old), str(new), "--requests", str(requests), *words])
    assert code == 1, out.getvalue() + err.getvalue()
    files = {name: (folder / name).read_text("utf-8") for name in FORMATS}
    return {"stdout": out.getvalue(), "stderr": f"{FORGED}{err.getvalue()}", **files}


@pytest.mark.parametrize("name", ["stdout", "stderr", *FORMATS])
def test_each_output_is_inert(name: str, outputs: dict[str, str]) -> None:
    inert(outputs[name])


def test_every_request_differs_and_is_shown(outputs: dict[str, str]) -> None:
    assert json.loads(outputs["json"])["counts"]["unexplained"] == len(ATTEMPTS)


def test_markdown_formats_nothing_of_it(outputs: dict[str, str]) -> None:
    outside = read_as_text(outputs["markdown"])
    assert not [each for each in MENTIONED if each in outside]


def test_junit_can_be_read(outputs: dict[str, str]) -> None:
    assert int(ET.fromstring(outputs["junit"])[0].get("failures", "0")) > 0


def test_the_page_runs_and_fetches_nothing(
    outputs: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "diff.html"
    path.write_text(outputs["html"], "utf-8")
    page = browser.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(path.as_uri())
    page.locator("summary").evaluate_all("all => all.forEach(each => each.click())")
    assert fetched == [path.as_uri()]
    assert page.title() != FORGED
    assert page.locator("script").count() == 0
    links = page.locator("a").evaluate_all("all => all.map(each => each.href)")
    assert [link for link in links if FORGED in link] == []
    inert(page.locator("body").inner_text().replace("\t", " "))
    page.close()


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    if shutil.which("tmux") is None:
        pytest.skip("no tmux on PATH: a terminal is what pyte makes of the output")
    command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null"]
    yield command
    subprocess.run([*command, "kill-server"], check=False, capture_output=True)


def test_a_terminal_shows_it(outputs: dict[str, str], tmux: list[str], tmp_path: Path) -> None:
    path = tmp_path / "output"
    path.write_text(f"first\n{outputs['stdout']}\nlast\n", "utf-8")
    start = ["new-session", "-d", "-x", "150", "-y", "50", f"cat '{path}'; sleep 60"]
    subprocess.run([*tmux, *start], check=True, timeout=20)
    shown, deadline = "", time.monotonic() + 20
    while "\nlast" not in shown and time.monotonic() < deadline:
        capture = [*tmux, "capture-pane", "-p", "-J", "-S", "-"]
        shown = subprocess.run(capture, check=True, capture_output=True, text=True).stdout
    named = [*tmux, "display-message", "-p", "#{pane_title}"]
    title = subprocess.run(named, check=True, capture_output=True, text=True).stdout
    lines = [line.rstrip() for line in shown.splitlines() if line.strip()]
    assert lines[0] == "first"
    assert lines[-1] == "last"
    assert FORGED not in title
    wanted = [line.rstrip() for line in outputs["stdout"].splitlines() if line.strip()]
    assert lines[1:-1] == wanted


def test_what_an_app_logs_that_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.http").write_text("GET /")
    words = ["--requests", str(tmp_path / "a.http"), "--cwd", str(ROOT)]
    app = "tests.miniatures.hostile_start:app"
    assert main(["diff", "documented", "documented", "--app", app, *words]) == 3
    output = capsys.readouterr()
    inert(output.out + output.err)
