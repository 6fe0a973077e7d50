"""static_files: what it logs of responses that fail."""

import pytest

from specs.edge.logs import TRACEBACK, own_lines
from specs.ledger.changes import LINKS_LEAD_OUT, MULTIPART_MENDED, PATHSEND_ASSUMED, RANGES
from specs.ledger.site import SITE
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import ABSENT, by_parser, history, since
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.stacks import site_fixture

FAILED = "ERROR:    Exception in ASGI application"


def logged(client: Client, target: str, headers: dict[str, str]) -> tuple[str, str, Lines]:
    """How the lines of a request begin, and of another one after it; and all from one to the other.

    What is logged of the first one once it is answered is there when the second one is.
    """
    with client.logged() as lines:
        exchange, after = client.get(target, headers), client.get("/missing")
    first, second = (
        f'INFO:     127.0.0.1:{each.client_port} - "GET {path} HTTP/1.1" '
        for each, path in ((exchange, target), (after, "/missing"))
    )
    own = Lines(own_lines(lines), client.environment)
    return first, second, own.between(first, second)


@pytest.mark.source("starlette docs exceptions")
def test_logs_what_the_system_refused(static_files: Client) -> None:
    first, second, lines = logged(static_files, "/loop.txt", {})
    path = site_fixture.lay_out(SITE) / "html" / "loop.txt"
    assert lines == [
        f"{first}500 Internal Server Error",
        FAILED,
        TRACEBACK,
        f"OSError: [Errno 40] Too many levels of symbolic links: '{path}'",
        since(
            LINKS_LEAD_OUT, "During handling of the above exception, another exception occurred:"
        ),
        since(LINKS_LEAD_OUT, TRACEBACK),
        since(LINKS_LEAD_OUT, f"RuntimeError: Symlink loop from '{path}'"),
        f"{second}404 Not Found",
    ]


@pytest.mark.source("RFC 9110 section 8.6", "RFC 9110 section 14.6")
def test_logs_once_that_parts_are_longer_than_it_said(static_files: Client) -> None:
    first, second, lines = logged(static_files, "/note.txt", {"Range": "bytes=0-0,2-2"})
    longer = by_parser(
        h11="h11._util.LocalProtocolError: Too much data for declared Content-Length",
        httptools="RuntimeError: Response content longer than Content-Length",
    )
    assert lines == [
        since(RANGES, f"{first}206 Partial Content", before=f"{first}200 OK"),
        *(since(PATHSEND_ASSUMED, line) for line in (FAILED, TRACEBACK, "KeyError: 'extensions'")),
        *(
            history(ABSENT, (RANGES, line), (MULTIPART_MENDED, ABSENT))
            for line in (FAILED, TRACEBACK, longer)
        ),
        f"{second}404 Not Found",
    ]
