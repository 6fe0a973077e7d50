"""Requests from a HAR file of a browser."""

import json
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.har import requests

FORM = "application/x-www-form-urlencoded; charset=UTF-8"
ROOT = Path(__file__).parent.parent.parent


def entry(url: str | None = "http://x.org/", second: int = 0, **request: Any) -> dict[str, Any]:
    started = f"2026-11-25T01:00:{second:02}.000Z"
    whole = {"method": "GET", "url": url, "headers": [], "bodySize": 0} | request
    return {"startedDateTime": started, "request": whole}


def header(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def posted(text: str, size: int, kind: str = "text/plain", **post: Any) -> dict[str, Any]:
    post |= {"text": text, "mimeType": kind}
    return entry(method="POST", postData=post, bodySize=size)


def saved(folder: Path, *entries: Any) -> Path:
    path = folder / "file.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), "utf-8")
    return path


def sent(folder: Path, *entries: Any) -> list[bytes]:
    return [step.request.data for step in requests(saved(folder, *entries), "m:app", None)[0]]


def test_a_request_is_read_without_the_headers_of_its_connection(tmp_path: Path) -> None:
    names = [":method", ":path", "Connection", "keep-alive", "TE", "HOST", "cookie"]
    headers = [header(name, "1") for name in [*names, "X-A"]]
    assert sent(tmp_path, entry("https://x.org:8443/a%20b?c=d#e", headers=headers)) == [
        b"GET /a%20b?c=d HTTP/1.1\r\nHost: x.org:8443\r\nX-A: 1\r\nCookie: 1\r\n\r\n"
    ]


@pytest.mark.parametrize(
    ("given", "body"),
    [
        (posted("é", 2), "é".encode()),
        (posted("", 0), b""),
        (posted("a", -1), b"a"),
        (posted("AP8=", 2, encoding="base64"), b"\0\xff"),
        (posted("", 14, FORM, params=[header("a", "b c"), header("d", "é")]), b"a=b+c&d=%C3%A9"),
    ],
)
def test_a_body_is_read(tmp_path: Path, given: dict[str, Any], body: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x.org\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert sent(tmp_path, given) == [head + body]


def test_cookies_that_http_2_sent_one_by_one_are_put_together(tmp_path: Path) -> None:
    headers = [header("cookie", "a=1"), header("x-a", "1"), header("cookie", "b=2; c=3")]
    assert sent(tmp_path, entry(headers=headers)) == [
        b"GET / HTTP/1.1\r\nHost: x.org\r\nx-a: 1\r\nCookie: a=1; b=2; c=3\r\n\r\n"
    ]


def test_requests_are_in_the_order_in_which_they_were_sent(tmp_path: Path) -> None:
    path = saved(tmp_path, entry(second=2), entry("http://x.org/b", second=1))
    steps, left_out = requests(path, "m:app", None)
    assert [str(step) for step in steps] == [
        "GET /b (file.har, entry 2)",
        "GET / (file.har, entry 1)",
    ]
    assert left_out == []


def test_what_is_not_sent_to_the_app_is_left_out_and_told(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        entry(),
        entry("https://cdn.org/a"),
        entry("data:text/plain,a"),
        entry("ws://x.org/a"),
        entry("http://x.org/b", headers=[header("Upgrade", "WebSocket")]),
    )
    steps, left_out = requests(path, "m:app", "http://x.org/")
    assert [step.request.target for step in steps] == ["/"]
    assert left_out == [
        "file.har: 1 requests of data: are left out",
        "file.har: 2 requests to a WebSocket are left out",
        "file.har: 1 requests to https://cdn.org are left out",
    ]


NOT_ONE = ": entry 1 is not one of HAR 1.2: "


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], ": there is no request in it"),
        (
            [entry(), entry(), entry("https://cdn.org/a")],
            ": it has requests to http://x.org (2), https://cdn.org (1): name the app's",
        ),
        ([entry(), {}], ": entry 2 is not one of HAR 1.2: object missing required field "),
        ([entry(), 7], ": entry 2 is not one of HAR 1.2: "),
        ([entry() | {"startedDateTime": "now"}], ": entry 1 is not one of HAR 1.2: Invalid iso"),
        (
            [entry(headers=[{"name": "a"}])],
            ": entry 1 is not one of HAR 1.2: field request.headers[0]: object missing ",
        ),
        ([entry(headers=[header("a", "b\r\nc")])], ": entry 1: the header 'a' cannot be sent: "),
        ([entry(None)], ": entry 1 is not one of HAR 1.2: field request.url: expected str"),
        ([entry("http://[::1/")], ": entry 1 is not one of HAR 1.2: Invalid IPv6 URL"),
        (
            [entry(postData="a")],
            f"{NOT_ONE}field request.postData: expected object",
        ),
        ([posted("ab", 3)], ": entry 1: its body had 3 bytes, and the file has 2 of text: "),
        (
            [entry(method="POST", bodySize=-1, headers=[header("content-length", "3")])],
            ": entry 1: its body had 3 bytes, and the file has 0 of text: ",
        ),
        ([posted("é", 2, encoding="base64")], ": entry 1: its body is not base64: "),
        ([posted("\ud800", 2)], ": entry 1: its body has half a character"),
        ([posted("", 9, FORM, params=[{"name": "\ud800"}])], ": entry 1: its body has half a char"),
        (
            [entry(headers=[header("Content-Length", "9" * 5000)])],
            ": entry 1: Content-Length '9999",
        ),
        (
            [posted("", 9, "multipart/form-data", params=[header("a", "b")])],
            ": entry 1: the file has the parts of a multipart/form-data body, not the body",
        ),
    ],
)
def test_what_cannot_be_replayed_is_refused_by_entry(
    tmp_path: Path, entries: list[Any], message: str
) -> None:
    path = saved(tmp_path, *entries)
    with pytest.raises(UsageError) as caught:
        requests(path, "m:app", None)
    assert str(caught.value).startswith(f"{path}{message}")


