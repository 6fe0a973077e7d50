"""The words that random requests are made of, whatever the app; its paths stand in its row."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from random import Random

from starlette_conformance.stacks.project import site_files
from starlette_conformance.stacks.site_fixture import DOCUMENTED_MTIME_NS

Values = Sequence[str] | Callable[[Random], str]
"""What a header may say."""

HeaderGroups = Sequence[Sequence[tuple[str, Values]]]
"""Headers that come together, of which one group is taken."""


def _words(text: str) -> list[str]:
    return text.split()


METHODS = (
    *["GET"] * 40,
    *["HEAD"] * 8,
    *["OPTIONS"] * 5,
    *_words("POST POST PUT PATCH DELETE TRACE PROPFIND get Head FOO G-T"),
)
VERSIONS = (*["HTTP/1.1"] * 30, "HTTP/1.0")
HOST = "127.0.0.1:PORT"
HOSTS = (
    "",
    "a b",
    "a" * 300,
    *_words("""
    localhost localhost:PORT example.org EXAMPLE.org:80 example.org: a_b.example xn--9ca.example
    [::1] [::1]:8000 [v1.x] [::1 [1] [1:2] ::1 [::ffff:1.2.3.4] a.b. . -a- a..b %41.b a%zz ~
    é.example 127.0.0.1:0 127.0.0.1:65535 127.0.0.1:65536 127.0.0.1:080 127.0.0.1:x :8000
    a,b a/b a?b a#b a@b u:p@b a\\b a;b a!$&'()*+,;=b <b> " {} a|b a^b `
    """),
)

ODD_PATHS = (
    "/a b",
    f"/{'a' * 300}",
    f"/{'a/' * 200}",
    f"/{'a' * 5000}",
    f"/{'../' * 40}etc/passwd",
    *_words("""
    // /// /. /.. /../ /./ /%2e /%2e%2e /%2e%2e/ /..%2f /%2F /%5C /%00 /%0A /%0D%0A /%7F /%80
    /%C3%89 /é /% /%4 /%zz /%25 /%2500 /+ /%20 /* /; /;a=b /: /@ /& /= /~ /| /" /<> /[] /%3F /%23 /#
    /? /?? /?# //example.org //example.org/.. /\\example.org * http://127.0.0.1:PORT/
    http://example.org/missing/ example.org:80 a
    """),
)
PIECES = (
    "a" * 200,
    *_words("""
    / // /.. /../ /. .. . %2F %2f.. %00 %0A %0D %09 %20 %25 %3F %23 + ; : @ & ~ \\ %5C %C3%BC %FF
    index.html x X %41 note.txt docs html user stream
    """),
)
QUERIES = (f"?{'a' * 300}", *_words("? ?a=1 ?a=%20&b=+ ?a=é ?%00 ?a=1#f ?a?b ?q=// ?%FF=%"))

_TEXT = ("", "a", "a, b", "é", "\t", "a" * 3000)
_ORIGINS = ("", "a, b", *_words("https://example.org null * http://127.0.0.1:PORT HTTPS://A.B é"))
_ASKED_HEADERS = (
    *("", " ", "accept-language, CONTENT-TYPE", "Accept ,Content-Type", "X-Token, X-Other"),
    *_words("Accept X-Token Accept,X-Token , Accept, * authorization é"),
)
_DATES = (
    "Sat, 12 Apr 2025 01:03:00 GMT",
    "Sat, 12 Apr 2025 01:02:59 GMT",
    "Sat, 12 Apr 2025 01:03:01 GMT",
    "Saturday, 12-Apr-25 01:03:00 GMT",
    "Sat Apr 12 01:03:00 2025",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Sat, 12 Apr 2025 25:03:00 GMT",
    "Sat, 12 Apr 0000 01:03:00 GMT",
    "Sat, 12 Apr 99999 01:03:00 GMT",
    "Sat, 12 Apr 2025 02:00:00 +0200",
    "Sat, 12 Apr 2025 01:03:00 -9999",
    "12 Apr 2025",
    "yesterday",
    "0",
    "",
)
_BASIC = (
    *("", "YWRtaW46czNjcjN0IQ== x", "a" * 400),
    *_words("""
    YWRtaW46czNjcjN0IQ== YWRtaW46czNjcjN0IQ YWRtaW46d3Jvbmc= OnMzY3IzdCE= YWRtaW4= = é
    YWRtaW46czNjcjN0IQ==, /////w== YTpiOmM=
    """),
)


def _tags() -> list[str]:
    found = []
    for content in (value for value in site_files().values() if isinstance(value, bytes)):
        text = f"{DOCUMENTED_MTIME_NS / 1_000_000_000}-{len(content)}"
        found.append(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())
    return sorted(set(found))


_TAGS = _tags()


_TAG_FORMS = (*['"{}"'] * 3, 'W/ "{}"', "", *_words('{} W/{} W/"{}" w/"{}" * "x" "*"'))


def _tag(random: Random) -> str:
    return random.choice(_TAG_FORMS).format(random.choice(_TAGS))


def _tag_list(random: Random) -> str:
    between = random.choice((",", ", ", " , ", ",,", ";", " ", "\t,"))
    return between.join(_tag(random) for _ in range(random.choice((1, 1, 1, 2, 3))))


def _condition(random: Random) -> str:
    return random.choice((_tag(random), random.choice(_DATES)))


_NUMBERS = ("", *_words("0 1 2 5 6 7 25 100 432 433 434 65535 65536 70000 132071 132072 999999"))
_ODD_RANGES = (
    *("", " 1 - 5 ", "- 5"),
    *_words("- a-b 5 --1 -5- 1-2-3 0x1-2 +1-5 1_0-20 \u0661-5 -0"),
)
_UNITS = (*["bytes="] * 12, "bytes =", " bytes=", "", *_words("Bytes= items= bytes bytes=="))


def _range(random: Random) -> str:
    if random.random() < 0.1:
        return random.choice(_ODD_RANGES)
    return f"{random.choice(_NUMBERS)}-{random.choice(_NUMBERS)}"


def _ranges(random: Random) -> str:
    count = random.choice((1, 1, 1, 2, 2, 3, 5, 100, 101) if random.random() < 0.3 else (1, 1, 2))
    between = random.choice((",", ", ", " ,", ",,"))
    return random.choice(_UNITS) + between.join(_range(random) for _ in range(count))


def _alone(names: str, values: Values) -> list[list[tuple[str, Values]]]:
    return [[(name, values)] for name in names.split()]


_ORIGIN = ("Origin", _ORIGINS)
_METHOD = ("Access-Control-Request-Method", ("GET", "HEAD", "POST", "get", "", "PUT, GET", "*"))
_NAMED = ("Access-Control-Request-Headers", _ASKED_HEADERS)
_PRIVATE = ("Access-Control-Request-Private-Network", ("true", "false", ""))
_COOKIE = ("Cookie", ("a=b", "", "a", "=;;", "a=é"))

CORS: HeaderGroups = (
    [_ORIGIN],
    [_ORIGIN, _METHOD],
    [_ORIGIN, _METHOD, _NAMED],
    [_ORIGIN, _METHOD, _PRIVATE],
    [_ORIGIN, _METHOD, _NAMED, _PRIVATE, _COOKIE],
    [_ORIGIN, _METHOD, _COOKIE],
    [_ORIGIN, _COOKIE],
    [_ORIGIN, _ORIGIN, _COOKIE],
    [_METHOD],
    [_COOKIE],
)
CONDITIONS: HeaderGroups = (
    [("If-None-Match", _tag_list)],
    [("If-None-Match", _tag_list)],
    [("If-None-Match", _tag_list), ("If-None-Match", _tag_list)],
    [("If-Modified-Since", _DATES)],
    [("If-None-Match", _tag_list), ("If-Modified-Since", _DATES)],
    [("If-Match", _tag_list)],
    [("If-Unmodified-Since", _DATES)],
)
RANGES: HeaderGroups = (
    [("Range", _ranges)],
    [("Range", _ranges)],
    [("Range", _ranges), ("If-Range", _condition)],
    [("Range", _ranges), ("Range", _ranges)],
    [("If-Range", _condition)],
)


def _authorization(random: Random) -> str:
    scheme = random.choice(("Basic ", "Basic ", "basic ", "Bearer ", "", "Basic  "))
    return scheme + random.choice(_BASIC)


AUTHORIZATION: HeaderGroups = [
    *[[("Authorization", _authorization)]] * 3,
    [("Authorization", _authorization), ("Authorization", _authorization)],
    [("Proxy-Authorization", _BASIC)],
    [("Authorization", _authorization), ("Proxy-Authorization", _BASIC)],
]
CONNECTION = _alone("Connection", ("close", "keep-alive", "Upgrade", "close, keep-alive", "", "x"))
ANYTHING: HeaderGroups = [
    *_alone("Accept Accept-Encoding Accept-Language", ("*/*", "gzip", "br;q=0", "en", *_TEXT)),
    *_alone("User-Agent Referer Date Via Forwarded X-Token", _TEXT),
    *_alone("X-Forwarded-Proto X-Forwarded-For", ("https", "192.0.2.1", "127.0.0.1", "wss", "")),
    *_alone("X-Forwarded-Host X-Forwarded-Prefix", ("example.org", "/prefix", "")),
    *_alone("X-HTTP-Method-Override", ("GET", "DELETE")),
    *_alone("Content-Type", ("text/plain", "application/json", "multipart/form-data", "")),
    *_alone("Last-Event-ID Cache-Control Pragma", ("no-cache", "2", "", "x")),
    *_alone("Upgrade", ("websocket", "h2c", "")),
    *_alone("TE Trailer Max-Forwards From", ("trailers", "0", "a")),
    *_alone("Sec-Fetch-Mode Sec-Fetch-Site Sec-WebSocket-Key", ("cors", "none", "x")),
]

TOPICS: Mapping[str, HeaderGroups] = {
    "cors": CORS,
    "conditions": CONDITIONS,
    "ranges": RANGES,
    "authorization": AUTHORIZATION,
    "connection": CONNECTION,
    "anything": ANYTHING,
}

BODIES: Sequence[tuple[list[tuple[str, str]], bytes]] = (
    ([], b""),
    ([], b""),
    ([("Content-Length", "0")], b""),
    ([("Content-Length", "5")], b"a=b&c"),
    ([("Content-Length", "7"), ("Content-Type", "application/json")], b'{"a":1}'),
    ([("Transfer-Encoding", "chunked")], b"5\r\nhello\r\n0\r\n\r\n"),
    ([("Transfer-Encoding", "chunked")], b"0\r\n\r\n"),
    ([("Content-Length", "5000")], b"x" * 5_000),
    ([("Content-Length", "10")], b"short"),
    ([("Content-Length", "5"), ("Expect", "100-continue")], b"hello"),
)
