"""An app that says what it sees of a request, by `uvicorn` with options of an operator."""

from collections.abc import Sequence
from typing import Any

from specs.features.feature_app import JSON, SCRIPT, SINCE, request, seen
from specs.ledger.changes import (
    FORWARDED_LINES_JOINED,
    FORWARDED_TWICE_IGNORED,
    ROOT_PATH_CONFUSED,
    ROOT_PATH_STRIPPED,
)
from specs.ledger.responses import content, not_found
from starlette_conformance.model.expectations import ABSENT, Response, history, since
from starlette_conformance.model.observations import LogLines, ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import MarkLog, ReadResponses, Send

SEEN = "GET /seen"
ON = "a"
PLAIN = '"query":[],"headers":[]'


def forwarded(url: str, client: str, *lines: str) -> Response:
    given = ",".join(f'["x-forwarded-for","{line}"]' for line in lines)
    proto = '["x-forwarded-proto","https"]'
    return seen(url, f'"query":[],"headers":[{given},{proto}]', client=client)


def started(
    what: str, options: str, expected: Any, *headers: str, lines: Sequence[Any]
) -> Scenario:
    """`lines` are what is logged of the request."""
    return Scenario(
        f"it is started {what}",
        "hello",
        (MarkLog(), Send(ON, request(SEEN, headers, b"")), ReadResponses(ON)),
        {
            ResponseOn(ON): expected,
            LogLines(lambda lines: [line for line in lines if " - " in line]): lines,
        },
        start="uvicorn",
        script=SCRIPT,
        options=tuple(options.split()),
        needs=(SINCE,),
        slow=True,
    )


def accessed(client: str, path: str = "/seen", status: str = "200 OK") -> str:
    return f'INFO:     {client} - "GET {path} HTTP/1.1" {status}'


FOR = "203.0.113.9:81, 198.51.100.1", "192.0.2.7, 127.0.0.1"
LAST = "192.0.2.7"
"""The client where only the last line counts."""


def by_lines(joined: Any, last: Any, ignored: Any) -> Any:
    """What comes of several lines of X-Forwarded-For: the last one, none, or all of them count."""
    return history(last, (FORWARDED_TWICE_IGNORED, ignored), (FORWARDED_LINES_JOINED, joined))


def behind(client: str) -> Any:
    """What the app sees of a client that its proxies name."""
    https = "https://example.org/seen"
    return by_lines(*(forwarded(https, one, *FOR) for one in (client, LAST, "127.0.0.1")))


FORWARDED = (*(f"X-Forwarded-For: {line}" for line in FOR), "X-Forwarded-Proto: https")
OWN = seen("http://example.org/api/seen", PLAIN, root="/api", served="/api")
OTHERS = {"date": ABSENT, "server": ABSENT, "x-added": ("one", "two")}
TWICE = OWN.body.replace(b'/api/seen","base"', b'/api/api/seen","base"')
BELOW = history(
    not_found(OTHERS),
    (ROOT_PATH_STRIPPED, Response(200, content(OWN.body, JSON, OTHERS), OWN.body)),
)
BELOW_A_PATH = since(
    ROOT_PATH_CONFUSED, Response(200, content(TWICE, JSON, OTHERS), TWICE), before=BELOW
)
SCENARIOS = [
    started(
        "below a path, with headers of its own",
        "--root-path /api --header X-Added:one --header X-Added:two --no-server-header "
        "--no-date-header",
        BELOW_A_PATH,
        lines=[
            since(
                ROOT_PATH_STRIPPED,
                accessed("127.0.0.1:a", "/api/seen"),
                before=accessed("127.0.0.1:a", "/api/seen", "404 Not Found"),
            )
        ],
    ),
    started("without an access log", "--no-access-log", seen("http://example.org/seen"), lines=[]),
    started(
        "behind proxies of a network",
        "--forwarded-allow-ips 127.0.0.1,192.0.2.0/24",
        behind("198.51.100.1"),
        *FORWARDED,
        lines=[by_lines(*map(accessed, ("198.51.100.1:0", f"{LAST}:0", "127.0.0.1:a")))],
    ),
    started(
        "behind any proxies",
        "--forwarded-allow-ips *",
        behind("203.0.113.9"),
        *FORWARDED,
        lines=[by_lines(*map(accessed, ("203.0.113.9:81", f"{LAST}:0", "127.0.0.1:a")))],
    ),
    started(
        "behind other proxies",
        "--forwarded-allow-ips 192.0.2.0/24",
        forwarded("http://example.org/seen", "127.0.0.1", *FOR),
        *FORWARDED,
        lines=[accessed("127.0.0.1:a")],
    ),
    started(
        "behind no proxy",
        "--no-proxy-headers",
        forwarded("http://example.org/seen", "127.0.0.1", *FOR),
        *FORWARDED,
        lines=[accessed("127.0.0.1:a")],
    ),
]
