"""The answers of several runs to one request, brought down to one of each stack."""

import gzip
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from starlette_conformance.http.connection import LEFT as CLIENT
from starlette_conformance.http.connection import LIMIT, Segment
from starlette_conformance.model.expectations import Response
from starlette_conformance.replay.send import RawResponse
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.servers import DEFAULT
from starlette_conformance.userapp import unpacked as unpacking
from starlette_conformance.userapp.merge_repetitions import Merged

LEFT = "no last chunk: left by the client"
LATE = "nothing more came within 1 s"
MUCH = f"more than {LIMIT} bytes came"


def response(body: bytes = b"", status: int = 200, **rest: Any) -> WireResponse:
    headers = {"content-length": str(len(body))} | rest.pop("headers", {})
    response = Response(status, headers, body, "OK", at=0.0)
    response = replace(response, **{k: rest.pop(k) for k in ("ending", "closes") if k in rest})
    return WireResponse(response, tuple(headers), **rest)


def runs(make: Callable[[], WireResponse]) -> list[WireResponse]:
    return [make() for _ in range(3)]


def fields(judged: Merged) -> list[str]:
    return [difference.where for difference in judged.differences]


def numbers(digits: int) -> Callable[[], WireResponse]:
    return lambda: response(b"[%d]" % (10 ** (digits - 1) + secrets.randbelow(9)))


def test_the_length_of_what_varies_makes_no_difference() -> None:
    judged = Merged.of([response(b"[1]"), response(b"[3]")], [response(b"[10]"), response(b"[11]")])
    assert fields(judged) == []
    assert judged.varying == ("body: $[0]",)
    assert judged.after.response.headers == {"content-length": "[the length of the body]"}


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"first": (3.1, 3.0)}, ["first response"]),
        ({"first": (3.1, 0.1)}, []),
        ({"first": (0.9, 0.9)}, []),
        ({"first": (9.0, 1.5)}, []),
        ({"first": (3.1, 3.0), "last": (3.1, 3.0)}, ["first response"]),
        ({"first": (0.1, 0.2), "last": (3.1, 3.0)}, ["whole response"]),
    ],
)
def test_a_response_that_is_late_in_every_run_is_slower(
    times: dict[str, tuple[float, float]], field: list[str]
) -> None:
    quick = [response(first=0.1, last=0.1), response(first=0.2, last=0.2)]
    usual = {"first": (0.1, 0.2), "last": (0.1, 0.2)}
    late = [
        response(first=first, last=last)
        for first, last in zip(*(usual | times).values(), strict=True)
    ]
    assert fields(Merged.of(quick, late)) == field
    assert fields(Merged.of(late, quick)) == []


def test_how_much_later_counts_is_the_users() -> None:
    sides = [response(first=0.1)] * 2, [response(first=0.5)] * 2
    assert [fields(Merged.of(*sides, seconds=seconds)) for seconds in (0.3, 0.5)] == [
        ["first response"],
        [],
    ]


def test_a_length_that_is_not_the_bodys_differs() -> None:
    wrong = [
        replace(numbers(1)(), response=Response(200, {"content-length": "9"}, b"[%d]" % n))
        for n in (1, 2)
    ]
    right = [
        replace(w, response=replace(w.response, headers={"content-length": "3"})) for w in wrong
    ]
    assert "header content-length" in fields(Merged.of(right, wrong))


def test_another_body_differs_beside_what_varies() -> None:
    def page(name: bytes) -> Callable[[], WireResponse]:
        return lambda: response(
            b'{"id": "%b", "name": "%b"}' % (secrets.token_hex(8).encode(), name)
        )

    judged = Merged.of(runs(page(b"tea")), runs(page(b"pie")))
    assert fields(judged) == ["body"]
    assert judged.varying == ("body: $.id",)


def test_the_length_of_what_varies_in_length_is_not_told_beside_it() -> None:
    judged = Merged.of(
        [response(b"[1]"), response(b"[10]")], [response(b"[1]"), response(b"[100]")]
    )
    assert (fields(judged), judged.varying) == ([], ("body: $[0]",))


def test_a_body_is_masked_as_the_text_that_it_is_and_bytes_stay_bytes() -> None:
    def grown(end: bytes) -> Callable[[], WireResponse]:
        number = secrets.token_hex(8).encode()
        return lambda: response(b'{"gr\xc3\xb6\xc3\x9fe": "%b"}' % number + end)

    judged = Merged.of([grown(b"")(), grown(b"")()], [grown(b"")(), grown(b"")()])
    assert (fields(judged), judged.varying) == ([], ("body: $.größe",))
    broken = Merged.of([grown(b"\xff")(), grown(b"\xff")()], [grown(b"\xfe")(), grown(b"\xfe")()])
    assert broken.before.response.body == b'{"gr\xc3\xb6\xc3\x9fe": "[varies]"}\xff'
    assert fields(broken) == ["body"]
    assert broken.varying == ('body: {"größe": "[varies]"}\\udcff',)


