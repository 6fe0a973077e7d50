"""The diff of two real stacks, as a user runs it: what it finds, and how it ends."""

import html
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.diff import reference_apps as diff
from starlette_conformance.model.errors import NotInstallable
from starlette_conformance.model.request import Request
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.stacks.project import catalogue, ledger
from starlette_conformance.stacks.provision import provision
from tests.miniatures.planted import NOW_AND_THEN, with_defect, with_defects

HOST = "Host: 127.0.0.1:PORT\r\n"


def requests_of_app(app: str, line: str, *headers: str) -> SentRequest:
    rest = "".join(f"{header}\r\n" for header in headers)
    return SentRequest(app, Request(app, f"{line} HTTP/1.1\r\n{HOST}{rest}\r\n".encode()))


CORPUS = [
    requests_of_app("hello", "GET /"),
    requests_of_app("json_cors", "GET /user/Vader"),
    requests_of_app("json_cors", "DELETE /"),
    requests_of_app("static_files", "GET /note.txt"),
    requests_of_app("static_files", "GET /note.txt", "Range: bytes=0-1"),
    requests_of_app("static_files", "GET /note.txt", "If-None-Match: *"),
    requests_of_app("static_files", "GET /large.bin"),
    requests_of_app("static_files", "DELETE /note.txt"),
    requests_of_app("sse", "GET /stream"),
]


@pytest.fixture(autouse=True)
def few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "corpus", lambda _: CORPUS)
    monkeypatch.setattr(diff, "client_requests", lambda _: [])
    monkeypatch.setattr(diff, "chosen_scenarios", lambda _: [])


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    interpreter = provision(catalogue().named("starlette-1.10.0")).interpreter
    return with_defects(interpreter, tmp_path_factory.mktemp("damaged") / "copy")


