"""What differs between two answers, how dangerous it is, and what accounts for it."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any

import pytest

from starlette_conformance.diff import phrases
from starlette_conformance.explain import live
from starlette_conformance.explain.comparison import Comparison, side
from starlette_conformance.explain.differences import SLOWER, differences
from starlette_conformance.explain.excerpt import request_lines, response_lines
from starlette_conformance.explain.explainer import Explained, Explainer, Reason, middle
from starlette_conformance.explain.groups import PARSER, by_reason, clusters, security
from starlette_conformance.explain.parser_quirks import makes
from starlette_conformance.explain.result import Diff, Difference, Differing
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, CONTINUE, Response
from starlette_conformance.model.request import Request
from starlette_conformance.replay import recording, side_by_side
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.send import PATIENCE, send
from starlette_conformance.replay.side_by_side import Stalling, comparable_responses
from starlette_conformance.replay.wire_response import GAP, WireResponse
from starlette_conformance.servers import DEFAULT
from starlette_conformance.stacks.ledger import Ledger
from tests.miniatures.hostile_text import FORGED, HOSTILE
from tests.miniatures.log_parsers import inert
from tests.miniatures.raw_server import ENVIRONMENT, Script, keeps_open, miniature

HEAD = b"HTTP/1.1 200 OK\r\n"
REQUEST = Request("hello", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n")
PLAIN = WireResponse(Response(200, {"a": "1", "b": "2"}, b"ok", "OK"), ("a", "b"), first=0.01)


def said(**changed: Any) -> WireResponse:
    """PLAIN, with headers set or left out."""
    response = with_headers(PLAIN.response, **changed)
    return WireResponse(response, tuple(response.headers))


def responding(**fields: Any) -> WireResponse:
    return replace(PLAIN, response=replace(PLAIN.response, **fields))


def seen(script: Script) -> WireResponse:
    with miniature(script) as server:
        return WireResponse.of(send(REQUEST, server.port, DEFAULT, seconds=2.0))


@pytest.mark.parametrize(
    ("other", "severities"),
    [
        (PLAIN, []),
        (responding(extensions=(";x",)), ["framing"]),
        (responding(trailers={"c": "3"}), ["presence"]),
        (replace(PLAIN, rest=b"!"), ["framing"]),
        (replace(PLAIN, first=2.0), ["arrival"]),
        (replace(PLAIN, first=0.3), []),
        (responding(status=404), ["status"]),
        (responding(body=b"no"), ["body"]),
        (responding(ending="no last chunk: closed by the server"), ["framing"]),
        (responding(closes=True), ["framing"]),
        (responding(interim=(CONTINUE,)), ["framing"]),
        (responding(version="HTTP/1.0"), ["framing"]),
        (said(a="2"), ["value"]),
        (said(b=ABSENT), ["presence"]),
        (said(c="3"), ["presence"]),
        (said(content_length="2"), ["framing"]),
        (replace(PLAIN, names=("b", "a")), ["order"]),
        (replace(PLAIN, names=("a", "B")), ["case"]),
        (replace(PLAIN, names=("B", "a")), ["order", "case"]),
    ],
)
def test_each_way_to_differ_has_its_severity(other: WireResponse, severities: list[str]) -> None:
    assert [found.severity for found in differences(PLAIN, other)] == severities


def test_what_arrives_together_differs_between_streams() -> None:
    apart, together = (
        replace(PLAIN, arrivals=arrivals)
        for arrivals in ("head, then event 1", "head with event 1")
    )
    assert [found.severity for found in differences(apart, together)] == ["arrival"]
    assert differences(PLAIN, together) == []


def test_other_chunks_of_one_body_differ_in_framing() -> None:
    whole, cut = (replace(PLAIN, cuts=cuts) for cuts in ((2,), (1, 1)))
    (found,) = differences(whole, cut)
    assert (found.severity, found.before, found.after) == ("framing", "(2,) bytes", "(1, 1) bytes")


def test_order_case_and_chunks_are_read_from_the_wire() -> None:
    chunked = (
        HEAD + b"B: 2\r\na: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"
    )
    found = seen(keeps_open(chunked))
    assert (found.names, found.cuts) == (("B", "a", "Transfer-Encoding"), (1, 1))
    assert found.lines == [("B", "2"), ("a", "1"), ("Transfer-Encoding", "chunked")]


CHUNKED = HEAD + b"A: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        (b"2\r\n", b"2;x=1\r\n", ["extensions"]),
        (b"0\r\n", b"0;x=1\r\n", ["extensions"]),
        (b"0\r\n\r\n", b"0\r\nb: 2\r\n\r\n", ["trailer b"]),
        (b"0\r\n\r\n", b"0\r\n\r\nmore", ["ending"]),
        (b"A:", b"a:", ["name of a"]),
        (
            b"A: 1\r\nTransfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked\r\nA: 1\r\n",
            ["order of headers"],
        ),
    ],
)
def test_each_byte_of_the_framing_counts(old: bytes, new: bytes, fields: list[str]) -> None:
    whole, changed = seen(keeps_open(CHUNKED)), seen(keeps_open(CHUNKED.replace(old, new)))
    assert [found.where for found in differences(whole, changed)] == fields
    assert changed.rest == (b"more" if "ending" in fields else b"")


def test_bytes_after_the_end_are_compared() -> None:
    one, other = (seen(keeps_open(CHUNKED + rest)) for rest in (b"more", b"else"))
    (found,) = differences(one, other)
    assert (found.where, found.before, found.after) == ("after the end", "more", "else")


def test_repeated_headers_are_told_one_by_one() -> None:
    found = seen(keeps_open(HEAD + b"a: 1\r\nA: 2\r\ncontent-length: 0\r\n\r\n"))
    assert found.lines[:2] == [("a", "1"), ("A", "2")]


STREAM = HEAD + b"content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENT = b"b\r\ndata: 1\r\n\r\n\r\n"


def streaming(*parts: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(2 * GAP)
        while connection.recv(65536):
            pass

    return script


@pytest.mark.parametrize(
    ("parts", "arrivals"),
    [
        ((STREAM, EVENT, EVENT), "head, then event 1, then event 2"),
        ((STREAM + EVENT, EVENT), "head with event 1, then event 2"),
        ((STREAM, EVENT + EVENT), "head, then event 1 with event 2"),
        ((STREAM + EVENT * 3,), "head with event 1 with event 2"),
    ],
)
def test_what_a_server_holds_back_of_a_stream_shows(
    parts: tuple[bytes, ...], arrivals: str
) -> None:
    assert seen(streaming(*parts)).arrivals == arrivals


def on(version: str, **packages: str) -> Environment:
    return replace(ENVIRONMENT, packages={**ENVIRONMENT.packages, "starlette": version, **packages})


CHANGE = Change("starlette", "0.40", "fix", "It says c.", "https://x", noticed_by=("proxy",))
EFFECTS = [Effect(CHANGE, ("hello",), lambda *_: True, lambda _, a, __: with_headers(a, c="3"))]


def explained(older: str, newer: str, before: WireResponse, after: WireResponse) -> Explained:
    explainer = Explainer(EFFECTS, on(older), on(newer), {}, {})
    return explainer.explain(REQUEST, before, after)


def test_a_change_accounts_for_what_it_alters() -> None:
    found = explained("0.39", "0.40", PLAIN, said(c="3"))
    assert found.remaining == ()
    assert {reason: [d.where for d in those] for reason, those in found.reasons.items()} == {
        CHANGE: ["header c"]
    }


def test_a_change_that_is_lost_accounts_for_it_as_well() -> None:
    found = explained("0.40", "0.39", said(c="3"), PLAIN)
    assert (found.remaining, list(found.reasons)) == ((), [CHANGE])


def test_what_a_change_does_not_alter_remains() -> None:
    found = explained("0.39", "0.40", PLAIN, said(c="3", d="4"))
    assert [difference.where for difference in found.remaining] == ["header d"]
    assert list(found.reasons) == [CHANGE]


def test_a_change_that_does_not_show_remains() -> None:
    found = explained("0.39", "0.40", PLAIN, PLAIN)
    assert [(d.where, d.before, d.after) for d in found.remaining] == [("header c", "3", None)]
    assert found.differences == ()


def test_no_change_accounts_for_layout() -> None:
    found = explained("0.39", "0.40", PLAIN, replace(said(c="3"), names=("b", "a", "c")))
    assert [difference.severity for difference in found.remaining] == ["order"]


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (("b", "c", "a"), []),
        (("b", "c", "A"), ["case"]),
        (("c", "b", "a"), ["order"]),
        (("b", "a", "c"), ["order"]),
        (("c", "a", "b"), ["order"]),
    ],
)
def test_a_change_moves_the_header_that_it_says_and_nowhere_else(
    names: tuple[str, ...], left: list[str]
) -> None:
    moving = [replace(EFFECTS[0], moves=("a", "c"))]
    before, after = (said(c="2"), replace(said(c="3"), names=names))
    for older, newer, pair in (
        ("0.39", "0.40", (before, after)),
        ("0.40", "0.39", (after, before)),
    ):
        explainer = Explainer(moving, on(older), on(newer), {}, {})
        found = explainer.explain(REQUEST, *pair)
        assert [difference.severity for difference in found.remaining] == left


def test_the_middle_has_the_newer_of_each() -> None:
    found = middle(on("0.40", uvicorn="0.1"), on("0.39", uvicorn="0.10", httptools="1"))
    assert (found.packages["starlette"], found.packages["uvicorn"]) == ("0.40", "0.10")
    assert found.parser == "httptools"
    found = middle(on("0.40", gpg="1.18.0-unknown"), on("0.39", gpg="0.1"))
    assert (found.packages["starlette"], found.packages["gpg"]) == ("0.40", "0.1")


def test_parsers_spell_and_place_what_is_theirs_and_nothing_else() -> None:
    by_h11 = replace(PLAIN, names=("a", "b", "Connection"))
    for names, made in [
        (("a", "connection", "b"), [True, True]),
        (("b", "a", "connection"), [False, True]),
        (("A", "b", "connection"), [False, True]),
    ]:
        by_httptools = replace(PLAIN, names=names)
        found = differences(by_h11, by_httptools)
        assert [makes(each, by_h11, by_httptools) for each in found] == made
    by_h11 = replace(PLAIN, names=("a", "b", "Transfer-Encoding", "Connection"))
    by_httptools = replace(PLAIN, names=("transfer-encoding", "connection", "a", "b"))
    order, *_ = differences(by_h11, by_httptools)
    assert (order.severity, makes(order, by_h11, by_httptools)) == ("order", False)
    by_h11 = replace(PLAIN, names=("a", "b", "Connection"))
    explainer = Explainer([], on("1"), on("1", httptools="1"), {}, {})
    why = explainer.explain(REQUEST, by_h11, replace(PLAIN, names=("a", "connection", "b")))
    assert (why.remaining, list(why.reasons)) == ((), [None])


def test_parsers_that_are_alike_make_no_difference() -> None:
    one, other = (replace(PLAIN, names=("a", name)) for name in ("connection", "Connection"))
    found = Explainer([], on("1"), on("1"), {}, {}).explain(REQUEST, one, other)
    assert [difference.severity for difference in found.remaining] == ["case"]


def test_another_body_has_chunks_and_another_status_an_order_of_its_own() -> None:
    whole, cut = replace(PLAIN, cuts=(2,)), replace(responding(body=b"no"), cuts=(1, 1))
    assert [each.where for each in differences(whole, cut)] == ["body"]
    moved = replace(responding(status=404), names=("b", "a"))
    assert [each.where for each in differences(PLAIN, moved)] == ["status"]


def differing(before: WireResponse, after: WireResponse, line: str = "GET / HTTP/1.1") -> Differing:
    found = tuple(differences(before, after))
    return Differing("hello", (line,), (), (), found, remaining=found)


def test_what_nobody_explains_is_put_together_where_it_looks_alike() -> None:
    found = clusters(
        [
            differing(PLAIN, said(c="3"), "GET /long HTTP/1.1"),
            differing(PLAIN, said(c="3")),
            differing(PLAIN, responding(status=404)),
        ]
    )
    assert [(group.severity, len(group.exchanges)) for group in found] == [
        ("status", 1),
        ("presence", 2),
    ]
    assert found[1].example.line == "GET / HTTP/1.1"


def test_a_header_that_differs_by_itself_somewhere_is_told_by_itself_and_counted_once() -> None:
    missing = responding(status=404, headers=said(c="3").response.headers)
    found = differing(PLAIN, said(c="3")), differing(PLAIN, missing, "GET /a HTTP/1.1")
    groups = clusters(found)
    assert [(group.name, len(group.exchanges)) for group in groups] == [
        ("status", 1),
        ("header c", 2),
    ]
    assert [d.where for d in groups[0].example.remaining] == ["status"]
    more = differing(PLAIN, said(c="3", a="2")), differing(PLAIN, said(a="2", b=ABSENT))
    assert [(group.name, len(group.exchanges)) for group in clusters([*found, *more])] == [
        ("status", 1),
        ("header a", 2),
        ("header c", 3),
        ("header b", 1),
    ]
    older, newer = (side(on(version)) for version in ("1", "2"))
    diff = Diff(older, newer, 3, found, 1.0, unexplained=tuple(groups))
    assert phrases.summary(diff) == "2 of 3 responses differ, 2 of them unexplained (1.0 s)"


def test_a_body_is_shown_as_text_around_what_differs_and_headers_one_by_one() -> None:
    before, after = (
        responding(body=b"x" * 200 + end + b"y" * 200, headers={"set-cookie": cookies})
        for end, cookies in (("é".encode(), "a=1"), (b"\xff", ("a=1", "b=2")))
    )
    found = {each.where: (each.before, each.after) for each in differences(before, after)}
    start = "..." + "x" * 30
    assert found["body"] == (
        f"{start}é{'y' * 88}...  (402 bytes)",
        f"{start}\\xff{'y' * 89}...  (401 bytes)",
    )
    assert found["header set-cookie"] == ("a=1", "a=1, then b=2")


def test_an_exchange_is_told_under_each_of_its_changes() -> None:
    one, other = differences(PLAIN, responding(status=404, body=b"no"))[:2]
    output = differing(PLAIN, responding(status=404, body=b"no"))
    for lost in ([], [CHANGE]):
        groups = by_reason([(output, {CHANGE: [other], None: [one]})], {CHANGE: "C"}, lost)
        assert {(group.name, group.severity, group.fields, group.lost) for group in groups} == {
            (PARSER, "status", ("status",), False),
            ("C", "body", ("body",), bool(lost)),
        }


def test_the_example_shows_the_most_dangerous_difference_by_itself_if_possible() -> None:
    status = differing(PLAIN, responding(status=404), "GET /a/long/one HTTP/1.1")
    header = differing(PLAIN, said(c="3"))
    both = replace(status, request=("GET / HTTP/1.1",), changes=("A", "B"))
    members: list[tuple[Differing, dict[Reason, tuple[Difference, ...]]]] = [
        (each, {CHANGE: each.differences}) for each in (header, both, status)
    ]
    (group,) = by_reason(members, {CHANGE: "C"})
    assert group.exchanges == (status, both, header)


@pytest.mark.parametrize(
    ("older", "newer", "standing"),
    [("0.39", "0.40", ["gained"]), ("0.40", "0.39", ["lost"]), ("0.38", "0.39", ["lacking"])],
)
def test_security_fixes_stand_by_what_becomes_of_them(
    older: str, newer: str, standing: list[str]
) -> None:
    fix = replace(CHANGE, kind="security")
    found = security({"FIX": fix, "OTHER": CHANGE}, on(older), on(newer))
    assert [each.standing for each in found] == standing
    assert security({"FIX": fix}, on("0.40"), on("0.41")) == ()


def test_a_package_that_comes_without_its_security_fix_lacks_it() -> None:
    older = replace(on("0.39"), packages={"uvicorn": "0.34.0"})
    (found,) = security({"FIX": replace(CHANGE, kind="security")}, older, on("0.39"))
    assert found.standing == "lacking"


def test_lines_are_those_that_matter() -> None:
    after = responding(status=404, body=b"no\x1b[31m")
    fields = {difference.where for difference in differences(PLAIN, after)}
    assert [(line.text, line.differs) for line in response_lines(after, PLAIN, fields)] == [
        ("< HTTP/1.1 404 OK", True),
        ("<", False),
        ("no\\x1b[31m", True),
    ]
    request = Request("hello", b"POST / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nA: \x07\r\n\r\nbody")
    assert request_lines(request) == ("POST / HTTP/1.1", "A: \\x07", "body")


def test_a_server_that_stalls_is_left_alone() -> None:
    stalling = Stalling()
    stalling.note(late=False)
    for _ in range(PATIENCE):
        assert not stalling.gives_up()
        stalling.note(late=True)
    assert stalling.gives_up()
    assert stalling.unsent == 1


def late(seconds: float) -> Script:
    def script(connection: socket.socket) -> None:
        time.sleep(seconds)
        keeps_open(HEAD + b"content-length: 2\r\n\r\nok")(connection)

    return script


def drops_where_nothing_follows(connection: socket.socket) -> None:
    """As uvicorn does: who has closed the sending side gets no response."""
    connection.settimeout(2 * SLOWER)
    with suppress(TimeoutError):
        if not connection.recv(1):
            return
    keeps_open(HEAD + b"content-length: 2\r\n\r\nok")(connection)


def both(
    scripts: list[Script], requests: list[SentRequest], monkeypatch: pytest.MonkeyPatch
) -> dict[SentRequest, Explained]:
    """Two miniatures compared."""
    with miniature(scripts[0]) as one, miniature(scripts[1]) as other:
        ports = [{"hello": one.port}, {"hello": other.port}]
        monkeypatch.setattr(side_by_side, "running", lambda *_: nullcontext(ports))
        (before, after), sentences = comparable_responses(
            [on("0.39"), on("0.40")], requests, parallel=1
        )
    assert sentences == []
    return Comparison(on("0.39"), on("0.40"), Ledger({}, [], {}, {})).explain(before, after)


def test_a_late_response_is_slow_and_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = SentRequest("hello", REQUEST)
    explained = both([late(0), drops_where_nothing_follows], [sent], monkeypatch)
    (found,) = explained[sent].remaining
    assert (found.where, found.severity) == ("first response", "arrival")
    assert explained[sent].after.response == explained[sent].before.response
    assert (explained[sent].after.first or 0) >= 2 * SLOWER


def test_a_response_that_is_a_little_later_is_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = SentRequest("hello", REQUEST)
    monkeypatch.setattr(side_by_side, "SOON", 0.05)
    assert not both([late(0), late(0.2)], [sent], monkeypatch)[sent].differs


def test_a_response_that_never_comes_is_named_by_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(side_by_side, "FIRST", 0.1)
    sent = SentRequest("hello", REQUEST)
    explained = both([late(0), keeps_open(b"")], [sent], monkeypatch)
    fields = {found.where: found.after for found in explained[sent].differences}
    assert (fields["status"], fields["ending"]) == ("0", "no response within 0.1 s")


def test_requests_to_which_nothing_comes_are_waited_for_side_by_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second one is sent before the first one's deadline, on a server that has both open."""
    waiting = threading.Barrier(3)

    class Together(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            waiting.wait(5)
            self.request.sendall(HEAD + b"content-length: 0\r\n\r\n")

    monkeypatch.setattr(side_by_side, "SOON", 0.01)
    requests = [
        SentRequest("hello", replace(REQUEST, data=REQUEST.data.replace(b"/ ", b"/%d " % number)))
        for number in range(3)
    ]
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Together) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        ports = [{"hello": server.server_address[1]}]
        monkeypatch.setattr(side_by_side, "running", lambda *_: nullcontext(ports))
        (found,), _ = comparable_responses([ENVIRONMENT], requests, parallel=1)
        server.shutdown()
    assert {answer.response.status for answer in found.values()} == {200}
    assert len(found) == 3


