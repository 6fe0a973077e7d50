"""sse: connections on which a client pauses; uvicorn keeps an idle one for 5 s."""

from concurrent.futures import Future
from typing import Any

import pytest

from specs.edge.idling import IDLE
from specs.ledger.changes import DATE_RENEWED, WAITING_ANSWER_KEPT
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import by_parser, since
from starlette_conformance.model.log_lines import Lines

APP = "sse"

CLOSED, OPEN = "closed after 5 s", "open after 6 s"
ENDS: dict[str, Any] = {
    "before a request": OPEN,
    "within a request": OPEN,
    "after an answer": CLOSED,
    "after two answers": CLOSED,
    "within a second request": OPEN,
    "after a line break": by_parser(h11="closed after 0 s", httptools=OPEN),
    "within a body, after its answer": CLOSED,
    "during an answer": OPEN,
    "during a second answer": since(WAITING_ANSWER_KEPT, OPEN, before=CLOSED),
}

Paused = dict[str, Future[Any]]


@pytest.mark.source("uvicorn docs settings", "RFC 9112 section 9.5")
@pytest.mark.parametrize("name", IDLE)
def test_closes_a_connection_that_is_idle_for_5_s_after_an_answer(
    paused: Paused, environment: Environment, name: str
) -> None:
    assert Lines([paused[name].result()], environment) == [ENDS[name]]


@pytest.mark.source("RFC 9110 section 6.6.1")
def test_gives_each_answer_of_a_connection_its_date(
    paused: Paused, environment: Environment
) -> None:
    first, second = paused["dates"].result()
    text = "another date" if first != second else "the same date"
    assert Lines([text], environment) == [
        since(DATE_RENEWED, "another date", before="the same date")
    ]
