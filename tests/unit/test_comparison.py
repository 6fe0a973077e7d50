"""Comparisons: what `==` asserts, where somebody records it, and that it changes nothing else."""

from starlette_conformance.model.changes import Change
from starlette_conformance.model.comparison import recorded_assertions
from starlette_conformance.model.expectations import Response, since
from starlette_conformance.model.log_lines import Lines
from tests.miniatures.good_responses import HELLO
from tests.miniatures.raw_server import ENVIRONMENT, client_of, miniature

CAME = Change("starlette", "0.39.0", "feature", "Ranges are served.", "https://example.org/1")
LINES = Lines(["now"], ENVIRONMENT)
NOW = [since(CAME, "now", before="before")]
NEVER = [since(CAME, "never", before="before")]


def test_what_holds_is_recorded_once_however_often_it_is_compared() -> None:
    with recorded_assertions() as asserted:
        assert LINES == NOW
        assert NOW == LINES
        assert asserted == {(CAME, True)}


def test_what_does_not_hold_is_not_asserted() -> None:
    with recorded_assertions() as asserted:
        assert not LINES == NEVER  # noqa: SIM201  (as a helper may look for one of two)
    assert asserted == set()


def test_an_inequality_asserts_nothing() -> None:
    with recorded_assertions() as asserted:
        assert LINES != NEVER
        assert not LINES != NOW  # noqa: SIM202
    assert asserted == set()


def test_an_exchange_asserts_by_its_whole_response() -> None:
    with miniature(HELLO.script(HELLO.answer)) as server, client_of(server.port) as client:
        exchange = client.get("/")
    expected = since(CAME, HELLO.expected, before=Response(404))
    with recorded_assertions() as asserted:
        assert exchange == expected
        assert exchange != since(CAME, Response(404), before=HELLO.expected)
    assert asserted == {(CAME, True)}


def test_comparing_leaves_no_trace_behind() -> None:
    assert LINES == NOW
    with recorded_assertions() as outer:
        with recorded_assertions() as inner:
            assert LINES == NOW
        assert (outer, inner) == (set(), {(CAME, True)})
    assert LINES == NOW
    assert outer == set()
