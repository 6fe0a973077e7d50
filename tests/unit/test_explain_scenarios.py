"""Why outcomes of a scenario differ: what a change alters, and what nobody foresees."""

from dataclasses import replace
from typing import Any

import pytest

from starlette_conformance.explain import live
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.exit_code import exit_code
from starlette_conformance.explain.outcome_lines import rendered
from starlette_conformance.explain.result import Diff
from starlette_conformance.explain.scenarios import ExplainedScenario, explain_scenario
from starlette_conformance.model.chance import leading, one_of
from starlette_conformance.model.changes import Change
from starlette_conformance.model.depends_on import changes_in
from starlette_conformance.model.effects import Effect
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import (
    ABSENT,
    HTTP_DATE,
    Response,
    by_parser,
    history,
    since,
)
from starlette_conformance.model.observations import (
    ExitStatus,
    LogLines,
    Observation,
    ResponseOn,
    ResponsesOn,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Send
from starlette_conformance.scenarios.outcome import Outcome
from starlette_conformance.stacks.ledger import Ledger
from tests.miniatures.hostile_text import FORGED, HOSTILE
from tests.miniatures.log_parsers import inert
from tests.miniatures.raw_server import ENVIRONMENT, http_date


def change(package: str, first: str, kind: Any = "regression", last: str | None = None) -> Change:
    return Change(package, first, kind, "It ends otherwise.", "https://x", last)


STATUS = change("uvicorn", "0.35.0")
SAID = change("uvicorn", "0.36.0", "change")
HEADER = change("starlette", "0.47.0", "fix")
GONE = change("uvicorn", "0.33.0", last="0.34.0")
CHANGES = {"STATUS": STATUS, "SAID": SAID, "HEADER": HEADER, "GONE": GONE}

OLD = ENVIRONMENT


def on(**packages: str) -> Environment:
    return replace(ENVIRONMENT, name="newer", packages={**ENVIRONMENT.packages, **packages})


NEW = on(uvicorn="0.36.0")


def scenario(**expected: Any) -> Scenario:
    known = {"status": ExitStatus(), "log": LogLines(), "a": ResponseOn("a")}
    return Scenario(
        "one",
        "hello",
        (Send("a", b"GET / HTTP/1.1\r\n\r\n"),),
        {known[name]: value for name, value in expected.items()},
    )


def explained(
    played: Scenario, before: dict[str, Any], after: dict[str, Any], newer: Environment = NEW
) -> ExplainedScenario:
    return explain_scenario(played, Outcome(before, OLD), Outcome(after, newer))


EXITS = scenario(
    status=since(STATUS, "-15", before="0"), log=[since(SAID, "new", before="old"), "end"]
)
BEFORE = {"exit status": "0", "log": ["old", "end"]}
AFTER = {"exit status": "-15", "log": ["new", "end"]}


def where(why: ExplainedScenario) -> dict[Any, list[str]]:
    return {reason: [each.where for each in those] for reason, those in why.reasons.items()}


def test_each_change_accounts_for_what_it_alters() -> None:
    why = explained(EXITS, BEFORE, AFTER)
    assert where(why) == {STATUS: ["exit status"], SAID: ["log"]}
    assert [(d.severity, d.before, d.after) for d in why.differences] == [
        ("process", "0", "-15"),
        ("log", "old", "new"),
    ]
    assert why.remaining == ()


def test_an_outcome_that_nobody_foresaw_is_left() -> None:
    why = explained(EXITS, BEFORE, AFTER | {"exit status": "1"})
    assert [each.where for each in why.remaining] == ["exit status"]
    assert where(why) == {SAID: ["log"]}


def test_a_change_that_does_not_show_is_left_out() -> None:
    why = explained(EXITS, BEFORE, BEFORE)
    assert not why.differs


def test_a_downgrade_is_explained() -> None:
    why = explain_scenario(EXITS, Outcome(AFTER, NEW), Outcome(BEFORE, OLD))
    assert where(why) == {STATUS: ["exit status"], SAID: ["log"]}


def test_a_change_that_went_away_is_a_cause() -> None:
    played = scenario(status=since(GONE, "hangs", before="0"))
    why = explained(played, {"exit status": "hangs"}, {"exit status": "0"})
    assert where(why) == {GONE: ["exit status"]}


def test_changes_that_hide_each_other_account_for_what_they_alter_together() -> None:
    twice = since(STATUS, "twice", before=since(SAID, "once", before="not found"))
    why = explained(scenario(status=twice), {"exit status": "not found"}, {"exit status": "twice"})
    assert where(why) == {STATUS: ["exit status"]}
    played = scenario(status=since(SAID, "both", before=since(STATUS, "both", before="none")))
    why = explained(played, {"exit status": "none"}, {"exit status": "both"})
    assert where(why) == {SAID: ["exit status"]}
    assert why.remaining == ()


def test_responses_that_a_change_takes_away_are_explained() -> None:
    one = Response(200, {}, b"ok", "OK")
    known: dict[Observation, Any] = {ResponsesOn("a"): since(STATUS, [one], before=[one, one])}
    played = replace(EXITS, expected=known)
    name = str(ResponsesOn("a"))
    why = explained(played, {name: [one, one]}, {name: [one]})
    assert [*where(why)] == [STATUS]
    assert f"{name}: response 2: status" in where(why)[STATUS]
    assert why.remaining == ()


def test_of_a_response_each_field_has_its_cause() -> None:
    header = since(HEADER, "b", before="a")
    response = Response(since(STATUS, 404, before=200), {"x": header, "date": HTTP_DATE}, b"ok")
    played = scenario(a=response)
    date = http_date(0).decode()

    def came(status: int, reason: str, value: str, at: float) -> dict[str, Any]:
        date = http_date(at).decode()
        return {"a": Response(status, {"x": value, "date": date}, b"ok", reason, at=at)}

    newer = on(uvicorn="0.36.0", starlette="0.47.0")
    before, after = came(200, "OK", "a", 0.0), came(404, "Not Found", "b", 1000.0)
    why = explained(played, before, after, newer)
    assert where(why) == {HEADER: ["a: header x"], STATUS: ["a: status", "a: reason"]}
    assert date not in str(why.differences)


def test_a_header_that_only_one_side_has_is_ranked_as_that() -> None:
    played = scenario(a=Response(200, {"x": since(HEADER, "b", before=ABSENT)}, b"ok"))
    before, after = (Response(200, headers, b"ok", "OK") for headers in ({}, {"x": "b"}))
    why = explained(played, {"a": before}, {"a": after}, on(starlette="0.47.0"))
    assert [(d.severity, d.before, d.after) for d in why.differences] == [("presence", None, "b")]


EITHER = one_of(["x"], [])


@pytest.mark.parametrize(
    ("expected", "came"),
    [
        (EITHER, ([], ["x"])),
        (Response(200, {}, leading(b"a", b"b")), (Response(200, {}, (b"a",), "OK"),) * 2),
        (
            Response(200, {}, leading(b"a", b"b")),
            (Response(200, {}, (b"a",), "OK"), Response(200, {}, (b"a", b"b"), "OK")),
        ),
    ],
)
def test_what_is_left_to_chance_is_no_difference(expected: Any, came: tuple[Any, Any]) -> None:
    played = scenario(a=expected)
    assert not explained(played, {"a": came[0]}, {"a": came[1]}).differs


def test_what_was_chance_and_is_so_no_more_has_a_cause() -> None:
    played = scenario(log=since(STATUS, ["x"], before=EITHER))
    assert where(explained(played, {"log": []}, {"log": ["x"]})) == {STATUS: ["log"]}


def test_a_parser_is_a_cause_where_no_change_is() -> None:
    played = scenario(log=by_parser(h11=["a"], httptools=["b"]))
    newer = on(httptools="0.6.4")
    assert where(explained(played, {"log": ["a"]}, {"log": ["b"]}, newer)) == {None: ["log"]}


def test_an_expectation_says_which_changes_it_depends_on() -> None:
    value = history("a", (STATUS, "b"), (SAID, by_parser(h11=since(HEADER, "c"), httptools="d")))
    assert changes_in(scenario(a=Response(200, {"x": [value]})).expected) == {STATUS, SAID, HEADER}
    assert changes_in(one_of(since(GONE, 1), 2)) == {GONE}


def compared(played: Scenario, *outcomes: dict[str, Any], shown: bool = True) -> Diff:
    before, after = outcomes
    ledger = Ledger(CHANGES, [], {}, {}, suites={"edge": [played]})
    comparison = Comparison(OLD, NEW, ledger)
    return comparison.diff({}, [explained(played, before, after)] if shown else [])


def test_scenarios_that_there_is_no_time_to_play_again_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They stay unexplained, though nobody knows whether they would again."""
    monkeypatch.setattr(live, "REPLAYED_WITHIN", -1.0)
    why = explained(EXITS, BEFORE, AFTER | {"exit status": "1"})
    found = live.replay(Comparison(OLD, NEW, Ledger(CHANGES, [], {}, {})), {EXITS: why})
    assert found.explained == {EXITS: why}
    assert found.gone == ()
    (said,) = found.gave_up
    assert said.startswith("1 of 1 scenarios that nobody explains were not played 2 times more")


def test_a_diff_counts_scenarios_apart_from_requests() -> None:
    diff = compared(EXITS, BEFORE, AFTER)
    assert (diff.counts["compared"], diff.counts["differing"]) == (0, 0)
    assert diff.counts_of_scenarios == {
        "compared": 1,
        "differing": 1,
        "unexplained": 0,
        "severities": {"process": 1},
        "changes": {"SAID": 1, "STATUS": 1},
    }
    assert {each.name for each in diff.explained} == {"STATUS", "SAID"}
    assert [exit_code(diff, [kind]) for kind in ("regression", "change", "fix")] == [1, 1, 3]
    assert [each.name for each in diff.not_shown] == ["GONE"]


def test_a_scenario_that_is_left_out_is_named() -> None:
    diff = compared(EXITS, BEFORE, AFTER, shown=False)
    assert {each.name: each.why for each in diff.not_shown}["STATUS"] == (
        "no scenario that shows it was compared, such as 'one'"
    )
    assert exit_code(diff, ["regression"]) == 1


def test_an_unexplained_scenario_is_shown_with_what_was_done() -> None:
    diff = compared(EXITS, BEFORE, AFTER | {"exit status": "1"})
    (group,) = diff.unexplained
    assert group.example.request == (
        "scenario: one",
        "start hello",
        "a: send 'GET / HTTP/1.1'",
    )
    assert [line.text for line in group.example.after] == ["exit status: 1", "log: new", "log: end"]
    assert [line.differs for line in group.example.after] == [True, True, False]
    assert "play one --stack" in group.example.commands[0]


def test_of_many_connections_those_are_shown_on_which_something_differs() -> None:
    names = [f"a{number}" for number in range(20)]
    steps = tuple(Send(name, b"GET / HTTP/1.1\r\n\r\n") for name in names)
    good = Response(200, body=b"ok")
    expected: dict[Observation, Any] = {ResponseOn(name): good for name in names}
    same = dict.fromkeys(names, good)
    why = explain_scenario(
        Scenario("one", "hello", steps, expected),
        Outcome(same, OLD),
        Outcome(same | {"a11": Response(200, body=b"no")}, NEW),
    )
    shown = rendered(why, {})
    assert shown.request[2:] == (
        "a11: send 'GET / HTTP/1.1'",
        "... and 19 steps on other connections",
    )
    assert [line.text for line in shown.after] == ["a11: HTTP/1.1 200 None", "a11: body: no"]


def test_a_change_whose_app_is_left_out_is_not_said_to_be_invisible() -> None:
    effect = Effect(
        STATUS, ("sse", "hello"), lambda *_: True, lambda _request, response, _newer: response
    )
    diff = Comparison(OLD, NEW, Ledger(CHANGES, [effect], {}, {})).diff({})
    assert {each.name: each.why for each in diff.not_shown}["STATUS"] == (
        "it shows in responses of sse, hello, and none was compared"
    )


def test_what_a_stack_wrote_is_shown_on_one_inert_line() -> None:
    why = explained(EXITS, BEFORE, AFTER | {"log": [HOSTILE, "end"]})
    (shown,) = [each.after for each in why.differences if each.where == "log"]
    assert shown is not None
    inert(f"{FORGED}{shown}")
    assert "\n" not in shown


def test_a_connection_whose_name_begins_like_another_one_has_lines_of_its_own() -> None:
    names = ("GET /", "GET / with a cookie")
    played = replace(
        scenario(), expected={ResponseOn(name): Response(200, {}, b"a") for name in names}
    )
    before = {name: Response(200, {}, b"a") for name in names}
    after = {**before, names[1]: Response(200, {"x-name": "b"}, b"a")}
    shown = rendered(explained(played, before, after), {}).after
    assert [line.text for line in shown if line.differs] == ["GET / with a cookie: x-name: b"]
