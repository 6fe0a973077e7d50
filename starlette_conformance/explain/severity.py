"""How dangerous a difference is to a client: the one table that every output ranks by."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

Severity = Literal[
    "status",
    "body",
    "unstable",
    "framing",
    "process",
    "value",
    "presence",
    "order",
    "case",
    "writing",
    "arrival",
    "log",
]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The most dangerous first: the status, the body, a response that is not the same each time on one
stack, where a response or a connection ends, how the process ends and what it keeps, a header's
value, its presence, the order of the header lines, the case of their names, how a body is written
that means the same, what arrives later, or of a stream before what, and what is logged."""


@dataclass(frozen=True)
class Rule:
    """The severity of a field; with `one_sided`, only where just one of the responses has it."""

    where: str
    severity: Severity
    one_sided: bool = False


TABLE = (
    Rule("status", "status"),
    Rule("body as *", "writing"),
    Rule("body*", "body"),
    Rule("repetition", "unstable"),
    Rule("version", "framing"),
    Rule("ending", "framing"),
    Rule("closes", "framing"),
    Rule("interim", "framing"),
    Rule("chunks", "framing"),
    Rule("extensions", "framing"),
    Rule("after the end", "framing"),
    Rule("header content-length", "framing"),
    Rule("header transfer-encoding", "framing"),
    Rule("header connection", "framing"),
    Rule("header lines", "order"),
    Rule("header *", "presence", one_sided=True),
    Rule("header *", "value"),
    Rule("trailer *", "presence", one_sided=True),
    Rule("trailer *", "value"),
    Rule("reason", "value"),
    Rule("order of headers", "order"),
    Rule("name of *", "case"),
    Rule("arrivals", "arrival"),
    Rule("first response", "arrival"),
    Rule("whole response", "arrival"),
    Rule("number of responses", "framing"),
    Rule("connections at the server", "framing"),
    Rule("exit status*", "process"),
    Rule("end of the server", "process"),
    Rule("* of the socket", "process"),
    Rule("end of *", "framing"),
    Rule("* kept", "process"),
    Rule("frames on *", "body"),
    Rule("dates on *", "value"),
    Rule("first ping on *", "arrival"),
    Rule("time of the ping on *", "value"),
    Rule("time of a response on *", "arrival"),
    Rule("idle waits", "arrival"),
    Rule("log*", "log"),
    Rule("standard output", "log"),
)
"""The first rule whose pattern matches a field holds. The name that a scenario gives to a
connection is left out before."""

OF_ONE_HEADER: tuple[Severity, ...] = ("value", "presence", "case")
"""Severities of a difference that may have nothing to do with what else differs."""


def field_of(where: str) -> str:
    """The field, whichever response of a scenario has it."""
    return where.rpartition(": ")[2]


def severity_of(where: str, one_sided: bool = False) -> Severity:
    """The severity of a field, such as `status` or `header vary`."""
    for rule in TABLE:
        if fnmatchcase(where, rule.where) and one_sided >= rule.one_sided:
            return rule.severity
    raise AssertionError(f"no rule of the severity table has the field {where!r}")


def most_dangerous(severities: Iterable[Severity]) -> Severity:
    """The first in the order of SEVERITIES; the last one where there is none."""
    return min(severities, key=SEVERITIES.index, default=SEVERITIES[-1])
