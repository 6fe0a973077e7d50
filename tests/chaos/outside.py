"""What reads input from outside, each by a name, and inputs that once took it too long.

A test holds the growth of their time, `tests.chaos.reading_times` prints it as a table, and
`tests.chaos.fuzz` feeds them what nobody thought of.
"""

import gzip
import json
import os
import random
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import click
from packaging.version import Version

from starlette_conformance.causes.guesses import guesses
from starlette_conformance.causes.release_notes import Notes, in_archive
from starlette_conformance.cli.diff import diff
from starlette_conformance.cli.project_options import ProjectOptions
from starlette_conformance.clients.results import read_results
from starlette_conformance.cost.prices import read_prices
from starlette_conformance.explain.bodies import places
from starlette_conformance.http.connection import CLOSED, PIECES_LIMIT, Connection, Segment
from starlette_conformance.http.parser import HEAD_LIMIT
from starlette_conformance.load import results_file
from starlette_conformance.load.stream import Broken, Stream
from starlette_conformance.model.decode import from_json, parsed
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.model.versions import EARLIEST
from starlette_conformance.mutants import equivalents
from starlette_conformance.mutants import results as mutant_results
from starlette_conformance.output.jsonlines import records
from starlette_conformance.output.output_files import as_json
from starlette_conformance.process.log import Log
from starlette_conformance.published.documents import HistoryLine, Index
from starlette_conformance.record.exchange import Exchange
from starlette_conformance.record.wire import Wire
from starlette_conformance.replay.send import RawResponse
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.report.clients_data import clients_data, not_judged
from starlette_conformance.report.data import report_data
from starlette_conformance.report.merged_runs import Pool, read
from starlette_conformance.report.page import page
from starlette_conformance.runs import run_reader
from starlette_conformance.runs.ci_reports import as_junit, as_markdown
from starlette_conformance.runs.summary import Summary
from starlette_conformance.servers import DEFAULT
from starlette_conformance.stacks import catalogue, package_index, project, provision
from starlette_conformance.userapp import (
    accepted,
    cassette,
    curl_lines,
    har,
    http_file,
    ignore,
    insomnia,
    insomnia_tree,
    pass_env,
    postman,
    yaml_file,
)
from starlette_conformance.userapp.cookies import CookieJar
from starlette_conformance.userapp.generate.pages import leads_to
from starlette_conformance.userapp.masking import mask
from starlette_conformance.userapp.merge_repetitions import Merged
from starlette_conformance.userapp.websocket import Conversation
from starlette_conformance.userapp.where_it_varies import locations

PIECE = 256
"""Bytes of a response that are received at a time."""
SAID = (UsageError, Broken)
"""What says in a sentence that an input is no good."""


@dataclass(frozen=True)
class Reader:
    """Something that reads; `seeds` are good inputs. Whatever it raises but SAID is a defect.

    `longest` is how long the inputs of a fuzzer are at the most.
    """

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    longest: int = 8192


def response(data: bytes, piece: int = PIECE) -> WireResponse:
    """A response to an app's client, as it is received, masked, and looked at."""
    segments = tuple(Segment(at / 1000, data[at : at + piece]) for at in range(0, len(data), piece))
    heard = RawResponse("GET", 8000, segments, CLOSED, closed=True, closes=False, server=DEFAULT)
    return WireResponse.of(heard)