def test_a_number_of_any_length_is_read(tmp_path: Path) -> None:
    path = saved(tmp_path, entry(bodySize=7))
    path.write_text(path.read_text("utf-8").replace("7", "-" + "9" * 5000), "utf-8")
    assert len(requests(path, "m:app", None)[0]) == 1


def test_of_many_origins_a_few_are_told(tmp_path: Path) -> None:
    path = saved(tmp_path, entry(), *(entry(f"http://{n}.org/") for n in range(1000)))
    assert len(requests(path, "m:app", "http://x.org")[1]) == 13
    with pytest.raises(UsageError, match=r"and 989 more: name the app's by --origin"):
        requests(path, "m:app", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON: Expecting value"),
        ('{"log": ', "not JSON: "),
        ("[" * 100_000, "not JSON that can be read: it is nested too deep"),
        ("[]", "expected object, got array"),
        ('{"log": {"entries": {}}}', "field log.entries: expected array, got object"),
    ],
)
def test_what_is_no_har_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "file.har"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        requests(path, "m:app", None)
    assert str(caught.value).startswith(f"{path}: not a HAR file: {message}")


def test_the_origin_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"no request to http://y\.org in it, but to http://x\.org \(1\)"
    ):
        requests(saved(tmp_path, entry()), "m:app", "http://y.org")


def test_the_example_that_a_browser_saved_is_accepted() -> None:
    steps, left_out = requests(ROOT / "examples" / "shop.har", "shop:app", None)
    assert (len(steps), left_out) == (25, [])


@pytest.mark.parametrize(("status", "recorded"), [(303, 303), (0, 0), (-1, 0), ("200", 0)])
def test_the_recorded_status_is_read(tmp_path: Path, status: Any, recorded: int) -> None:
    (step,), _ = requests(
        saved(tmp_path, entry() | {"response": {"status": status}}), "m:app", None
    )
    assert step.recorded == recorded
