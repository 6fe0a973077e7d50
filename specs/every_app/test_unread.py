"""All apps: what clients, browsers and proxies send along, and no app reads."""

import pytest

from specs.every_app.keep_alive_scenarios import NAMED
from specs.ledger.apps import APPS, having
from specs.ledger.file_responses import WHOLE_PAGE
from specs.ledger.responses import CHALLENGE, CORS, GREETING, not_found
from specs.sse.test_sse import stream
from starlette_conformance.http.client import Client

HOMES = {app.name: app.home for app in APPS}
AT_HOME = {
    "hello": GREETING,
    "json_cors": NAMED,
    "static_files": WHOLE_PAGE,
    "basic_auth": CHALLENGE,
    "sse": stream(1),
}
LONG = "a" * 40_000
"""More than a server need wait for, and less than comes in two pieces."""

HEADERS = {
    "one of 40,000 bytes": [("X-Long", LONG)],
    "120 of them": [(f"X-{number}", "1") for number in range(120)],
    "cookies of 8,000 bytes": [
        ("Cookie", "; ".join(f"c{number}=" + "a" * 95 for number in range(80)))
    ],
    "those of Chrome": [
        ("Accept-Language", "de-DE,de;q=0.9,en;q=0.8"),
        ("Accept-Encoding", "gzip, deflate, br, zstd"),
        ("Referer", "https://example.org/"),
        ("DNT", "1"),
        ("Sec-GPC", "1"),
        ("Sec-CH-UA", '"Chromium";v="140", "Not=A?Brand";v="24"'),
        ("Sec-CH-UA-Mobile", "?1"),
        ("Sec-CH-UA-Platform", '"Android"'),
        ("Sec-Fetch-Dest", "empty"),
        ("Sec-Fetch-Mode", "no-cors"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Purpose", "prefetch"),
        ("Save-Data", "on"),
        ("Pragma", "no-cache"),
        ("Cache-Control", "no-cache"),
        ("Priority", "u=1, i"),
        ("Upgrade-Insecure-Requests", "1"),
        ("X-Requested-With", "XMLHttpRequest"),
    ],
    "those of proxies": [
        ("Via", "1.1 proxy.example"),
        ("Forwarded", "for=192.0.2.1;proto=https;host=example.org"),
        ("X-Forwarded-For", "192.0.2.1, 198.51.100.2"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "example.org"),
        ("X-Forwarded-Port", "443"),
        ("X-Real-IP", "192.0.2.1"),
        ("X-Request-ID", "7b1e"),
        ("CF-Connecting-IP", "192.0.2.1"),
        ("CDN-Loop", "cdn.example"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("Max-Forwards", "1"),
    ],
    "those of networks for delivery and of tracing": [
        ("True-Client-IP", "192.0.2.1"),
        ("X-Client-IP", "192.0.2.1"),
        ("X-Forwarded-Scheme", "https"),
        ("X-Forwarded-Ssl", "on"),
        ("X-Forwarded-Server", "example.org"),
        ("X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678"),
        ("X-Cloud-Trace-Context", "105445aa7843bc8bf206b12000100000/1"),
        ("CloudFront-Viewer-Country", "DE"),
        ("Surrogate-Capability", 'a="ESI/1.0"'),
        ("Early-Data", "1"),
        ("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1"),
        ("baggage", "a=1"),
        ("X-Correlation-ID", "7b1e"),
        ("Proxy-Authorization", "Basic YTpi"),
        ("Proxy-Connection", "keep-alive"),
        ("Keep-Alive", "timeout=5, max=100"),
    ],
    "those of conditions and contents": [
        ("If-Match", '"a"'),
        ("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"),
        ("If-Range", '"a"'),
        ("Content-Type", "application/json"),
        ("Content-Encoding", "gzip"),
        ("Content-Language", "de"),
        ("Want-Digest", "sha-256"),
        ("Accept-Datetime", "Sat, 01 Jan 2000 00:00:00 GMT"),
        ("Last-Event-ID", "7"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("X-CSRF-Token", "a"),
        ("X-API-Key", "a"),
    ],
    "those of agents": [
        ("From", "bot@example.org"),
        ("Prefer", "return=minimal"),
        ("TE", "trailers"),
        ("Idempotency-Key", '"1"'),
        ("Accept-Charset", "utf-8"),
        ("A-IM", "feed"),
    ],
    "those that would replace the request": [
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-HTTP-Method", "DELETE"),
        ("X-Original-URL", "/missing"),
        ("X-Rewrite-URL", "/missing"),
        ("X-Original-Host", "example.org"),
        ("X-Forwarded-Prefix", "/a"),
        ("Front-End-Https", "on"),
    ],
}
ACCEPTED = ["application/json", "application/problem+json", "text/html", "image/avif", "*/*;q=0"]
QUERIES = ["?a=1", "?utm_source=a&utm_medium=b&a=%C3%A9", f"?{LONG}"]


def at_home(client: Client, query: str = "", headers: list[tuple[str, str]] | None = None) -> None:
    chunks = 1 if client.app in having("stream") else None
    exchange = client.request("GET", HOMES[client.app] + query, headers or [], chunks=chunks)
    assert exchange == AT_HOME[client.app]


@pytest.mark.source("RFC 9110 section 5.1", "RFC 9110 section 5.4")
@pytest.mark.parametrize("name", HEADERS)
def test_overlooks_headers(apps: list[Client], name: str) -> None:
    for client in apps:
        at_home(client, headers=HEADERS[name])


@pytest.mark.source("RFC 3986 section 3.4", "RFC 9112 section 3")
@pytest.mark.parametrize("query", QUERIES, ids=["of one value", "of a campaign", "of 40,000 bytes"])
def test_overlooks_a_query(apps: list[Client], query: str) -> None:
    for client in apps:
        at_home(client, query)


@pytest.mark.source("RFC 9110 section 12.5.1")
@pytest.mark.parametrize("accepted", ACCEPTED)
def test_responds_alike_whatever_is_accepted(apps: list[Client], accepted: str) -> None:
    for client in apps:
        at_home(client, headers=[("Accept", accepted)])
        nowhere = not_found(CORS if client.app in having("cors") else None)
        assert client.get("/missing", {"Accept": accepted}) == nowhere