def test_what_varies_in_two_of_several_cookies_is_told_once() -> None:
    def cookies(*more: str) -> WireResponse:
        return response(headers={"set-cookie": (f"a={secrets.token_hex(4)}", "b=1", *more)})

    judged = Merged.of([cookies(), cookies()], [cookies("c=1"), cookies("c=1")])
    assert judged.varying == ("header set-cookie: a=[varies]",)


def test_compressed_bodies_compare_app_what_is_in_them_and_as_they_were_sent() -> None:
    def compressed(level: int, mtime: int = 0) -> WireResponse:
        packed = gzip.compress(b"tea, pie" * 9, level, mtime=mtime)
        return response(packed, headers={"content-encoding": "gzip"})

    once, again = ([compressed(9, mtime) for mtime in those] for those in ((1, 2), (3, 4)))
    assert fields(Merged.of(once, again)) == []
    (difference,) = Merged.of([compressed(0)] * 2, [compressed(9)] * 2).differences
    assert (difference.where, difference.severity) == ("body as sent", "writing")


def test_a_stream_that_is_no_longer_packed_has_the_same_events() -> None:
    """After a public report: two untrue lines beside this one."""
    events = b"data: step 1\n\ndata: step 2\n\n"
    stream, length = {"content-type": "text/event-stream"}, {"content-length": "1"}
    packed = response(gzip.compress(events), headers=stream | length | {"content-encoding": "gzip"})
    plain = response(events, headers=stream | length)
    assert fields(Merged.of([packed] * 2, [plain] * 2)) == ["header content-encoding"]


FILE = {"etag": '"0123abcd"', "last-modified": "Sun, 12 Apr 2026 10:00:00 GMT"}
OTHER = {"etag": '"abcd0123"', "last-modified": "Sun, 12 Apr 2026 10:00:09 GMT"}


@pytest.mark.parametrize(
    ("body", "now", "headers", "found"),
    [
        (b"tea", b"tea", OTHER, []),
        (b"", b"", OTHER, []),
        (b"tea", b"pie", OTHER, ["body"]),
        (b"tea", b"tea", OTHER | {"etag": "abcd0123"}, ["header etag"]),
        (b"tea", b"tea", OTHER | {"last-modified": "today"}, ["header last-modified"]),
        (b"tea", b"tea", {"etag": FILE["etag"]}, ["header last-modified"]),
        (b"tea", b"teas", FILE, ["body"]),
        (b"tea", b"teas", FILE | {"content-length": "5"}, ["header content-length", "body"]),
    ],
)
def test_what_follows_from_a_body_or_the_time_of_a_file_is_no_finding(
    body: bytes, now: bytes, headers: dict[str, str], found: list[str]
) -> None:
    merged = Merged.of([response(body, headers=FILE)] * 2, [response(now, headers=headers)] * 2)
    assert fields(merged) == found


def test_a_packed_body_that_is_too_much_or_not_whole_is_left_as_it_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = gzip.compress(b"tea" * 9)
    for body, most in ((packed, 26), (packed[:-1], 99), (packed + b"x", 99), (b"tea", 99)):
        monkeypatch.setattr(unpacking, "UNPACKED", most)
        same = [response(body, headers={"content-encoding": "gzip"})] * 2
        assert Merged.of(same, same).before.response.body == body


def packed(end: Callable[[], bytes], size: int) -> Callable[[], WireResponse]:
    headers = {"content-encoding": "gzip", "content-length": "1"}
    return lambda: response(gzip.compress(bytes(size) + end(), 1), headers=headers)


def test_of_a_body_that_unpacks_to_much_the_beginning_is_kept() -> None:
    """Its end counts all the same, as long as it does not vary."""
    old, new = (runs(packed(lambda end=end: end, 9_000_000)) for end in (b"tea", b"pie"))  # type: ignore[misc]
    same = Merged.of(old, old)
    assert (fields(same), same.varying, same.limits) == ([], (), ())
    assert len(same.before.response.body) < LIMIT + 200
    other = Merged.of(old, new)
    assert (fields(other), other.limits) == (["body line 2:32"], ())
    varies = packed(lambda: secrets.token_bytes(9), 9_000_000)
    judged = Merged.of([varies(), varies()], [varies(), varies()])
    assert fields(judged) == []
    assert judged.limits == ("body: compared up to 4,194,304 bytes of what it unpacks to",)


def test_of_a_body_that_unpacks_to_too_much_nothing_is_compared_where_it_varies() -> None:
    varies = packed(lambda: secrets.token_bytes(9), 65_000_000 + 2_200_000)
    judged = Merged.of([varies(), varies()], [varies(), varies()])
    assert fields(judged) == []
    assert judged.limits == ("body: not compared, for it unpacks to more than 67,108,864 bytes",)