def drips(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"content-length: 5000\r\n\r\n")
    while True:
        connection.sendall(b"a")
        time.sleep(0.005)


@pytest.mark.parametrize(
    "script",
    [
        keeps_open(HEAD + b"content-length: 5\r\n\r\n"),
        keeps_open(HEAD + b"content-length: 0\r\nconnection: close\r\n\r\n"),
        drips,
    ],
    ids=["lacks a body", "does not close", "drips"],
)
def test_a_server_that_stalls_is_named(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    class Running:
        def __init__(self, port: int) -> None:
            self.port = port

        def __enter__(self) -> list[dict[str, int]]:
            return [{"hello": self.port}]

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(side_by_side, "SECONDS", 0.05)
    monkeypatch.setattr("starlette_conformance.http.connection.AFTERLOOK", 0.05)
    monkeypatch.setattr(side_by_side, "PATIENCE", 2)
    many = [
        SentRequest("hello", replace(REQUEST, data=REQUEST.data.replace(b"/ ", b"/%d " % number)))
        for number in range(5)
    ]
    with miniature(script) as server:
        monkeypatch.setattr(side_by_side, "running", lambda *_: Running(server.port))
        found, gave_up = comparable_responses([ENVIRONMENT], many, parallel=1)
    assert len(found[0]) == 2
    (sentence,) = gave_up
    assert sentence == (
        "hello on miniature: 2 responses did not begin within 4 s, or not end 0.05 s later, or no "
        "close followed, so 3 requests were not sent"
    )


def test_apps_that_ended_on_both_stacks_do_not_answer_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with miniature(keeps_open(HEAD + b"content-length: 0\r\n\r\n")) as server:
        pass
    ports = [{"hello": server.port}, {"hello": server.port}]
    monkeypatch.setattr(side_by_side, "running", lambda *_: nullcontext(ports))
    both = [ENVIRONMENT, ENVIRONMENT]
    assert comparable_responses(both, [SentRequest("hello", REQUEST)]) == (
        [{}, {}],
        ["hello: it had ended on both stacks when 1 requests came"],
    )


@pytest.mark.parametrize(
    ("afters", "counts"),
    [
        ([PLAIN, said(c="3")], (1, 0, 1, 1)),
        ([said(c="3")], (1, 0, 1, 0)),
        ([PLAIN, PLAIN, PLAIN], (1, 1, 0, 0)),
        ([said(c="4"), PLAIN, said(c="3")], (1, 0, 1, 1)),
        ([said(c="3", d="4"), said(c="3", d="4"), said(c="3", d="5")], (1, 1, 0, 0)),
    ],
)
def test_a_difference_counts_by_what_is_there_when_both_are_asked_again(
    afters: list[WireResponse], counts: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many differ, clusters of what is unexplained, changes, and what was there only once:
    then one stack did not respond the same each time.
    """
    responses = iter(afters)

    def respond(
        _: object, requests: list[SentRequest], *__: object
    ) -> tuple[list[dict[SentRequest, WireResponse]], list[str]]:
        return [dict.fromkeys(requests, PLAIN), dict.fromkeys(requests, next(responses))], []

    def send(
        _: object, __: object, requests: list[list[SentRequest]], *___: object
    ) -> tuple[list[dict[SentRequest, WireResponse]], list[str]]:
        return respond(_, requests[0])

    monkeypatch.setattr(live, "comparable_responses", lambda *of_both, **_: respond(*of_both))
    monkeypatch.setattr(recording, "running", lambda *_: nullcontext([{}, {}]))
    monkeypatch.setattr(recording, "send_to_running", send)
    ledger = Ledger({"C": CHANGE}, EFFECTS, {}, {})
    diff = live.compare(Comparison(on("0.39"), on("0.40"), ledger), [SentRequest("hello", REQUEST)])
    lists = diff.differing, diff.unexplained, diff.explained, diff.unstable
    assert tuple(map(len, lists)) == counts


def test_an_app_that_one_stack_was_sent_nothing_again_was_repeated_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a stack is whose first response never came."""
    counts = {"hello": 5, "sse streams": 3}, {"hello": 4}
    sides = [recording.Recorded({}, {}, each) for each in counts]
    monkeypatch.setattr(live, "record", lambda *_: (sides, []))
    comparison = Comparison(on("0.39"), on("0.40"), Ledger({"C": CHANGE}, EFFECTS, {}, {}))
    diff = live.compare(comparison, [], repeat_after=500)
    assert diff.repetition
    assert diff.repetition.responses == (("hello", 4), ("sse streams", 0))


def test_as_many_steps_are_announced_as_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that are sent since they are like others count, too."""
    like = SentRequest("hello", Request("hello", b"GET /like HTTP/1.1\r\n\r\n"))

    def send(
        _: object, __: object, requests: list[list[SentRequest]], advance: Callable[[], None]
    ) -> tuple[list[dict[SentRequest, WireResponse]], list[str]]:
        older, newer = requests
        for _each in (*older, *newer):
            advance()
        return [dict.fromkeys(older, PLAIN), dict.fromkeys(newer, said(c="3"))], []

    monkeypatch.setattr(live, "similar", lambda *_: [like])
    monkeypatch.setattr(recording, "running", lambda *_: nullcontext([{}, {}]))
    monkeypatch.setattr(recording, "send_to_running", send)
    announced, taken = list[int](), list[None]()
    comparison = Comparison(on("0.39"), on("0.40"), Ledger({"C": CHANGE}, EFFECTS, {}, {}))
    live.compare(
        comparison,
        [SentRequest("hello", REQUEST)],
        lambda: taken.append(None),
        announce=announced.append,
    )
    assert announced == [len(taken)] == [4]


def test_what_a_stack_sent_is_shown_on_one_inert_line() -> None:
    (difference,) = differences(PLAIN, said(a=HOSTILE))
    assert difference.after is not None
    inert(f"{FORGED}{difference.after}")
    assert "\n" not in difference.after
