"""Answers whose head has a defect."""

import time
from typing import Any

from starlette_conformance.model.expectations import ABSENT, CONTINUE
from tests.miniatures.good_responses import (
    CHALLENGE,
    HELLO,
    LIMIT,
    NOT_ALLOWED,
    REDIRECT,
    Defect,
)
from tests.miniatures.raw_server import closes, floods, http_date

CUT = "closed by the server"
AN_HOUR_AGO = http_date(time.time() - 3600)

NO_HEAD: dict[str, Any] = {
    "version": "",
    "status": 0,
    "reason": "",
    "header date": ABSENT,
    "header server": ABSENT,
    "header content-type": ABSENT,
    "header content-length": ABSENT,
    "body": b"",
}
HALF_HEAD = {key: NO_HEAD[key] for key in ("header content-type", "header content-length", "body")}

BAD_HEADS = {
    "wrong status": Defect(HELLO, HELLO.but(b"200", b"201"), {"status": 201}),
    "wrong reason": Defect(HELLO, HELLO.but(b"OK", b"Okay"), {"reason": "Okay"}),
    "no reason": Defect(HELLO, HELLO.but(b"200 OK", b"200 "), {"reason": ""}),
    "HTTP/1.0": Defect(
        HELLO, HELLO.but(b"1.1", b"1.0"), {"version": "HTTP/1.0", "closes": True}, closes
    ),
    "a header more": Defect(
        HELLO, HELLO.but(b"server:", b"x-more: 1\r\nserver:"), {"header x-more": "1"}
    ),
    "a header missing": Defect(
        HELLO, HELLO.without(b"server: uvicorn\r\n"), {"header server": ABSENT}
    ),
    "a header twice": Defect(
        HELLO,
        HELLO.but(b"server:", b"server: uvicorn\r\nserver:"),
        {"header server": ("uvicorn", "uvicorn")},
    ),
    "another header value": Defect(
        HELLO, HELLO.but(b"uvicorn", b"hypercorn"), {"header server": "hypercorn"}
    ),
    "an empty header value": Defect(HELLO, HELLO.without(b"uvicorn"), {"header server": ""}),
    "no date": Defect(HELLO, HELLO.without(b"date: DATE\r\n"), {"header date": ABSENT}),
    "the date of another day": Defect(
        HELLO,
        HELLO.but(b"DATE", b"Sat, 12 Apr 2025 17:32:55 GMT"),
        {"header date": "Sat, 12 Apr 2025 17:32:55 GMT"},
    ),
    "a date an hour old": Defect(
        HELLO, HELLO.but(b"DATE", AN_HOUR_AGO), {"header date": AN_HOUR_AGO.decode()}
    ),
    "a date of another form": Defect(
        HELLO, HELLO.but(b"DATE", b"2025-04-12T17:32:55Z"), {"header date": "2025-04-12T17:32:55Z"}
    ),
    "the date twice": Defect(
        HELLO,
        HELLO.but(b"DATE", AN_HOUR_AGO + b"\r\ndate: " + AN_HOUR_AGO),
        {"header date": (AN_HOUR_AGO.decode(),) * 2},
    ),
    "no query in the redirect": Defect(
        REDIRECT,
        REDIRECT.without(b"?side=dark"),
        {"header location": "http://127.0.0.1:8000/user/Vader"},
    ),
    "another host in the redirect": Defect(
        REDIRECT,
        REDIRECT.but(b"127.0.0.1", b"example.org"),
        {"header location": "http://example.org:8000/user/Vader?side=dark"},
    ),
    "a permanent redirect": Defect(
        REDIRECT,
        REDIRECT.but(b"307 Temporary", b"308 Permanent"),
        {"status": 308, "reason": "Permanent Redirect"},
    ),
    "another header to vary by": Defect(
        REDIRECT, REDIRECT.but(b"Origin", b"Accept-Encoding"), {"header vary": "Accept-Encoding"}
    ),
    "no challenge": Defect(
        CHALLENGE,
        CHALLENGE.without(b"www-authenticate: Basic\r\n"),
        {"header www-authenticate": ABSENT},
    ),
    "another challenge": Defect(
        CHALLENGE, CHALLENGE.but(b"Basic", b"Bearer"), {"header www-authenticate": "Bearer"}
    ),
    "a wrong method allowed": Defect(
        NOT_ALLOWED, NOT_ALLOWED.but(b"GET,", b"PUT,"), {"header allow": "PUT, HEAD"}
    ),
    "a method less allowed": Defect(
        NOT_ALLOWED, NOT_ALLOWED.without(b", HEAD"), {"header allow": "GET"}
    ),
    "a method allowed twice": Defect(
        NOT_ALLOWED, NOT_ALLOWED.but(b"HEAD", b"HEAD, GET"), {"header allow": "GET, HEAD, GET"}
    ),
    "an interim answer": Defect(
        HELLO,
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + HELLO.answer,
        {"interim": ("HTTP/1.1 103 Early Hints",)},
    ),
    "two interim responses": Defect(
        HELLO, f"{CONTINUE}\r\n\r\n".encode() * 2 + HELLO.answer, {"interim": (CONTINUE, CONTINUE)}
    ),
    "a header in an interim response": Defect(
        HELLO,
        b"HTTP/1.1 100 Go On\r\nx: y\r\n\r\n" + HELLO.answer,
        {"interim": ("HTTP/1.1 100 Go On\r\nx: y",)},
    ),
    "a folded header line": Defect(
        HELLO,
        HELLO.but(b"uvicorn", b"\r\n uvicorn"),
        {"header server": "", **HALF_HEAD, "ending": "not a header: b' uvicorn'"},
    ),
    "a space before the colon": Defect(
        HELLO,
        HELLO.but(b"server:", b"server :"),
        {"header server": ABSENT, **HALF_HEAD, "ending": "not a header: b'server : uvicorn'"},
    ),
    "a zero byte in a header": Defect(
        HELLO,
        HELLO.but(b"uvicorn", b"uvi\0corn"),
        {"header server": ABSENT, **HALF_HEAD, "ending": r"not a header: b'server: uvi\x00corn'"},
    ),
    "garbage for a status line": Defect(
        HELLO,
        b"\x16\x03\x01 garbage\r\n" + HELLO.answer,
        NO_HEAD | {"ending": r"not a status line: b'\x16\x03\x01 garbage'"},
    ),
    "a status of two digits": Defect(
        HELLO,
        HELLO.but(b"200", b"20"),
        NO_HEAD | {"ending": "not a status line: b'HTTP/1.1 20 OK'"},
    ),
    "line ends without CR": Defect(
        HELLO,
        HELLO.answer.replace(b"\r", b""),
        NO_HEAD | {"ending": f"the head does not end: {CUT}"},
        closes,
    ),
    "half a head": Defect(
        HELLO,
        HELLO.until(b"uvicorn\r\ncontent-len"),
        HALF_HEAD | {"ending": f"the head does not end: {CUT}"},
        closes,
    ),
    "an endless head": Defect(
        HELLO,
        HELLO.until(b"uvicorn\r\n") + b"x: a",
        HALF_HEAD | {"ending": f"the head does not end: more than {LIMIT} bytes came"},
        floods,
    ),
}