def test_json_that_is_too_deep_to_be_read_is_compared_as_text() -> None:
    def deep() -> WireResponse:
        return response(b"[" * 100_000 + secrets.token_hex(8).encode())

    judged = Merged.of(runs(deep), runs(deep))
    assert fields(judged) == []
    assert [place.partition(":")[0] for place in judged.varying] == ["body"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            [response(), response(status=409)],
            [response()] * 2,
            "OLD responds with 200 in one run and 409 in another",
        ),
        (
            [response()] * 2,
            [response(), response(status=0, ending=f"no response: {LATE}")],
            f"NEW responds with 200 in one run and nothing (no response: {LATE}) in another",
        ),
        (
            [response(status=0, ending=f"no response: {LATE}")] * 2,
            [response(status=0, ending=f"no response: {LATE}")] * 2,
            f"no whole response from either: no response: {LATE}",
        ),
        (
            [response(ending=f"no last chunk: {LATE}")],
            [response(ending=f"no last chunk: {LATE}")],
            f"no whole response from either: no last chunk: {LATE}",
        ),
        (
            [response(ending=f"4200000 of 9999999 bytes: {MUCH}")],
            [response(ending=f"4200001 of 9999999 bytes: {MUCH}")],
            f"the responses of both are too long to be kept: {MUCH}",
        ),
        (
            [response(ending=f"{n} of 9999999 bytes: {MUCH}") for n in (4200000, 4200001)],
            [response(), response(status=409)],
            "NEW responds with 200 in one run and 409 in another",
        ),
    ],
)
def test_what_cannot_be_compared_has_a_problem(
    old: list[WireResponse], new: list[WireResponse], problem: str
) -> None:
    assert Merged.of(old, new).problem == problem


def test_that_only_new_hangs_is_a_difference() -> None:
    hangs = response(status=0, ending=f"no response: {LATE}")
    judged = Merged.of([response()] * 2, [hangs] * 2)
    assert judged.problem == ""
    assert {"status", "ending"} <= set(fields(judged))


def test_a_stream_that_some_run_left_counts_to_where_it_was_left() -> None:
    whole = response(b"data: 1\n\ndata: 2\n\ndata: 3\n\n")
    left = response(b"data: 1\n\ndata: 2\n\n", ending=LEFT)
    assert fields(Merged.of([whole, left], [left, left])) == []


def test_chunks_of_a_body_that_varies_count_where_its_length_does_not() -> None:
    def cut(*cuts: int) -> list[WireResponse]:
        return runs(lambda: response(secrets.token_hex(sum(cuts) // 2).encode(), cuts=cuts))

    assert fields(Merged.of(cut(10), cut(12))) == []
    assert fields(Merged.of(cut(10), cut(4, 6))) == ["chunks"]


def test_each_of_several_cookies_is_masked_by_itself() -> None:
    def cookies(more: str = "") -> Callable[[], WireResponse]:
        return lambda: response(
            headers={"set-cookie": (f"a={secrets.token_hex(4)}; Path=/", f"b=1; Path=/{more}")}
        )

    assert fields(Merged.of(runs(cookies()), runs(cookies()))) == []
    judged = Merged.of(runs(cookies()), runs(cookies("; Secure")))
    assert judged.after.response.headers["set-cookie"] == (
        "a=[varies]; Path=/",
        "b=1; Path=/; Secure",
    )
    one = runs(lambda: response(headers={"set-cookie": f"a={secrets.token_hex(4)}; Path=/"}))
    assert fields(Merged.of(runs(cookies()), one)) == ["header set-cookie"]


def test_a_header_that_is_sent_now_and_then_is_told() -> None:
    now_and_then = [response(headers={"x-cache": "hit"}), response()]
    judged = Merged.of(now_and_then, [response()] * 2)
    assert judged.varying == (
        "header x-cache: whether it is sent, or how often",
        "the header lines and their order",
    )
    assert fields(judged) == []


def test_what_of_the_layout_varies_is_told() -> None:
    old = [response(cuts=(1, 2), arrivals="head, then event 1"), response(cuts=(3,), closes=True)]
    judged = Merged.of(old, [response(cuts=(3,))] * 2)
    assert fields(judged) == []
    assert judged.varying == (
        "whether the connection is closed",
        "how the body is cut into chunks",
        "what of the stream comes together",
    )


@pytest.mark.parametrize(
    "framed",
    [
        lambda body: b"Content-Length: %d\r\n\r\n%b" % (len(body), body),
        lambda body: b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body),
    ],
)
def test_the_port_of_the_server_in_a_body_leaves_its_framing_whole(
    framed: Callable[[bytes], bytes],
) -> None:
    def served(port: int) -> WireResponse:
        address = b"http://127.0.0.1:%d" % port
        body = framed(b'{"next": "%b/2", "last": "%b/9"}' % (address, address))
        head = b"HTTP/1.1 200 OK\r\nLink: <%b/2>\r\n" % address
        received = (Segment(0.0, head + body),)
        return WireResponse.of(RawResponse("GET", port, received, CLIENT, False, False, DEFAULT))

    merged = Merged.of([served(40001), served(50002)], [served(40003), served(50004)])
    found = merged.before.response
    assert found.body == b'{"next": "http://127.0.0.1:PORT/2", "last": "http://127.0.0.1:PORT/9"}'
    assert (found.headers["link"], found.ending) == ("<http://127.0.0.1:PORT/2>", "whole")
    assert (merged.problem, merged.varying, merged.differences) == ("", (), [])
