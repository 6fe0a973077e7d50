"""`explain`: one change or spec, whole; and what is told of a name that is neither."""

import re
from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.diff import change_details as explain
from starlette_conformance.explain import live
from starlette_conformance.model.request import Request
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.spec_index import Spec
from starlette_conformance.stacks.project import catalogue, ledger

VARY = "specs/json_cors/test_json_cors.py::test_greets_the_user_named_in_the_path"
RANGE = "specs/static_files/test_ranges.py::test_sends_a_part"
GET = b"GET /user/Vader HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"
SPECS = [
    Spec(
        VARY,
        "json_cors",
        "pass",
        {"CORS_VARIES_ALWAYS": False},
        [SentRequest("json_cors", Request("json_cors", GET))],
    ),
    Spec(f"{RANGE}[a]", "static_files", "pass", {}),
    Spec(f"{RANGE}[b]", "static_files", "fail", {}),
]


@pytest.fixture(autouse=True)
def few_specs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain, "run_files", lambda _: [])
    monkeypatch.setattr(explain, "specs_of", lambda _: SPECS)


def run_explain(capsys: pytest.CaptureFixture[str], name: str) -> str:
    assert main(["explain", name]) == 0
    return capsys.readouterr().out


def test_a_change_is_told_with_its_specs_and_an_example(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = run_explain(capsys, "cors_varies_always")
    for part in (
        "CORS_VARIES_ALWAYS: fix, starlette 1.7.0",
        "https://github.com/Kludex/starlette/pull/3516",
        "who notices: cache or CDN",
        "until: it still holds",
        f" scenarios:\n    {VARY}",
        "seen on starlette-1.6.0 and starlette-1.7.0",
        "    < vary: Origin",
        "reproduce: starlette-conformance serve json_cors --stack starlette-1.7.0 --port 8000",
        "http://127.0.0.1:8000/user/Vader",
    ):
        assert part in text
    assert re.search(r"^asserted by 1 spec and \d+ scenarios:$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("RANGES_SPLITS", "did you mean RANGES_SPLIT"),
        ("NOPE", "'NOPE' is no change and no part of a spec's name"),
        ("RANGE_SPLITTED", "did you mean RANGES_SPLIT"),
    ],
)
def test_an_unknown_change_is_refused_before_anything_is_recorded(
    name: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "run_files", None)
    assert main(["explain", name]) == 2
    assert said in capsys.readouterr().err


def test_a_change_that_no_request_shows_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no example: it takes a folder" in run_explain(capsys, "LOCKED_FOLDER_REFUSED")


def test_a_change_that_a_scenario_shows_has_it_for_an_example(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = run_explain(capsys, "LOGGED_ONCE")
    assert re.search(r"^asserted by 0 specs and \d\d+ scenarios:\n    ", text, re.MULTILINE)
    assert "seen on uvicorn-0.18.3-h11 and uvicorn-0.19.0-h11:" in text
    assert "> scenario: " in text
    assert "starlette-conformance play " in text


def test_no_scenario_is_an_example_whose_packages_a_stack_lacks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[Scenario] = []

    def compare(*_: object, scenarios: Sequence[Scenario]) -> object:
        played.extend(scenarios)
        return SimpleNamespace(explained=())

    monkeypatch.setattr(live, "compare", compare)
    run_explain(capsys, "SIGNAL_UNHEARD")
    assert played
    assert not [each.name for each in played if each.start == "gunicorn"]


def test_a_spec_is_told_by_its_name_or_a_part(capsys: pytest.CaptureFixture[str]) -> None:
    for name in (VARY, "test_greets_the_user_named_in_the_path", "USER_NAMED"):
        text = run_explain(capsys, name)
        assert "The server greets the user named in the path." in text
        assert "CORS_VARIES_ALWAYS: fix" in text
        assert "> GET /user/Vader HTTP/1.1" in text
        assert "sources: primer json_cors" in text


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("CORS_VARY_ALWAYS", ["is no change", "did you mean CORS_VARIES_ALWAYS"]),
        ("test_sends_a_path", ["did you mean", "test_sends_a_part"]),
        ("nonesuch", ["is no change and no part of a spec's name"]),
        ("specs/", ["is a part of 3 specs: name one"]),
    ],
)
def test_a_name_that_means_nothing_or_much_is_a_usage_error(
    name: str, parts: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", name]) == 2
    said = capsys.readouterr().err
    assert all(part in said for part in parts)


@pytest.mark.parametrize("name", ledger().changes)
def test_every_change_has_two_stacks_that_differ_by_it(name: str) -> None:
    change = ledger().changes[name]
    pair = explain.neighbours(change)[0]
    known = [stack for stack in pair if stack in catalogue().stacks]
    assert known == list(pair)


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("HANDLERS_BEFORE_APP", ("0.28.1", "0.29.0")),
        ("APP_BEFORE_HANDLERS", ("0.46.0", "0.47.0")),
    ],
)
def test_a_change_of_scenarios_is_shown_where_they_show_it(
    name: str, pair: tuple[str, str]
) -> None:
    stacks = tuple(f"sse-starlette-3.1.0-uvicorn-{version}" for version in pair)
    assert explain.neighbours(ledger().changes[name])[0] == stacks


@pytest.mark.parametrize("name", ledger().changes)
def test_every_change_says_who_notices(name: str) -> None:
    noticed = ledger().changes[name].noticed_by
    assert noticed
    assert noticed == ("nobody",) or "nobody" not in noticed
    assert len(set(noticed)) == len(noticed)
