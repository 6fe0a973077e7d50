"""The table of bugs in clients: which versions have one, and which mended it."""

from starlette_conformance.clients.compare import Outcome
from starlette_conformance.clients.manifest import Client, ClientTable, Difference
from starlette_conformance.clients.matrix import Row
from studies.client_bugs import table

LINK = "https://github.com/a/b/issues/7"
KNOWN = Difference("tiny", ("crlf", "lf"), "nothing but LF ends a line", link=LINK)
OTHER = Difference("tiny", ("bom",), "a BOM is kept")


def row(version: str, **whats: str) -> Row:
    client = Client(ClientTable("tiny", "pypi", "tiny.py"), version, "2026-01-01")
    known = {"crlf": KNOWN, "lf": KNOWN, "bom": OTHER}
    return Row(client, [Outcome(client, s, "lines", w, known[s]) for s, w in whats.items()])


def lines(*rows: Row) -> list[str]:
    return list(table(rows, [KNOWN, OTHER]))[2:]


def test_a_bug_is_mended_in_the_first_version_behind_those_that_have_it() -> None:
    found = lines(row("1.0", crlf="lost"), row("1.1", crlf="lost", lf=""), row("1.2", crlf=""))
    assert found == [f"| [a/b#7]({LINK}) | tiny | 1.0, 1.1 | 1.2 | crlf |"]


def test_a_bug_of_the_newest_version_is_mended_in_none() -> None:
    found = lines(row("1.0", crlf=""), row("1.1", crlf="lost", lf="lost"))
    assert found == [f"| [a/b#7]({LINK}) | tiny | 1.1 | no version | crlf, lf |"]


def test_a_bug_that_does_not_show_or_has_no_thread_is_left_out() -> None:
    assert lines(row("1.0", crlf="", bom="kept")) == []
