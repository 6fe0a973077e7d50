"""Where two bodies differ, by their media type."""

import pytest

from starlette_conformance.explain.bodies import places
from starlette_conformance.explain.differences import PLACES, differences
from starlette_conformance.model.expectations import Response
from starlette_conformance.replay.wire_response import WireResponse

JSON, HTML, TEXT = "application/json", "text/html; charset=utf-8", "text/plain"
PAGE = "<head><meta name=generator content='shop {}'></head><body>{}<b id=total>{} EUR</b></body>"


def page(version: str, total: str) -> bytes:
    return PAGE.format(version, "<p>text</p>\n" * 200, total).encode()


def found(before: bytes, after: bytes, *kinds: str) -> list[tuple[str | None, ...]] | None:
    each = places(before, after, kinds * 2 if len(kinds) == 1 else kinds)
    return each if each is None else [tuple(place) for place in each]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            b'{"version": "0.52.1", "total": 10.0, "b": [1, {"c": 2}]}',
            b'{"b": [1, {"c": "2"}], "version": "1.0.0", "total": 1000.0}',
            [("$.version", '"0.52.1"', '"1.0.0"'), ("$.total", "10.0", "1000.0"),
             ("$.b[1].c", "2", '"2"')],
        ),
        (b'{"a": {"x": 1}}', b'{"c d": null}',
         [("$.a", '{"x": 1}', None), ('$["c d"]', None, "null")]),
        (b"[1, 2, 4, 5]", b"[1, 2, 3, 4, 6]", [("$[2]", None, "3"), ("$[3]", "5", "6")]),
        (b'{"a": 1, "b": "\\u00e9"}', '{"b":"é","a":1}'.encode(), []),
        (b'{"n": [varies], "t": "at [varies]"}', b'{"n":[varies],"t":"at [varies]"}', []),
        (b'{"n": [varies], "t": "a"}', b'{"n": [varies], "t": "b"}', [("$.t", '"a"', '"b"')]),
        (b"1", b"1.0", [("$", "1", "1.0")]),
        (b"tea", b"pie", [("line 1:1", "tea", "pie")]),
        (b'{"a": "tea %b, 10.00"}' % (b"x " * 90), b'{"a": "pie %b, 1000.00"}' % (b"x " * 90),
         [("$.a line 1:1", "tea x x x x x x x x x x x x...", "pie x x x x x x x x x x x x..."),
          ("$.a line 1:187", f"...{'x ' * 11}, 10.00", f"...{'x ' * 11}, 1000.00")]),
    ],
)  # fmt: skip
def test_json_differs_by_value_at_every_path(
    before: bytes, after: bytes, expected: list[tuple[str | None, ...]]
) -> None:
    assert found(before, after, JSON) == expected


@pytest.mark.parametrize(
    ("text", "kind"), [(b"[" * 100_000, JSON), (b'{"a": 1' * 9, JSON), (b"<![foo bar]>", HTML)]
)
def test_what_is_not_what_its_media_type_says_is_text(text: bytes, kind: str) -> None:
    assert [place[0] for place in found(text, b"1" + text, kind) or ()] == ["line 1:1"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (page("0.52.1", "10.00"), page("1.0.0", "1000.00"), [
            ("line 1:7", '<meta content="shop 0.52.1" name="generator">',
             '<meta content="shop 1.0.0" name="generator">'),
            ("line 201:13", "10.00 EUR", "1000.00 EUR"),
        ]),
        (b"<p class='a' id=b>1 &lt; 2\n </p>", b'<p id="b" class="a">1 &#60; 2 </p>', []),
        (b"<pre>a\n b</pre>", b"<pre>a b</pre>", [("line 1:6", "a\n b", "a b")]),
        (b"<p>a</p>", b"<p>a</p><p>b</p>", [("line 1:9", None, "<p>b</p>")]),
        (b"<script>let a = 1;  b()</script>", b"<script>let a = 1; b()</script>",
         [("line 1:9", "let a = 1;  b()", "let a = 1; b()")]),
    ],
)  # fmt: skip
def test_html_differs_as_a_browser_reads_it(
    before: bytes, after: bytes, expected: list[tuple[str | None, ...]]
) -> None:
    assert found(before, after, HTML) == expected


