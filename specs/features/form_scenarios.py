"""Forms, sessions and templates, by an app that has what these need."""

from dataclasses import replace
from typing import Any

from specs.features.feature_app import json, sent, to
from specs.ledger.changes import FORM_FIELDS_LIMITED, SESSIONS_VARY
from specs.ledger.responses import HTML, content, text
from starlette_conformance.model.expectations import Response, since

URLENCODED = "Content-Type: application/x-www-form-urlencoded"
MULTIPART = "Content-Type: multipart/form-data"
IN_PARTS = f"{MULTIPART}; boundary=x"
FILE = b'; filename="a.txt"\r\nContent-Type: text/plain'
IN_FOLDER = b'; filename="b/a.txt"'
FIELDS = 1000
"""As many as a form may have where the app says nothing."""
COUNT = "eyJjb3VudCI6IDF9.Z_m7xA.RZwx15ZAKzRzNq0Affwutx51tp4"
"""By itsdangerous: Base64 of {"count": 1}, the time that the app says it is, and an HMAC."""


def part(name: str, value: bytes, more: bytes = b"") -> bytes:
    named = f'Content-Disposition: form-data; name="{name}"'.encode()
    return b"--x\r\n" + named + more + b"\r\n\r\n" + value + b"\r\n"


def parts(*those: bytes) -> bytes:
    return b"".join(those) + b"--x--\r\n"


def post(target: str, response: Any, body: bytes, *headers: str) -> Any:
    return to(f"POST {target}", response, *headers, f"Content-Length: {len(body)}", body=body)


def refused(reason: str) -> Response:
    return text(reason.encode(), 400)


def named(number: int) -> str:
    """So many empty fields."""
    return "[" + ",".join(['["a",""]'] * number) + "]"


FORMS = sent(
    "forms",
    post(
        "/form",
        json('[["a","1"],["b",""],["a","2"],["c","\xe9 d"],["e",""],["f +","g"]]'),
        b"a=1&b=&a=2&c=%C3%A9+d&e&f+%2B=g",
        URLENCODED,
    ),
    post(
        "/form",
        json(
            '[["a","1"],["f",["a.txt","text/plain",5,"hel"]],["g",["b/a.txt",null,0,""]],'
            '["u","\xe9"]]'
        ),
        parts(
            *(part("a", b"1"), part("f", b"hello", FILE), part("g", b"", IN_FOLDER)),
            part("u", b"\xc3\xa9"),
        ),
        IN_PARTS,
    ),
    post("/form", json(named(FIELDS)), b"&".join([b"a="] * FIELDS), URLENCODED),
    post(
        "/form",
        since(
            FORM_FIELDS_LIMITED,
            refused(f"Too many fields. Maximum number of fields is {FIELDS}."),
            before=json(named(FIELDS + 1)),
        ),
        b"&".join([b"a="] * (FIELDS + 1)),
        URLENCODED,
    ),
    post(
        "/form",
        refused("Part exceeded maximum size of 1024KB."),
        parts(part("a", bytes(1024 * 1024 + 1))),
        IN_PARTS,
    ),
    post(
        "/form?max_fields=1",
        since(
            FORM_FIELDS_LIMITED,
            refused("Too many fields. Maximum number of fields is 1."),
            before=json('[["a","1"],["b","2"]]'),
        ),
        b"a=1&b=2",
        URLENCODED,
    ),
    post(
        "/form?max_part_size=3",
        since(
            FORM_FIELDS_LIMITED,
            refused("Field exceeded maximum size of 0KB."),
            before=json('[["a","12345"]]'),
        ),
        b"a=12345",
        URLENCODED,
    ),
    post(
        "/form?max_fields=1",
        refused("Too many fields. Maximum number of fields is 1."),
        parts(part("a", b"1"), part("b", b"2")),
        IN_PARTS,
    ),
    post(
        "/form?max_files=0",
        refused("Too many files. Maximum number of files is 0."),
        parts(part("f", b"hello", FILE)),
        IN_PARTS,
    ),
    post(
        "/form?max_part_size=3",
        refused("Part exceeded maximum size of 0KB."),
        parts(part("a", b"12345")),
        IN_PARTS,
    ),
    post("/form", refused("Missing boundary in multipart."), parts(part("a", b"1")), MULTIPART),
    post("/form", json("[]"), b"{}", "Content-Type: application/json"),
    script="specs/features/apps/forms.py",
    needs="python-multipart",
)


def session(body: str, cookie: str = "") -> Response:
    more = {"vary": since(SESSIONS_VARY, "Cookie")} | ({"set-cookie": cookie} if cookie else {})
    return Response(200, content(body.encode(), "application/json", more), body.encode())


HAS = f"Cookie: session={COUNT}"
FLAGS = "path=/; Max-Age=1209600; httponly; samesite=lax"
GONE = "session=null; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly; samesite=lax"
STRICT = "path=/strict; httponly; samesite=strict; secure; domain=example.org"
ROLLS = f"session={COUNT}; {FLAGS}"
ONE = '{"count":1}'
UNREAD = json('"no session"')
UNREAD_ROLLS = replace(UNREAD, headers=UNREAD.headers | {"set-cookie": ROLLS})
SESSIONS = sent(
    "requests of sessions",
    to("GET /sessions/", session("{}")),
    to("POST /sessions/", session(ONE, ROLLS)),
    to("GET /sessions/", since(SESSIONS_VARY, session(ONE), before=session(ONE, ROLLS)), HAS),
    to("GET /sessions/unread", since(SESSIONS_VARY, UNREAD, before=UNREAD_ROLLS), HAS),
    to("DELETE /sessions/", session("{}", GONE), HAS),
    to("GET /sessions/", session("{}"), f"Cookie: session=x{COUNT}"),
    to("POST /strict/", session(ONE, f"id={COUNT}; {STRICT}")),
    script="specs/features/apps/forms.py",
    needs="python-multipart",
)
PAGE = b"<p>&lt;b&gt; <a href='http://example.org/page'>GET</a></p>"
TEMPLATES = sent(
    "a request for a page of a template",
    to("GET /page?name=%3Cb%3E", Response(201, content(PAGE, HTML), PAGE, reason="Created")),
    script="specs/features/apps/forms.py",
    needs="python-multipart",
)

SCENARIOS = [FORMS, SESSIONS, TEMPLATES]
