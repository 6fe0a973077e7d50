"""Phases: which of many stacks are alike to a request, and why the others differ."""

from collections.abc import Mapping
from pathlib import Path

from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.report.explanations import Explanations, counts_between
from starlette_conformance.report.merged_runs import Column, Pool
from starlette_conformance.report.phases import PhaseFinder, Phases
from starlette_conformance.report.recorded_requests import RecordedRequest
from starlette_conformance.stacks.ledger import Ledger

SENT = SentRequest("hello", Request("hello", b"GET / HTTP/1.1\r\n\r\n"))
PLAIN = Response(200)
SAYS_A = with_headers(PLAIN, a="1")


def change(package: str) -> Change:
    return Change(package, "2", "fix", "It says a.", "https://x")


ONE, OTHER = change("starlette"), change("uvicorn")
LEDGER = Ledger(
    {"ONE": ONE, "OTHER": OTHER},
    [
        Effect(each, ("hello",), lambda _, response: not response.headers, lambda *_: SAYS_A)
        for each in (ONE, OTHER)
    ],
    {},
    {},
)


def column(starlette: str, uvicorn: str) -> Column:
    packages = {"starlette": starlette, "uvicorn": uvicorn, "h11": "1"}
    name = f"{starlette}-{uvicorn}"
    return Column(name, "", None, True, 0, Environment(name, Path(), "3.11", packages))


def phases(responses: Mapping[tuple[str, str], Response], peculiar: bool = False) -> Phases:
    pool, columns = Pool(), [column(*versions) for versions in responses]
    for each, response in zip(columns, responses.values(), strict=True):
        each.responses.update([pool.numbers(SENT, WireResponse(response, tuple(response.headers)))])
    by_stack = {n: each.responses[0] for n, each in enumerate(columns)}
    recorded = RecordedRequest(0, by_stack, peculiar=peculiar)
    return PhaseFinder(columns, pool, LEDGER).find(recorded)


def reasons(found: Phases, one: int, other: int) -> list[Change | None]:
    place = {stack: n for n, phase in enumerate(found.phases) for stack in phase.stacks}
    return list(found.between[place[one], place[other]].reasons)


def test_stacks_that_nothing_distinguishes_are_one_phase() -> None:
    found = phases({("1", "1"): PLAIN, ("1.5", "1"): PLAIN, ("2", "1"): SAYS_A, ("3", "1"): SAYS_A})
    assert [phase.stacks for phase in found.phases] == [(0, 1), (2, 3)]
    assert reasons(found, 0, 2) == [ONE]


def test_of_two_changes_that_do_the_same_the_one_that_lies_between_is_the_reason() -> None:
    found = phases({("1", "1"): PLAIN, ("2", "1"): SAYS_A, ("1", "2"): SAYS_A})
    assert [phase.stacks for phase in found.phases] == [(0,), (1,), (2,)]
    assert reasons(found, 0, 1) == [ONE]
    assert reasons(found, 0, 2) == [OTHER]


def test_stacks_with_one_response_are_no_phase_where_a_change_between_them_acts_on_it() -> None:
    """It should have altered the response, and did not."""
    found = phases({("1", "1"): PLAIN, ("2", "1"): PLAIN})
    assert [phase.stacks for phase in found.phases] == [(0,), (1,)]
    (why,) = found.between.values()
    assert (why.differences, [each.where for each in why.remaining]) == ((), ["header a"])


def test_no_change_should_have_altered_the_response_to_what_is_sent_in_a_peculiar_way() -> None:
    """An effect predicts what is sent at once: a second part may never have been sent."""
    found = phases({("1", "1"): PLAIN, ("2", "1"): PLAIN}, peculiar=True)
    assert found.between == {}


def test_stacks_that_are_alike_for_other_reasons_are_no_phase() -> None:
    """Another stack may differ from one of them by one change, and from the other by another."""
    found = phases({("2", "1"): PLAIN, ("1", "2"): PLAIN})
    assert ([phase.stacks for phase in found.phases], found.between) == ([(0,), (1,)], {})


def test_counts_leave_out_what_is_sent_in_a_peculiar_way_or_for_other_changes() -> None:
    explanations = Explanations(LEDGER)
    found = explanations.add(phases({("1", "1"): PLAIN, ("2", "1"): SAYS_A}))
    has: list[list[str]] = [[], ["ONE"]]
    for more, compared in (
        ({"compared": True, "only_for": []}, 1),
        ({"compared": True, "only_for": ["ONE"]}, 1),
        ({"compared": True, "only_for": ["OTHER"]}, 0),
        ({"compared": False, "only_for": []}, 0),
    ):
        counts = counts_between([0, 1], has, [found | more], explanations.table)
        assert (counts["compared"], counts["differing"]) == (compared, compared)
        assert counts["changes"] == ({"ONE": 1} if compared else {})