@pytest.mark.parametrize(
    ("before", "after", "kind", "expected"),
    [
        (b"total 10.00 EUR\nsame\nversion 1.2.3\n", b"total 1000.00 EUR\nsame\nversion 1.2.4\n",
         TEXT, [("line 1:7", "total 10.00 EUR", "total 1000.00 EUR"),
                ("line 3:9", "version 1.2.3", "version 1.2.4")]),
        (b"a=1&b=2&b=%33&c=", b"b=2&b=4&a=1", "application/x-www-form-urlencoded",
         [("field b (2)", "3", "4"), ("field c", "", None)]),
        (b'{"a":1}\n{"b":1}\n', b'{"a":2}\n{"b": 1}\n', "application/x-ndjson",
         [("line 1 $.a", "1", "2")]),
        (b'{"a":1}\n', b'{"a":1}\n{"b":1}\n', "application/x-ndjson",
         [("line 2", None, '{"b":1}')]),
        (b'event: x\ndata: {"delta": 1}\n\ndata: b\n\n', b'data: {"delta":2}\r\n\r\n: b\r\n\r\n',
         "text/event-stream", [("event 1 event", "x", None), ("event 1 data $.delta", "1", "2"),
                               ("event 2", "data: b", ": b")]),
        (b"\x89PNG\xff", b"\x89PNG\xfe", "image/png", None),
        (b"tea", b"pie", "application/zip", None),
    ],
)  # fmt: skip
def test_other_bodies_differ_by_their_parts(
    before: bytes, after: bytes, kind: str, expected: list[tuple[str | None, ...]] | None
) -> None:
    assert found(before, after, kind) == expected


def test_multipart_differs_by_part_and_whatever_the_boundary() -> None:
    def body(boundary: str, total: int, name: str) -> bytes:
        parts = (
            f'Content-Type: application/json\r\n\r\n{{"total": {total}}}',
            f'Content-Disposition: form-data; name="{name}"\r\n\r\ntea',
        )
        return "".join(f"--{boundary}\r\n{part}\r\n" for part in parts).encode() + (
            f"--{boundary}--\r\n".encode()
        )

    kinds = [f"multipart/form-data; boundary={each}" for each in ("AA", "BB")]
    assert found(body("AA", 1, "a"), body("BB", 1, "a"), *kinds) == []
    assert found(body("AA", 1, "a"), body("BB", 2, "b"), *kinds) == [
        ("part 1 $.total", "1", "2"),
        ("part 2 header content-disposition", 'form-data; name="a"', 'form-data; name="b"'),
    ]


def test_another_media_type_is_compared_as_text() -> None:
    assert found(b'{"a":1}', b'{"a":2}', "text/html", JSON) == [("line 1:6", '{"a":1}', '{"a":2}')]


def sides(before: bytes, after: bytes, kind: str = JSON) -> list[tuple[str, ...]]:
    responses = (
        WireResponse(Response(200, {"content-type": kind}, b, at=0)) for b in (before, after)
    )
    return [(each.severity, each.where) for each in differences(*responses)]


def test_json_that_is_written_otherwise_is_the_least_of_the_differences_of_a_body() -> None:
    assert sides(b'{"a": 1}', b'{"a":1}') == [("writing", "body as written")]


def test_what_is_cut_off_the_places_of_a_body_is_said() -> None:
    before, after = (b"[" + b",".join([n] * (PLACES + 3)) + b"]" for n in (b"1", b"2"))
    found = sides(before, after)
    assert found[PLACES - 1] == ("body", f"body $[{PLACES - 1}]")
    assert found[PLACES:] == [("body", "body and 3 more places")]


def test_of_a_long_word_the_part_that_differs_is_shown() -> None:
    before, after = (b"x" * 500 + total + b"y" * 500 for total in (b"9.00", b"10.00"))
    assert found(before, after, TEXT) == [
        (
            "line 1:501",
            f"...{'x' * 24}9{'.00' + 'y' * 21}...",
            f"...{'x' * 24}10{'.00' + 'y' * 21}...",
        )
    ]
    each = found(b"x" * 500 + b"1", b"y" * 500 + b"2", TEXT)
    assert each is not None
    ((_, was, now),) = each
    assert (was or "").startswith(f"{'x' * 80}... (501 characters, SHA-256 ")
    assert was != now


def test_bodies_with_little_in_common_differ_as_a_whole_and_in_little_time() -> None:
    before, after = (b"%b and milk; " % word * 100_000 for word in (b"tea", b"pie"))
    assert sides(before, after, TEXT) == [("body", "body")]


def test_a_short_text_is_shown_whole() -> None:
    assert sides(b"a tea", b"a pie", TEXT) == [("body", "body")]
    assert sides(b"", b"a pie" * 99, TEXT) == [("body", "body")]