def by_bytes(data: bytes) -> WireResponse:
    """In as many pieces as a client receives at the most."""
    return response(data, 1 + len(data) // PIECES_LIMIT)


def load_stream(data: bytes) -> Stream:
    stream = Stream()
    for at in range(0, len(data), PIECE):
        stream.feed(data[at : at + PIECE])
    stream.settle(server_ended=True)
    return stream


def cookies(data: bytes) -> Request:
    """The lines of Set-Cookie of a response, and what the next request sends of them."""
    cookie_jar, request = (
        CookieJar(),
        Request("m:app", b"GET /a HTTP/1.1\r\nHost: x\r\nCookie: a=1\r\n\r\n"),
    )
    cookie_jar.store(
        request, Response(200, {"set-cookie": tuple(data.decode("latin-1").split("\n"))})
    )
    return cookie_jar.add_to(request)


KINDS = (
    "application/json",
    "text/html",
    "text/event-stream",
    "application/x-www-form-urlencoded",
    "multipart/mixed; boundary=b",
    "application/x-ndjson",
    "text/plain",
)


def bodies(data: bytes) -> tuple[object, object]:
    """A body that varies on both stacks: halves of the data with another end each time."""
    samples = [data[: len(data) // 2] + bytes([byte]) + data[len(data) // 2 :] for byte in b"1234"]
    responses = [WireResponse(Response(200, {"etag": repr(body[:9])}, body)) for body in samples]
    found = [places(samples[0], samples[-1], [kind, kind]) for kind in KINDS]
    return Merged.of(responses[:2], responses[2:]), found


def documents(data: bytes) -> object:
    """An OpenAPI document, compared with a small one, both ways."""
    kinds = ["application/json"] * 2
    return places(OPENAPI, data, kinds), places(data, OPENAPI, kinds)


def packed(data: bytes) -> object:
    headers = {"content-encoding": "gzip"}
    responses = [WireResponse(Response(200, headers, data + end)) for end in (b"", b"", b"", b"x")]
    return Merged.of(responses[:2], responses[2:])


def masks(data: bytes) -> tuple[object, str]:
    """Texts that are parted by a byte of 0, the first half of OLD, as many of NEW."""
    texts = data.decode("utf-8", "surrogateescape").split("\0")[:10]
    half = max(1, len(texts) // 2)
    old, new = texts[:half], (texts[half:] or texts)[:half]
    found = mask(old, new)
    return found, locations(found.before, [old, new])


def log(data: bytes) -> bool:
    """The log of a process that nobody finds what is waited for in."""
    reading, writing = os.pipe()
    log = Log(reading)
    try:
        for at in range(0, len(data), PIECE):
            os.write(writing, data[at : at + PIECE])
        os.close(writing)
        return log.wait_for(lambda lines: "nowhere" in lines, 60)
    finally:
        with suppress(OSError):
            os.close(writing)
        log.close()


@contextmanager
def in_a_file(data: bytes) -> Iterator[Path]:
    """A file in memory."""
    descriptor = os.memfd_create("input")
    try:
        os.write(descriptor, data)
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def of_http(data: bytes) -> object:
    with in_a_file(data) as path:
        return http_file.requests(path, "m:app")


def of_har(data: bytes) -> object:
    with in_a_file(data) as path:
        return har.requests(path, "m:app", None)


def of_curl(path: Path) -> object:
    return curl_lines.requests(path, "m:app", None)


def of_cassette(path: Path) -> object:
    return cassette.requests(path, yaml_file.content(path), "m:app", None)


def of_postman(path: Path) -> object:
    return postman.requests(path, parsed(path.read_bytes(), path), "m:app", None)


def of_insomnia(path: Path) -> object:
    content = yaml_file.content(path)
    if not insomnia_tree.is_export(content):
        raise UsageError("which is read as a cassette")
    return insomnia.requests(path, content, "m:app", None)


def passed(data: bytes) -> object:
    """A connection of a proxy: what the client sends, and behind two zeros what it gets."""
    exchanges: list[Exchange] = []
    wire = Wire("x.org", exchanges.append, lambda _: None)
    sent, _, received = data.partition(b"\0\0")
    wire.sent(sent)
    wire.received(received)
    wire.end()
    return [each.problem or each.entry() for each in exchanges]


def of_notes(data: bytes) -> object:
    said = Notes(data.decode("utf-8", "replace"), repository="https://github.com/o/r")
    return list(guesses(said, "1.2", frozenset({"range", "401", "set-cookie"})))


def of_source(data: bytes) -> object:
    """As `notes` reads it, where it can be unpacked."""
    try:
        return in_archive(gzip.compress(data, 1))
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise UsageError(str(error)) from None


def page_of_links(data: bytes) -> object:
    return leads_to(data.decode("utf-8", "replace"), "/here", "page", ["x.org"])


def of_run(data: bytes) -> object:
    with in_a_file(data) as path:
        return run_reader.load(path)


def reported(data: bytes) -> object:
    """A run file as `report` shows it."""
    with in_a_file(data) as path:
        pool = Pool()
        column = read(path, pool)
        if column is None:
            return pool
        written = report_data([column], pool, project.catalogue(), project.ledger(), ())
        return as_json(written), page(written)


def of_clients(path: Path) -> object:
    """What clients made of streams, as `report` shows it."""
    results = read_results(path)
    return as_json(clients_data(results)), not_judged(results)


def summed_up(data: bytes) -> object:
    """A run file as `matrix` shows it."""
    with in_a_file(data) as path:
        return as_junit([path]), as_markdown(Summary.of([path]), [], "")


def by_file(reads: Callable[[Path], object]) -> Callable[[bytes], object]:
    def read_it(data: bytes) -> object:
        with in_a_file(data) as path:
            return reads(path)

    return read_it


def project_options(data: bytes) -> object:
    with TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_bytes(data)
        project = ProjectOptions(Path(folder))
        context = click.Context(diff, info_name="diff")
        context.params = {str(param.name): None for param in diff.params}
        project.fill(context)
        return ignore.rules(project.ignore, project.ignore_places, project.path)


class _Deaf:
    """A connection on which nothing more comes."""

    ended = ""

    def send(self, data: bytes) -> None: ...

    def half_close(self) -> None: ...


def frames(data: bytes) -> object:
    found = Conversation(cast("Connection", _Deaf()), data, lambda: False)
    return found.messages, found.ending


def mutants(path: Path) -> object:
    kinds: Any = mutant_results.Session | mutant_results.Judged
    return records(path, kinds, "results of mutants")


def metadata(data: bytes) -> tuple[str, Version]:
    found = provision.inspected(data, Path("python"), "python")
    return str(found), found.version("starlette") if found.has("starlette") else EARLIEST


def stacks(path: Path) -> object:
    found = catalogue.load(path)
    return found, found.series(found.stacks)


OK = b"HTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 12:00:00 GMT\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n"
EVENTS = b"content-type: text/event-stream\r\n"
STREAM = OK + EVENTS + b"transfer-encoding: chunked\r\n\r\n"
COOKIE = b"a=b; Path=/; HttpOnly; Expires=Fri, 31 Dec 2027 23:59:59 GMT; Max-Age=60"
ENTRY = {
    "startedDateTime": "2026-11-24T12:00:00.000Z",
    "request": {
        "method": "POST",
        "url": "http://x.org/a?b=c",
        "headers": [{"name": "Cookie", "value": "a=b"}, {"name": ":path", "value": "/a"}],
        "postData": {"mimeType": "text/plain", "text": "tea"},
        "bodySize": 3,
    },
}
HTTP_FILE = (
    b"@base = http://x.org\n@all={{base}}/a\n### one\n# @name login\nPOST {{all}}\n  ?b=c\n"
    b"Authorization: Basic a:b\nContent-Type: application/x-www-form-urlencoded\n\na=1\n&b={{base}}"
    b"\n\n###\n# @disconnect-after 2 events\n// @read-at 9 bytes/s\nGET /b HTTP/1.0\n###\n"
    b"WEBSOCKET ws://x.org/c\n\n// first\none\n=== wait-for-server\ntwo\n===\n"
)
RUN = (
    b'{"kind":"run","schema":1,"stack":"documented","started":"2026-11-24T12:00:00+00:00",'
    b'"complete":true,"python":null,"parser":null,"loop":null,"hash_seed":null,"packages":null}\n'
)
EXCHANGE = (
    b'{"kind":"exchange","id":%d,"spec":"s","app":"hello","method":"GET","sent":[[0.1,"GET /"]],'
    b'"received":[[0.2,"%b"]],"ended":"closed by the server","closes":false}\n'
)
RUN_2 = (
    b'{"kind":"run","schema":2,"stack":"documented","started":"2026-11-24T12:00:00+00:00",'
    b'"complete":true,"rerun_options":["--stack","documented"],"rerun_name":"documented",'
    b'"installed":{"python":"3.11.7","implementation":"CPython","parser":"h11","loop":"asyncio",'
    b'"hash_seed":0,"packages":{"starlette":"1.0.0","uvicorn":"0.50.0","h11":"0.16.0"}}}\n'
)
VERDICT = (
    b'{"kind":"verdict","spec":"specs/hello/test_hello.py::test_it[documented]","app":"hello",'
    b'"verdict":"fail","reason":"body: 1 is not 2","exchanges":[1],"changes":{"ALLOW":true},'
    b'"seconds":0.1}\n{"kind":"end","finished":"2026-11-24T12:00:01+00:00"}\n'
)
RESPONSE = b"HTTP/1.1 200 OK\\r\\ncontent-length: 5\\r\\nx: y\\r\\n\\r\\nHello"

RUNS = (RUN_2 + EXCHANGE % (1, RESPONSE) + VERDICT, RUN + VERDICT.replace(b"[1]", b"[]"))
STACKS = b"""exclude-newer = "2026-11-20T00:00:00Z"
[needs]
"starlette<0.15" = ["aiofiles<1"]
[stacks]
latest = { dated = false, parser = "httptools" }
[stacks.old]
requirements = ["starlette==0.46.1", "uvicorn==0.34.0"]
[axes.uvicorn]
suite = "edge"
milestones = ["uvicorn-0.34.0-h11"]
[axes.uvicorn.vary]
uvicorn = ["0.34.0", "0.35.0"]
parser = ["h11", "httptools"]
"""
ACCEPTED = b"""[[accepted]]
request = "GET /me"
place = "header www-authenticate"
after = "Bearer"
digest = "0123456789abcdef"
why = "meant"
until = 2027-01-31
"""
OPTIONS = b"""[tool.starlette-conformance]
old = "documented"
seconds = 2.5
sandbox = true
with = ["a==1", "b"]
[[tool.starlette-conformance.ignore]]
json = "$.a[*].b"
request = "GET /*"
[[tool.starlette-conformance.ignore]]
pattern = '[0-9a-f]{8}'
"""
FRAMES = b"\x81\x05hello\x01\x02ab\x89\x01p\x80\x01c\x82\x02\x00\xff\x88\x05\x03\xe8bye"
EQUIVALENT = b"""[[equivalent]]
module = "starlette.responses"
function = "FileResponse"
mutations = ["64 -> 65"]
why = "How much is read at a time."
"""
PYPROJECT = b"""[project]
name = "shop"
[tool.starlette-conformance]
pass_env = ["DATABASE_*", "SHOP_ZONE"]
"""
MUTANTS = (
    b'{"kind":"session","schema":1,"stack":"latest","packages":{"starlette":"1.0"},"specs":"x"}\n'
    b'{"kind":"mutant","name":"a","module":"m","function":"f","operator":"o","before":"1",'
    b'"after":"2","verdict":"killed","by":"s","why":"","specs":1,"seconds":0.5}\n'
)
PRICES = (
    b'{"stack":"latest","packages":{"starlette":"1.0"},"python":"3.11.7",'
    b'"instructions":{"hello":1.5e4},"counted":"x"}\n'
)
CLIENT = (
    b'{"client":"a","version":"1","not_judged":"","streams":[{"stream":"crlf",'
    b'"behaviour":"lines","difference":"","known":"","link":"https://x.org/"}]}'
)
CLIENTS = b'{"clients":[%b],"releases":{"crlf":["1.0"]},"not_recorded":["x"]}' % CLIENT
SPREAD = {"count": 3, "p50": 1.0, "p90": 1.0, "p99": 1.0, "p999": 1.0, "max": 2.5}
LOAD = json.dumps(
    {
        "servers": {"sse": "latest"},
        "requests": {"SseUser": {"count": 1, "failures": 0, "time": SPREAD, "cpu_us": None}},
        "crashed": ["it ended"],
    }
).encode()
INDEX = (
    b'{"meta":{"api-version":"1.1"},"files":[{"filename":"starlette-1.0.0-py3-none-any.whl",'
    b'"yanked":false},{"filename":"starlette-1.1.0.tar.gz","yanked":"broken"}]}'
)
JUDGED = (
    b'"packages":{"starlette":"1.0.0"},"started":"2026-11-29T13:29:11Z","verdicts":{"pass":3},'
    b'"package":"starlette","version":"1.0.0"'
)
SITE = (
    b'{"schema":1,"made":"2026-11-29T13:50:21Z","tool":"0.1.0","stacks":[{"name":"starlette-1.0.0",'
    b'"python":"3.11.7","parser":"h11","loop":"asyncio","finished":null,"complete":true,%b,'
    b'"run":{"path":"runs/a.jsonl.xz","sha256":"%b","bytes":9},"release":null}]}'
    % (JUDGED, b"0" * 64)
)
HISTORY = b'{"schema":1,"stack":"starlette-1.0.0","tool":"0.1.0",%b}' % JUDGED
INSPECTED = (
    b'{"python":"3.11.7","implementation":"CPython","packages":{"starlette":"1.0.0","uvicorn":null,'
    b'"H11":"0.16.0"}}'
)


OPENAPI = json.dumps(
    {
        "openapi": "3.1.0",
        "paths": {
            "/a/{b}": {
                "parameters": [{"in": "path", "name": "b", "schema": {"type": "integer"}}],
                "put": {
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/A"}}}
                    },
                    "responses": {"200": {"description": "OK"}},
                },
            }
        },
        "components": {
            "schemas": {"A": {"properties": {"x": {"anyOf": [{"type": "null"}]}}, "required": []}}
        },
    }
).encode()


def with_schemas(part: bytes) -> Callable[[int], bytes]:
    """A document with as many schemas."""
    return lambda size: OPENAPI.replace(
        b'"A":',
        b"".join(b'"A%d":%b,' % (n, part) for n in range(size // (len(part) + 8))) + b'"A":',
    )


CURL = (
    b"# tea\n$ curl -sXPOST 'http://x.org/a?b=c' -H 'A: b' \\\n  --data-raw $'a\\n\\u00e9' -u a:b\n"
    b"curl x.org/b -F a=b --form c=d\ncurl -G x.org -d a=b --data-urlencode 'c=d e'\n"
)
CASSETTE = b"""interactions:
- request:
    body: '{"a": 1}'
    headers: {Accept: ['*/*'], X: &x [y]}
    method: POST
    uri: http://x.org/a?b=c
  response:
    body: {string: '{"id": "0123456789"}'}
    headers: {X: *x}
    status: {code: 201, message: Created}
- request:
    body: !!binary aGVsbG8=
    headers: {Authorization: a0123456789}
    method: PUT
    uri: http://x.org/a/0123456789
  response: null
version: 1
"""
POSTMAN = {
    "name": "tea",
    "request": {
        "method": "POST",
        "url": {"raw": "{{base}}/a?b=c"},
        "header": [{"key": "A", "value": "{{b}}"}],
        "body": {"mode": "urlencoded", "urlencoded": [{"key": "c", "value": "d"}]},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{b}}"}]},
    },
}
INSOMNIA = b"""type: collection.insomnia.rest/5.0
collection:
  - name: teas
    meta: {id: fld_1, sortKey: -2}
    environment: {a: {b: "{{ _.base }}"}}
    authentication: {type: bearer, token: t}
    children:
      - name: one
        url: "{{ _.a.b }}/a/:id"
        method: POST
        meta: {id: req_1, sortKey: -1}
        body: {mimeType: application/json, text: '{"a": 1}'}
        parameters: [{name: q, value: "1"}]
        pathParameters: [{name: id, value: "2"}]
        headers: [{name: A, value: b}, {name: C, value: d, disabled: true}]
environments:
  data: {base: "http://x.org"}
"""
INSOMNIA_4 = json.dumps(
    {
        "_type": "export",
        "resources": [
            {"_type": "environment", "parentId": "wrk_1", "data": {"base": "http://x.org"}},
            {"_type": "request_group", "_id": "fld_1", "parentId": "wrk_1", "name": "teas"},
            {"_type": "request", "_id": "req_1", "parentId": "fld_1", "url": "{{ _.base }}/a"},
        ],
    }
).encode()
LINKS = b"<base href=/a/><a href=b?c=d>e</a><form method=post><input type=hidden name=f></form>"


def interactions(size: int) -> bytes:
    begin, end = CASSETTE.index(b"- request"), CASSETTE.rindex(b"- request")
    return CASSETTE[:end] + CASSETTE[begin:end].replace(b"&x", b"").replace(b"*x", b"a") * (
        size // 250
    )


def a_collection(*items: object) -> bytes:
    variables = [{"key": "base", "value": "http://x.org"}, {"key": "b", "value": "c"}]
    folder = {"name": "folder", "item": items}
    return json.dumps({"item": [folder, POSTMAN], "variable": variables}).encode()


NOTES = b"## 1.2 (today)\n\n* Range and 401 [#1](https://github.com/o/r/pull/1)\n  more\n\n## 1.1\n"


def an_archive(*files: tuple[str, bytes]) -> bytes:
    data = BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, text in files:
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, BytesIO(text))
    return data.getvalue()


PROJECT = b"Name: a\nProject-URL: Changelog, https://x.org/changes\n"
SOURCE = an_archive(("a-1/PKG-INFO", PROJECT), ("a-1/docs/changes.md", NOTES))
POSTED = b"POST /a?b=c HTTP/1.1\r\nHost: x.org\r\nCookie: a=b\r\nContent-Length: 1\r\n\r\na"
PASSED = POSTED * 2 + b"\0\0" + OK + b"set-cookie: a=b\r\ncontent-length: 2\r\n\r\nok"
GZIPPED = (
    OK + b"content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n"
    b"18\r\n" + gzip.compress(b"tea ", mtime=0) + b"\r\n0\r\n\r\n"
)  # fmt: skip


def a_har(*entries: object) -> bytes:
    return json.dumps({"log": {"entries": entries}}).encode()


READERS = {
    "response": Reader(
        response,
        (
            OK + b"content-length: 5\r\nset-cookie: a=b\r\n\r\nHello",
            STREAM + b"b\r\ndata: 1\r\n\r\n\r\n" * 3 + b"15\r\n: ping - 2026\r\n\r\n0\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"allow: HEAD, GET\r\n\r\nuntil close",
            OK + b"content-type: multipart/byteranges; boundary=0123456789abc\r\n\r\n--0123",
        ),
    ),
    "response, by bytes": Reader(
        by_bytes, (STREAM + b"b\r\ndata: 1\r\n\r\n\r\n" * 3,), longest=500
    ),
    "stream of a load test": Reader(
        load_stream, (STREAM + b"b\r\ndata: 1\r\n\r\n\r\nb\r\ndata: 2\r\n\r\n\r\n0\r\n\r\n",)
    ),
    "cookies": Reader(cookies, (COOKIE, COOKIE + b"\nc=d; Path=/x\ne=")),
    ".http file": Reader(of_http, (HTTP_FILE,)),
    "HAR": Reader(of_har, (a_har(ENTRY), a_har(ENTRY, ENTRY))),
    "lines of curl": Reader(by_file(of_curl), (CURL,)),
    "cassette": Reader(by_file(of_cassette), (CASSETTE,)),
    "collection": Reader(by_file(of_postman), (a_collection(POSTMAN),)),
    "export of Insomnia": Reader(by_file(of_insomnia), (INSOMNIA, INSOMNIA_4)),
    "release notes": Reader(of_notes, (NOTES, b"1.2\n---\n\n-  Ranges. :pr:`1`\n")),
    "source distribution": Reader(of_source, (SOURCE,)),
    "connection of a proxy": Reader(passed, (PASSED, PASSED + GZIPPED)),
    "page that leads on": Reader(page_of_links, (LINKS,)),
    "run file": Reader(of_run, (RUN + EXCHANGE % (1, b"HTTP/1.1 200 OK\\r\\n"),)),
    "run file, reported": Reader(reported, RUNS),
    "run file, summed up": Reader(summed_up, RUNS),
    "results of a load": Reader(by_file(results_file.read), (LOAD,)),
    "results of mutants": Reader(by_file(mutants), (MUTANTS,)),
    "costs": Reader(by_file(read_prices), (PRICES,)),
    "results of clients": Reader(by_file(of_clients), (CLIENTS,)),
    "equivalent.toml": Reader(by_file(equivalents.load), (EQUIVALENT,)),
    "stacks.toml": Reader(by_file(stacks), (STACKS,)),
    "pyproject.toml": Reader(by_file(pass_env.passed_by), (PYPROJECT,)),
    "options in pyproject.toml": Reader(project_options, (OPTIONS,)),
    "accepted.toml": Reader(by_file(accepted.entries), (ACCEPTED,)),
    "frames of a WebSocket": Reader(frames, (FRAMES,)),
    "index of a site": Reader(partial(from_json, kind=Index, where="index.json"), (SITE,)),
    "history of a site": Reader(partial(from_json, kind=HistoryLine, where="a line"), (HISTORY,)),
    "package index": Reader(package_index.listed, (INDEX,)),
    "metadata of packages": Reader(metadata, (INSPECTED,)),
    "body that varies": Reader(
        bodies,
        (
            b'{"id": "x", "items": [1, 2.5, {"a": null}]}',
            b"<p class=x>tea</p>\n",
            b"<!doctype html><!--a--><![if b]>\n",
            b'data: {"a": 1}\n\n: tea\n\n',
            b"--b\r\nContent-Type: text/html\r\n\r\n<p>tea</p>\r\n--b--",
        ),
    ),
    "OpenAPI documents": Reader(documents, (OPENAPI,)),
    "packed body": Reader(packed, (gzip.compress(b"tea " * 99),)),
    "masks": Reader(
        masks, (b"a=1; b=x\0a=2; b=x\0a=3; b=x\0a=4; b=x", b'{"a": "x y"}\0{"a": "z"}')
    ),
    "log": Reader(log, (b"INFO 2026-11-24 12:00:00,123 - Event\nINFO:     up\n",)),
}


def repeated(part: bytes, before: bytes = b"", after: bytes = b"") -> Callable[[int], bytes]:
    """An input of some size, which is mostly one part again and again."""
    return lambda size: before + part * max(1, (size - len(before)) // len(part)) + after


def with_length(before: bytes, part: bytes) -> Callable[[int], bytes]:
    return lambda size: (
        OK + EVENTS + b"content-length: %d\r\n\r\n" % size + (before + part * size)[:size]
    )


def head_of(before: bytes, part: bytes) -> Callable[[int], bytes]:
    """A response whose head is as long as allowed, at the most."""
    return lambda size: (
        OK + before + part * ((min(size, HEAD_LIMIT - 200)) // len(part)) + b"b\r\n\r\n"
    )


def variables(size: int) -> bytes:
    lines = [b"@a0 = x", *(b"@a%d = {{a%d}}{{a%d}}" % (n + 1, n, n) for n in range(size // 20))]
    return b"\n".join([*lines, b"GET /a\n"])


def many_variables(size: int) -> bytes:
    return b"@a = x\n" + b"@b%d = {{a}}\n" * 0 + b"GET /" + b"{{a}}" * (size // 5)


def deep_keys(size: int) -> bytes:
    depth = 300
    keys = (b'{"' + b"k" * (size // 2 // depth) + b'":') * depth
    return keys + b"[" + b"1," * (size // 4) + b"1]" + b"}" * depth


def many_responses(size: int) -> bytes:
    """Each to another request."""
    exchange = EXCHANGE.replace(b"GET /", b"GET /%d HTTP/1.1\\r\\n\\r\\n")
    found = (exchange % (n, n, RESPONSE) for n in range(1, 2 + size // 260))
    return RUN_2 + b"".join(found) + VERDICT


def halves(part: Callable[[int, int], bytes]) -> Callable[[int], bytes]:
    """Four texts for masks, each a quarter of the size."""
    return lambda size: b"\0".join(part(size // 4, number) for number in range(4))


def scattered(size: int, number: int) -> bytes:
    """Text of few words in no order, another length each time."""
    return bytes(random.Random(number).choices(b"ab ,", k=size - 7 * number))


SLOW: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "one event without an end": ("response", with_length(b"data: ", b"z")),
    "line ends without an end": ("response", with_length(b"", b"\r\n\r")),
    "events": ("response", with_length(b"", b"data: 1\n\n")),
    "pings": ("response", with_length(b"", b": ping - ")),
    "blanks within a header": ("response", head_of(b"x: a", b" ")),
    "blanks behind a header": ("response", head_of(b"x:", b" \t")),
    "header lines": ("response", head_of(b"a: ", b"\r\na: ")),
    "lines of one header": ("response", head_of(b"connection: a", b",a")),
    "a size with blanks": ("response", repeated(b" ", CHUNKED + b"\r\n1")),
    "chunks of one byte": ("response", repeated(b"1\r\nz\r\n", CHUNKED + b"\r\n")),
    "interim responses": ("response", repeated(b"HTTP/1.1 103 \r\nx: y\r\n\r\n")),
    "one event, by bytes": ("response, by bytes", with_length(b"data: ", b"z")),
    "one chunk, by bytes": ("response, by bytes", repeated(b"z", STREAM + b"fffffff\r\n")),
    "a head, by bytes": ("response, by bytes", head_of(b"x: a", b" ")),
    "numbers in one chunk": (
        "stream of a load test",
        repeated(b"1000\r\n" + (b"data: 7\n\n" * 456)[:4096] + b"\r\n", STREAM),
    ),
    "small chunks": ("stream of a load test", repeated(b"1\r\n:\r\n", STREAM)),
    "gaps": (
        "stream of a load test",
        lambda size: (
            STREAM
            + b"".join(b"12\r\ndata: %08d\r\n\r\n\r\n" % (n * 999) for n in range(1, size // 24))
        ),
    ),
    "attributes of a cookie": ("cookies", repeated(b"; path", b"a=b")),
    "cookies": ("cookies", lambda size: b"\n".join(b"n%d=1" % n for n in range(size // 8))),
    "an age of many digits": ("cookies", repeated(b"9", b"a=b; Max-Age=")),
    "a date of many digits": ("cookies", repeated(b"9", b"a=b; Expires=")),
    "a date of many words": ("cookies", repeated(b"9 ", b"a=b; Expires=")),
    "braces": (".http file", repeated(b"{{", b"POST /a\n\n")),
    "variables of variables": (".http file", variables),
    "variables": (".http file", many_variables),
    "continuation lines": (".http file", repeated(b" &b=c\n", b"GET /a\n")),
    "headers of a file": (".http file", repeated(b"a: b\n", b"GET /a\n")),
    "connection headers of a file": (
        ".http file",
        lambda size: b"GET /a\n" + b"".join(b"Connection: h%d\n" % n for n in range(size // 16)),
    ),
    "requests of a file": (".http file", repeated(b"GET /a\n###\n")),
    "blanks of a file": (".http file", repeated(b" ", b"GET /a\n\n<@", b"\n")),
    "a version of a file": (".http file", repeated(b" A", b"GET")),
    "deep JSON": ("HAR", repeated(b"[")),
    "many digits": ("HAR", repeated(b"9", b'{"log": ')),
    "entries": ("HAR", lambda size: a_har(*[ENTRY] * max(1, size // 300))),
    "hosts": (
        "HAR",
        lambda size: a_har(
            *(
                ENTRY | {"request": {"method": "GET", "url": f"http://{n}/", "headers": []}}
                for n in range(size // 120)
            )
        ),
    ),
    "lines of curl": ("lines of curl", repeated(CURL)),
    "words of curl": ("lines of curl", repeated(b" -H a:b", b"curl x.org")),
    "options of curl": ("lines of curl", repeated(b"s", b"curl x.org -")),
    "a word with escapes": ("lines of curl", repeated(b"\\n", b"curl x.org -d $'", b"'")),
    "quotes that do not end": ("lines of curl", repeated(b" $'", b"curl x.org")),
    "interactions": ("cassette", interactions),
    "lists of YAML": ("cassette", repeated(b"[")),
    "aliases": (
        "cassette",
        lambda size: CASSETTE.replace(
            b"Accept: ['*/*']",
            b"A: &a [" + b"a," * (size // 4) + b"a], B: [" + b"*a," * (size // 8) + b"]",
        ),
    ),
    "headers of a cassette": (
        "cassette",
        lambda size: CASSETTE.replace(
            b"Accept:", b"".join(b"H%d: [a], " % n for n in range(size // 12)) + b"Accept:"
        ),
    ),
    "items of a collection": (
        "collection",
        lambda size: a_collection(*[POSTMAN] * max(1, size // 320)),
    ),
    "folders in folders": (
        "collection",
        lambda size: a_collection(POSTMAN).replace(
            b'"item": [{', b'"item": [' + b'{"item": [' * (size // 12), 1
        ),
    ),
    "variables of a collection": (
        "collection",
        lambda size: a_collection(POSTMAN).replace(b"/a?b=c", b"/a?b=" + b"{{b}}" * (size // 5)),
    ),
    "variables in variables of a collection": (
        "collection",
        lambda size: a_collection(POSTMAN).replace(
            b'"value": "c"', b'"value": "' + b"{{b}}" * (size // 5) + b'"'
        ),
    ),
    "folders of Insomnia": (
        "export of Insomnia",
        lambda size: INSOMNIA_4.replace(
            b'"resources": [',
            b'"resources": ['
            + b"".join(
                b'{"_type":"request_group","_id":"f%d","parentId":"f%d","environment":{"a%d":1}},'
                % (n, n - 1, n)
                for n in range(size // 90)
            ),
        ),
    ),
    "requests of Insomnia": (
        "export of Insomnia",
        lambda size: INSOMNIA_4.replace(
            b'"resources": [',
            b'"resources": [' + b'{"_type":"request","url":"{{ _.base }}/b"},' * (size // 50),
        ),
    ),
    "an environment of Insomnia": (
        "export of Insomnia",
        lambda size: INSOMNIA.replace(
            b"{base:", b"{" + b"".join(b"a%d: {b: c}, " % n for n in range(size // 14)) + b"base:"
        ),
    ),
    "bullets": ("release notes", repeated(b"* range\n", b"## 1.2\n")),
    "one bullet": ("release notes", repeated(b"401\n", b"## 1.2\n\n* ")),
    "headings": ("release notes", repeated(b"## 1.2\n")),
    "links of notes": ("release notes", repeated(b"[a](b", b"## 1.2\n\n* ")),
    "brackets of notes": ("release notes", repeated(b"[", b"## 1.2\n\n* ")),
    "versions of notes": ("release notes", repeated(b"1.", b"## ")),
    "hyphens of notes": ("release notes", repeated(b"a-", b"## 1.2\n\n* abc")),
    "members of an archive": (
        "source distribution",
        lambda size: an_archive(*[("a-1/changes", b"x")] * (size // 64)),
    ),
    "URLs of a project": (
        "source distribution",
        lambda size: an_archive(("a-1/PKG-INFO", b"Project-URL: a, https://x\n" * (size // 2))),
    ),
    "a folded header": (
        "source distribution",
        lambda size: an_archive(("a-1/PKG-INFO", b"Project-URL: a,\n" + b" x\n" * (size * 2))),
    ),
    "requests at once": ("connection of a proxy", repeated(POSTED)),
    "chunks of a response": (
        "connection of a proxy",
        repeated(b"1\r\na\r\n", POSTED + b"\0\0" + OK + b"transfer-encoding: chunked\r\n\r\n"),
    ),
    "cookies of a request": (
        "connection of a proxy",
        lambda size: POSTED.replace(b"a=b", b"a=b;" * (min(size, HEAD_LIMIT) // 4)),
    ),
    "links": ("page that leads on", repeated(b"<a href=/b>")),
    "forms": ("page that leads on", repeated(b"<form><input name=a>")),
    "attributes of a link": ("page that leads on", repeated(b" a=b", b"<a", b">")),
    "accepted differences": ("accepted.toml", repeated(ACCEPTED)),
    "rules of a project": (
        "options in pyproject.toml",
        repeated(b"[[tool.starlette-conformance.ignore]]\npattern = 'a'\n"),
    ),
    "messages of a WebSocket": ("frames of a WebSocket", repeated(b"\x81\x01a")),
    "fragments of a message": ("frames of a WebSocket", repeated(b"\x00\x01a", b"\x01\x01a")),
    "exchanges": (
        "run file",
        lambda size: RUN + b"".join(EXCHANGE % (n, b"x") for n in range(1, 2 + size // 170)),
    ),
    "a long exchange": ("run file", lambda size: RUN + EXCHANGE % (1, b"\\u00ff" * (size // 6))),
    "lists in a run file": ("run file", repeated(b"[", RUN)),
    "digits in a run file": ("run file", repeated(b"9", RUN + b'{"kind":"exchange","id":')),
    "verdicts of a matrix": (
        "run file, summed up",
        lambda size: b"".join(
            [RUN_2, EXCHANGE % (1, b"x"), *[VERDICT.splitlines(True)[0]] * (size // 180)]
        ),
    ),
    "responses of a report": ("run file, reported", many_responses),
    "packages of a run": (
        "run file, reported",
        lambda size: RUN_2.replace(
            b'"packages":{',
            b'"packages":{' + b"".join(b'"p%d":"1",' % n for n in range(size // 12)),
        ),
    ),
    "users of a load": (
        "results of a load",
        lambda size: json.dumps(
            {"servers": {f"s{n}": "latest" for n in range(size // 16)}}
        ).encode(),
    ),
    "verdicts on mutants": (
        "results of mutants",
        lambda size: MUTANTS + MUTANTS.splitlines(keepends=True)[1] * (size // 170),
    ),
    "prices": ("costs", repeated(PRICES)),
    "clients on many streams": (
        "results of clients",
        lambda size: CLIENTS.replace(
            CLIENT, b",".join(CLIENT.replace(b"crlf", b"%d" % n) for n in range(size // 70))
        ),
    ),
    "a dotted key": ("equivalent.toml", repeated(b"a.", b"", b"a = 1\n")),
    "quoted keys": ("equivalent.toml", repeated(b'"a,". ', b"x = {", b"a = 1}\n")),
    "deep tables": (
        "equivalent.toml",
        lambda size: (
            b"[" + b"a." * 60 + b"a]\n" + b"".join(b"k%d=1\n" % n for n in range(size // 9))
        ),
    ),
    "equivalents": ("equivalent.toml", repeated(EQUIVALENT)),
    "lists of a TOML file": ("equivalent.toml", repeated(b"[", b"a = ")),
    "stacks of a file": (
        "stacks.toml",
        lambda size: STACKS.replace(
            b"[axes.uvicorn]",
            b"".join(b"[stacks.s%d]\nrequirements=[]\n" % n for n in range(size // 30))
            + b"[axes.uvicorn]",
        ),
    ),
    "an axis that multiplies": (
        "stacks.toml",
        lambda size: (
            STACKS
            + b"".join(
                b'"%b" = [%b]\n' % (name, b'"1",' * (size // 30))
                for name in (
                    b"starlette",
                    b"h11",
                    b"anyio",
                    b"sniffio",
                    b"idna",
                    b"click",
                    b"httptools",
                )
            )
        ),
    ),
    "variables of a project": (
        "pyproject.toml",
        repeated(b'"A",\n', PYPROJECT[: PYPROJECT.index(b'"DATA')], b"]"),
    ),
    "releases of an index": (
        "package index",
        lambda size: (
            b'{"files":['
            + b",".join(b'{"filename":"a-1.%d.tar.gz"}' % n for n in range(1 + size // 32))
            + b"]}"
        ),
    ),
    "a version of many digits": (
        "package index",
        repeated(b"9", b'{"files":[{"filename":"a-', b'.tar.gz"}]}'),
    ),
    "a version of many parts": (
        "package index",
        repeated(b"1.", b'{"files":[{"filename":"a-', b'1.tar.gz"}]}'),
    ),
    "stacks of a site": (
        "index of a site",
        repeated(SITE[SITE.index(b"{", 1) : -2] + b",", SITE[: SITE.index(b"{", 1)], b"null]}"),
    ),
    "packages of a line of history": (
        "history of a site",
        lambda size: HISTORY.replace(
            b'"packages":{',
            b'"packages":{' + b"".join(b'"p%d":"1",' % n for n in range(size // 12)),
        ),
    ),
    "packages of a stack": (
        "metadata of packages",
        lambda size: INSPECTED.replace(
            b'"uvicorn"', b"".join(b'"p%d":"1",' % n for n in range(size // 12)) + b'"uvicorn"'
        ),
    ),
    "a name of a package": (
        "metadata of packages",
        repeated(b"-._", INSPECTED[:-2] + b',"', b'":"1"}}'),
    ),
    "one word": ("body that varies", repeated(b"a")),
    "words": ("body that varies", repeated(b"a b,")),
    "tags without an end": ("body that varies", repeated(b"<p ")),
    "comments without an end": ("body that varies", repeated(b"<!--x>")),
    "sections without an end": ("body that varies", repeated(b"<![CDATA[>")),
    "declarations without an end": ("body that varies", repeated(b"<!")),
    "links without an end": ("page that leads on", repeated(b"<a ")),
    "deep keys": ("body that varies", deep_keys),
    "numbers": ("body that varies", repeated(b"1.5e1-")),
    "schemas of a document": ("OpenAPI documents", with_schemas(b'{"type":"null"}')),
    "properties in properties": (
        "OpenAPI documents",
        lambda size: OPENAPI.replace(
            b'{"type": "null"}', b'{"properties":{"a":' * (size // 24) + b"1" + b"}}" * (size // 24)
        ),
    ),
    "items of items": (
        "OpenAPI documents",
        lambda size: OPENAPI.replace(
            b'{"type": "null"}', b'{"items":' * (size // 12) + b"1" + b"}" * (size // 12)
        ),
    ),
    "names that are required": (
        "OpenAPI documents",
        lambda size: OPENAPI.replace(
            b'"required": [', b'"required": [' + b",".join(b'"a%d"' % n for n in range(size // 8))
        ),
    ),
    "zeros, packed": ("packed body", lambda size: gzip.compress(bytes(16 * size), 1)),
    "words of another number": ("masks", halves(scattered)),
    "dashes": ("masks", halves(lambda size, number: b"-1." * (size // 3) + b"x" * number)),
    "tokens": ("masks", halves(lambda size, number: b"9" * size + b"a=" * number)),
    "lines of a log": ("log", repeated(b"a\n")),
    "a line of a log": ("log", repeated(b"a")),
}
"""By a name: who reads it, and the input of about so many bytes."""