@pytest.fixture(scope="module")
def found(damaged: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a diff with the damaged copy says, as JSON."""
    path = tmp_path_factory.mktemp("found") / "diff.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diff, "corpus", lambda _: CORPUS)
        patch.setattr(diff, "client_requests", lambda _: [])
        patch.setattr(diff, "chosen_scenarios", lambda _: [])
        code = main(["diff", "1.10.0", str(damaged), "--no-cause", "--json", str(path)])
    output: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return output | {"code": code}


SEEN = {
    "drops a header": ("GET /user/Vader HTTP/1.1", "header vary", "Origin", None),
    "adds a header": ("DELETE /note.txt HTTP/1.1", "header x-extra", None, "<b>"),
    "changes a status": ("DELETE / HTTP/1.1", "status", "405", "404"),
    "holds back the head of a stream": (
        "GET /stream HTTP/1.1",
        "arrivals",
        "head, then event 1, then event 2",
        "head with event 1, then event 2",
    ),
    "loses the last chunk": (
        "GET /large.bin HTTP/1.1",
        "ending",
        "whole",
        "131072 of 132072 bytes: closed by the server",
    ),
}


def test_a_stack_that_cannot_be_had_is_said_before_anything_is_recorded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(_: object) -> None:
        raise NotInstallable("there is no such release")

    monkeypatch.setattr(diff, "made", lacking)
    monkeypatch.setattr(diff, "corpus", None)
    assert main(["diff", "1.9.0", "1.10.0"]) == 3
    assert capsys.readouterr().err.endswith("not installable: there is no such release\n")


@pytest.mark.parametrize("defect", SEEN)
def test_a_defect_is_found_and_named_with_its_request(defect: str, found: dict[str, Any]) -> None:
    line, where, before, after = SEEN[defect]
    left = [
        (difference["where"], difference["before"], difference["after"])
        for group in found["unexplained"]
        for exchange in group["exchanges"]
        if exchange["request"][0] == line
        for difference in exchange["remaining"]
    ]
    assert (where, before, after) in left


def test_what_nobody_explains_ends_with_1_and_nothing_else_is_told(found: dict[str, Any]) -> None:
    assert found["code"] == 1
    lines = {e["request"][0] for group in found["unexplained"] for e in group["exchanges"]}
    assert lines == {line for line, *_ in SEEN.values()}
    assert found["explained"] == []


@pytest.mark.parametrize(
    ("defect", "app", "circumstance"),
    [
        ("every 50th body", "json_cors", "8 at once"),
        ("after 1,000 requests", "json_cors", "after 1,000 requests"),
        ("the fifth stream at once", "sse", "8 at once"),
    ],
)
def test_a_defect_that_comes_and_goes_is_unstable(
    defect: str, app: str, circumstance: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interpreter = provision(catalogue().named("starlette-1.10.0")).interpreter
    damaged = with_defect(interpreter, tmp_path / "copy", NOW_AND_THEN[defect])
    path = tmp_path / "diff.json"
    words = ["--only", app, "--repeat", "1000", "--json", str(path)]
    assert main(["diff", "1.10.0", str(damaged), "--no-cause", *words]) == 1
    found = json.loads(path.read_text("utf-8"))
    assert (found["unexplained"], found["counts"]["differing"]) == ([], 0)
    unstable, *_ = found["unstable"]
    assert (unstable["app"], "body" in unstable["fields"]) == (app, True)
    assert circumstance in unstable["circumstances"]
    assert 0 < unstable["count"] < unstable["total"]
    assert found["summary"].startswith("none of ")
    assert "; unstable responses to " in found["summary"]
    assert "UNSTABLE  " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "after 500 requests"),
        (["--repeat", "0"], "Nothing was repeated"),
        (["--quick"], "Nothing was repeated"),
        (["--quick", "--repeat", "300"], "after 300 requests"),
    ],
)
def test_a_diff_says_what_it_repeated(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "1.10.0", "1.10.0", "--only", "hello", *words]) == 0
    assert said in " ".join(capsys.readouterr().out.split())


def test_a_stack_does_not_differ_from_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "1.10.0", "1.10.0"]) == 0
    shown = capsys.readouterr()
    assert f"none of {len(CORPUS)} responses differs" in shown.out
    assert shown.err.splitlines()[0] == (
        "diff 1.10.0 1.10.0: install both, send each the specs' requests: 20 to 60 s"
    )


def test_an_upgrade_is_explained_the_most_dangerous_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {form: tmp_path / form for form in ("json", "markdown", "html", "junit")}
    options = [word for form, path in files.items() for word in (f"--{form}", str(path))]
    assert main(["diff", "0.46.1", "1.10.0", *options]) == 0
    found = json.loads(files["json"].read_text("utf-8"))
    assert [(group["severity"], group["name"]) for group in found["explained"]] == [
        ("status", "STAR_MATCHES_EVERY_TAG"),
        ("presence", "CORS_VARIES_ALWAYS"),
        ("presence", "FILES_ALLOW_ON_405"),
    ]
    standings = {(each["name"], each["standing"]) for each in found["security"]}
    assert standings == {
        (name, "gained") for name in ("RANGES_SPLIT", "HOST_CHECKED", "ABSOLUTE_PATHS_REFUSED")
    }
    cases = ET.fromstring(files["junit"].read_text("utf-8"))
    skipped = len(list(cases.iter("skipped")))
    assert skipped == len(found["not_shown"])
    assert (cases[0].get("tests"), cases[0].get("failures")) == (str(3 + skipped), "0")
    assert found["command"].startswith(
        "starlette-conformance diff starlette-0.46.1 starlette-1.10.0"
    )
    assert found["command"] in html.unescape(files["html"].read_text("utf-8"))
    output = capsys.readouterr().out
    assert "all explained by 3 changes, of which 1 alters a status" in output
    assert output.index("SECURITY") < output.index("STATUS STAR_MATCHES_EVERY_TAG")
    for text in (output, files["html"].read_text("utf-8")):
        assert "&lt; HTTP/1.1 304 Not Modified" in text or "< HTTP/1.1 304 Not Modified" in text


def test_a_downgrade_is_explained_and_names_the_fixes_that_go(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["diff", "1.10.0", "0.46.1", "--only", "json_cors"]) == 0
    output = capsys.readouterr().out
    assert "SECURITY NEW takes the fix away: " in output
    assert "CORS_VARIES_ALWAYS  fix, starlette 1.7.0, which NEW lacks" in output


OLD_PINGS, NEW_PINGS = "sse-starlette-1.3.4", "sse-starlette-1.4.0"


@pytest.mark.timeout(120)  # the first ping comes after 15 s
def test_a_ping_is_waited_for_where_pings_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = SentRequest("silent_stream", requests_of_app("sse", "GET /stream").request)
    monkeypatch.setattr(diff, "corpus", lambda _: [silent, requests_of_app("hello", "GET /")])
    assert main(["diff", OLD_PINGS, NEW_PINGS]) == 0
    shown = capsys.readouterr().out
    assert "1 of 2 responses differ, all explained by 1 change" in shown
    assert "BODY PINGS_ARE_COMMENTS" in shown
    assert main(["diff", NEW_PINGS, "sse-starlette-1.5.0"]) == 0
    assert "none of 1 responses differs" in capsys.readouterr().out


def test_what_no_request_shows_is_named_and_fails_on_its_kind(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pair = ["sse-starlette-2.4.1", "sse-starlette-3.0.0", "--only", "hello"]
    assert main(["diff", *pair]) == 0
    shown = capsys.readouterr().out
    assert "Between these stacks, and not compared here:" in shown
    assert "SIGNAL_UNHEARD (regression, sse-starlette 3.0.0 to 3.0.4)" in shown
    assert main(["diff", *pair, "--fail-on", "regression"]) == 1


UNHEARD_PAIR = ["sse-starlette-2.4.1", "sse-starlette-3.0.0", "--fail-on", "regression"]


def test_a_signal_that_ends_no_stream_is_shown_by_a_scenario(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {scenario.name: scenario for scenario in ledger().scenarios}
    beside = [known["SIGTERM beside a stream"], known["SIGTERM beside no stream"]]
    monkeypatch.setattr(diff, "chosen_scenarios", lambda _: beside)
    files = {form: tmp_path / form for form in ("json", "markdown", "html", "junit")}
    options = [word for form, path in files.items() for word in (f"--{form}", str(path))]
    assert main(["diff", *UNHEARD_PAIR, *options]) == 1
    shown = capsys.readouterr().out
    assert f"0 of {len(CORPUS)} responses and 1 of 2 scenarios differ, all explained" in shown
    assert "SIGNAL_UNHEARD  regression, sse-starlette 3.0.0 to 3.0.4" in shown
    assert "> send SIGTERM to the server" in shown
    found = json.loads(files["json"].read_text("utf-8"))
    assert (found["scenarios"]["compared"], found["scenarios"]["changes"]) == (
        2,
        {"SIGNAL_UNHEARD": 1},
    )
    (group,) = found["explained"]
    where = {each["where"] for each in group["exchanges"][0]["differences"]}
    assert {"stream 1: ending", "log of waiting"} <= where
    assert [each["name"] for each in found["not_shown"]] == [
        "LOOP_KEPT"
    ]  # its scenario is not here
    for form, path in files.items():
        assert "send SIGTERM to the server" in path.read_text("utf-8"), form


def test_what_quick_leaves_out_is_named_and_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(diff, "chosen_scenarios", lambda _: ledger().scenarios)
    assert main(["diff", *UNHEARD_PAIR, "--quick", "--only", "sse"]) == 1
    shown = capsys.readouterr().out
    assert "Between these stacks, and not compared here:" in shown
    assert "no scenario that shows it was compared, such as 'SIGTERM beside a stream'." in shown


def test_a_kind_of_change_can_be_a_failure() -> None:
    options = ["--only", "json_cors", "--fail-on", "security", "--fail-on", "fix"]
    assert main(["diff", "1.6.0", "1.7.0", *options]) == 1


def test_standard_output_is_left_to_the_format_that_asks_for_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["diff", "1.10.0", "1.10.0", "--only", "hello", "--json", "-"]) == 0
    caught = capsys.readouterr()
    assert json.loads(caught.out)["counts"]["differing"] == 0
    assert "none of 1 responses differs" in caught.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["1.10.0", "nonesuch"], "unknown stack 'nonesuch'"),
        (
            ["1.10.0", "./nonesuch"],
            "'./nonesuch': no such file or folder; name a virtual environment,",
        ),
        (["1.10.0", "all"], "'all' matches "),
        (["1.10.0", "1.10.0", "--json", "nonesuch/a"], "nonesuch/a: there is no folder"),
        (["1.10.0", "1.10.0", "--html", "."], ".: is a folder"),
        (["1.10.0", "1.10.0", "--html", "-", "--json", "-"], "-: two outputs go there"),
    ],
)
def test_what_cannot_be_compared_is_a_usage_error_before_the_work(
    words: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diff, "corpus", lambda _: pytest.fail("the specs were asked first"))
    assert main(["diff", *words]) == 2
    assert message in capsys.readouterr().err


def test_the_first_line_comes_before_anything_is_installed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["diff", "starlette==0.46.1", "starlette==999"]) == 3
    begins = "diff starlette==0.46.1 starlette==999: install both, send each the specs'"
    assert capsys.readouterr().err.startswith(begins)
