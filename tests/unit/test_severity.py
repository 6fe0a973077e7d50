"""The severity table: each field a difference can be in, and that no row of it can be dropped."""

import pytest

from starlette_conformance.explain import severity
from starlette_conformance.explain.severity import (
    SEVERITIES,
    TABLE,
    Severity,
    most_dangerous,
    severity_of,
)
from starlette_conformance.model.observations import (
    GzippedOn,
    PingedStreamOn,
    ResponseOn,
    ResponsesOn,
)
from starlette_conformance.stacks.project import ledger

FIELDS: dict[tuple[str, bool], Severity] = {
    ("status", False): "status",
    ("body", False): "body",
    ("body $.total", True): "body",
    ("body as written", False): "writing",
    ("repetition", False): "unstable",
    ("version", False): "framing",
    ("ending", False): "framing",
    ("closes", False): "framing",
    ("interim", False): "framing",
    ("chunks", False): "framing",
    ("extensions", False): "framing",
    ("after the end", False): "framing",
    ("trailer x-checksum", True): "presence",
    ("trailer x-checksum", False): "value",
    ("header content-length", True): "framing",
    ("header transfer-encoding", True): "framing",
    ("header connection", True): "framing",
    ("header connection", False): "framing",
    ("header vary", True): "presence",
    ("header vary", False): "value",
    ("reason", False): "value",
    ("order of headers", False): "order",
    ("name of server", False): "case",
    ("arrivals", False): "arrival",
    ("first response", False): "arrival",
    ("whole response", False): "arrival",
    ("header lines", False): "order",
    ("number of responses", False): "framing",
    ("end of the connection", False): "framing",
    ("connections at the server", False): "framing",
    ("exit status", False): "process",
    ("exit status before it was started again", False): "process",
    ("tasks kept", False): "process",
    ("end of the server", False): "process",
    ("file of the socket", False): "process",
    ("mode of the socket", False): "process",
    ("time of a response on a", False): "arrival",
    ("idle waits", False): "arrival",
    ("frames on a", False): "body",
    ("dates on a", False): "value",
    ("first ping on a", False): "arrival",
    ("time of the ping on a", False): "value",
    ("log of complaints", False): "log",
    ("standard output", False): "log",
}


def wrong() -> list[tuple[str, bool]]:
    """The fields whose severity is not the expected one."""
    found = []
    for (where, one_sided), expected in FIELDS.items():
        try:
            if severity_of(where, one_sided) != expected:
                found.append((where, one_sided))
        except AssertionError:
            found.append((where, one_sided))
    return found


def test_each_field_has_its_severity() -> None:
    assert wrong() == []


def test_each_observation_of_a_scenario_has_a_severity() -> None:
    for scenario in ledger().scenarios:
        for each in scenario.expected:
            if not isinstance(each, GzippedOn | ResponseOn | ResponsesOn | PingedStreamOn):
                assert severity_of(str(each)) in SEVERITIES


@pytest.mark.parametrize("number", range(len(TABLE)))
def test_a_row_that_is_dropped_is_noticed(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(severity, "TABLE", (*TABLE[:number], *TABLE[number + 1 :]))
    assert wrong() != []


def test_the_first_severity_is_the_most_dangerous() -> None:
    assert most_dangerous(("arrival", "framing", "value")) == "framing"
    assert most_dangerous(SEVERITIES) == "status"
