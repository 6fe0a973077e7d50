"""What a folder of specs of your own imports.

`pytest my_specs --app shop:app --stack 0.46.1 --stack 1.10.0` runs them on your ASGI app. Each
function gets the fixture `app`, a `Client`, and compares whole responses:

    from starlette_conformance.specs import HTTP_DATE, SERVER, Client, Response, change, since

    def test_lists_nothing_at_first(app: Client) -> None:
        assert app.get("/notes") == Response(
            status=200,
            headers={
                "date": HTTP_DATE,
                "server": SERVER,
                "content-length": "2",
                "content-type": "application/json",
                "vary": since(change("CORS_VARIES_ALWAYS"), "Origin"),
            },
            body=b"[]",
        )

What there is:
    Client      get, head, post, options (target, headers), request(method, target, headers,
                content), raw(bytes): each returns an Exchange. `with app.logged() as lines:`
                collects the Lines that the app logs meanwhile
    Exchange    one request and its response as it stood on the wire. `==` compares it with a
                Response, or with a list of them where several requests went out together
    Response    status, headers (lower-case names; a repeated header has a tuple of values), body,
                reason, version, ending, closes, interim, extensions (of chunks), trailers. Each
                has its usual value by default. `lines`, the names of the header lines, are
                compared, with their order and case, where they are given
    chunked     a body in just these chunks: chunked(b"one", b"two")
    since       since(CHANGE, now, before=ABSENT): `now` on stacks that have the change
    history     history(oldest, (CHANGE, next), ...): three or more phases
    by_parser   by_parser(h11=..., httptools=...): what depends on uvicorn's HTTP parser
    unordered   unordered("GET", "HEAD"): a list in any order
    HTTP_DATE   the date of now
    SERVER      the header Server of the server that runs
    ABSENT      no such header, line or item
    Change      Change(package, first release, kind, sentence, link): a difference of releases
    change      change("RANGES"): one that `starlette-conformance changes` lists
    Transcript  Transcript.read(path): what `curl -v` printed
    replay      replay(transcript, app): the Lines that the same request leads to now, to be
                compared with `transcript.lines`

Comparing an Exchange with anything but a Response or a list of them raises TypeError. `change`
raises UsageError where no change has the name.
"""

from starlette_conformance.http.client import Client
from starlette_conformance.http.curl_transcripts import Transcript, replay
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.changes import Change
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.expectations import (
    ABSENT,
    HTTP_DATE,
    SERVER,
    Response,
    by_parser,
    chunked,
    history,
    since,
    unordered,
)
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.stacks.project import ledger

__all__ = [
    "ABSENT",
    "HTTP_DATE",
    "SERVER",
    "Change",
    "Client",
    "Exchange",
    "Lines",
    "Response",
    "Transcript",
    "by_parser",
    "change",
    "chunked",
    "history",
    "replay",
    "since",
    "unordered",
]


def change(name: str) -> Change:
    """A named change of Starlette, sse-starlette or uvicorn. Raises UsageError."""
    known = ledger().changes
    if name not in known:
        raise UsageError(f"no change is called {name!r}: `starlette-conformance changes` lists all")
    return known[name]
