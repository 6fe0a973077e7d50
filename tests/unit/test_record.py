"""What passes is recorded as a HAR: by a middleware, or off the wire; the file is always whole."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from starlette_conformance.record import Recorder, har_file, middleware
from starlette_conformance.record import exchange as exchanges
from starlette_conformance.record.exchange import Exchange
from starlette_conformance.record.har_file import HarFile
from starlette_conformance.record.wire import Wire
from starlette_conformance.userapp import har
from starlette_conformance.userapp.recorded_request import FILE_LIMIT
from tests.miniatures.recorded_app import app

ROOT = Path(__file__).parent.parent.parent
REQUIRED = {
    "entry": {"startedDateTime", "time", "request", "response", "cache", "timings"},
    "request": {
        "method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize",
        "bodySize",
    },
    "response": {
        "status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL",
        "headersSize", "bodySize",
    },
}  # fmt: skip
"""What HAR 1.2 demands."""


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Here is no worker of pytest-xdist, unless a test says so."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    yield
    for each in middleware._files.values():
        each.close()
    middleware._files.clear()


def log(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))["log"]


def seen(path: Path) -> list[tuple[str, int]]:
    return [
        (f"{e['request']['method']} {e['request']['url']}", e["response"]["status"])
        for e in log(path)["entries"]
    ]


def an_exchange(number: int = 0, size: int = 10) -> Exchange:
    made = Exchange("GET", f"http://x.org/{number}?a=b", "HTTP/1.1", [("Host", "x.org")])
    made.responds(200, [("content-type", "text/plain")], "OK")
    made.response.add(b"x" * size)
    return made


def test_the_file_is_whole_after_each_exchange_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_text("older")
    file = HarFile(path)
    for number in range(5):
        assert [each[0] for each in seen(path)] == [
            f"GET http://x.org/{n}?a=b" for n in range(number)
        ]
        assert path.stat().st_mode & 0o777 == 0o600
        assert file.add(an_exchange(number)) == ""
    file.close()
    assert (len(seen(path)), [each.name for each in tmp_path.iterdir()]) == (5, ["a.har"])
    entry = log(path)["entries"][0]
    assert REQUIRED["entry"] == set(entry)
    assert REQUIRED["request"] == set(entry["request"])
    assert REQUIRED["response"] == set(entry["response"])


WRITER = """
import sys
from pathlib import Path
from tests.unit.test_record import HarFile, an_exchange
file = HarFile(Path(sys.argv[1]))
for number in range(10**6):
    file.add(an_exchange(number, 20_000))
    print(number, flush=True)
"""


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.11])
def test_what_is_killed_leaves_a_whole_file_with_all_that_had_ended(
    tmp_path: Path, seconds: float
) -> None:
    path = tmp_path / "a.har"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with writer:
        assert writer.stdout
        assert writer.stdout.readline() == "0\n"
        time.sleep(seconds)
        os.kill(writer.pid, signal.SIGKILL)
        said = writer.stdout.read().split("\n")
    last = int(said[-2]) if len(said) > 1 else 0
    assert len(seen(path)) in {last + 1, last + 2}
    assert len(list(tmp_path.glob(".a.har.*"))) >= 2
    path.with_name(f".a.har.{writer.pid}-2").touch()  # killed before it was renamed
    path.with_name(f".a.har.{10**30}-0").touch()
    HarFile(path).close()
    assert {each.name for each in tmp_path.iterdir()} == {"a.har", f".a.har.{10**30}-0"}


@pytest.mark.parametrize("fails", ["write", "replace"])
def test_what_could_not_be_written_comes_with_the_next_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.har"
    file = HarFile(path)
    for number in range(3):
        with monkeypatch.context() as patched:
            patched.setattr(har_file._Growing if fails == "write" else Path, fails, full)
            with pytest.raises(OSError, match="No space left"):
                file.add(an_exchange(2 * number))
        file.add(an_exchange(2 * number + 1))
        assert len(seen(path)) == 2 * number + 2
    file.close()


def test_what_is_too_much_is_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert har_file.LIMIT < FILE_LIMIT
    monkeypatch.setattr(har_file, "LIMIT", 2_000)
    monkeypatch.setattr(exchanges, "LIMIT", 1_000)
    path = tmp_path / "a.har"
    file = HarFile(path)
    large = an_exchange(1)
    large.request.add(b"x" * 1_001)
    assert file.add(large) == "GET /1?a=b: a body of 1,001 bytes, and 1,000 are kept"
    assert file.add(an_exchange(2, 1_001)) == ""
    assert [file.add(an_exchange(3, 500))[:11] for _ in range(5)][-1] == "GET /3?a=b:"
    file.close()
    content = log(path)["entries"][0]["response"]["content"]
    assert (content["size"], content["comment"]) == (1_001, "longer than 1,000 bytes: left out")
    _, sentences = har.requests(path, "m:app", None)
    assert sentences[0].startswith("a.har: 5 not recorded: GET /1?a=b: a body of 1,001 bytes, and")


@pytest.mark.parametrize("url", ["http://[x/", "*", "http:///a"])
def test_what_is_no_url_is_left_out(url: str) -> None:
    assert Exchange("OPTIONS", url, "HTTP/1.1", []).problem == f"OPTIONS {url}: not a URL"


def test_other_entries_without_a_comment_say_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    file = HarFile(path)
    file.add(an_exchange())
    file.close()
    assert har.requests(path, "m:app", None)[1] == []


async def send(path: Path, *requests: tuple[str, str, dict[str, Any]]) -> list[int]:
    transport = httpx.ASGITransport(Recorder(app, path), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return [
            (await client.request(method, url, **more)).status_code
            for method, url, more in requests
        ]


def test_a_middleware_records_what_a_test_suite_sends(tmp_path: Path) -> None:
    path = tmp_path / "tests.har"
    binary = {"content": bytes(range(256))}
    first = asyncio.run(send(path, ("POST", "/token", {"json": {"unread": 1}})))
    rest = asyncio.run(
        send(path, ("GET", "/me?a=%20", {}), ("POST", "/upload", binary), ("GET", "/packed", {}))
    )
    assert (first, rest) == ([200], [401, 200, 200])
    assert seen(path) == [
        ("POST http://test/token", 200),
        ("GET http://test/me?a=%20", 401),
        ("POST http://test/upload", 200),
        ("GET http://test/packed", 200),
    ]
    entries = log(path)["entries"]
    assert b64decode(entries[2]["request"]["postData"]["text"]) == binary["content"]
    assert entries[3]["response"]["content"]["text"] == '{"packed": true}'
    steps, left_out = har.requests(path, "m:app", None)
    assert left_out == []
    assert [step.request.data.partition(b"\r\n\r\n")[2] for step in steps[::2]] == [
        b'{"unread":1}',
        binary["content"],
    ]


def test_an_exception_is_a_500_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "tests.har"
    assert asyncio.run(send(path, ("GET", "/raises", {}))) == [500]
    assert seen(path) == [("GET http://test/raises", 500)]

    async def raises() -> None:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(Recorder(app, path)), base_url="http://test"
        ) as client:
            await client.get("/raises")

    with pytest.raises(RuntimeError, match="as planned"):
        asyncio.run(raises())


def test_a_body_that_nobody_read_to_its_end_is_left_out_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/status",
        "query_string": b"",
        "headers": [(b"content-length", b"9")],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def sends(_: Any) -> None:
        pass

    path = tmp_path / "tests.har"
    asyncio.run(Recorder(app, path)(scope, receive, sends))
    assert seen(path) == []
    assert log(path)["comment"] == "1 not recorded: POST /status: its body was not read to its end"
    assert "not recorded: POST /status" in caplog.text


def test_a_websocket_is_listed(tmp_path: Path) -> None:
    async def talks(_: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def sends(_: Any) -> None:
        pass

    path = tmp_path / "tests.har"
    scope = {"type": "websocket", "path": "/chat", "headers": [(b"host", b"test")]}
    asyncio.run(Recorder(talks, path)(scope, receive, sends))
    asyncio.run(send(path, ("GET", "/status", {})))
    steps, left_out = har.requests(path, "m:app", None)
    assert ([str(step) for step in steps], left_out) == (
        ["GET /status (tests.har, entry 2)"],
        ["tests.har: 1 requests to a WebSocket are left out"],
    )


def test_a_worker_of_xdist_has_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw3")
    asyncio.run(send(tmp_path / "tests.har", ("GET", "/status", {})))
    assert len(seen(tmp_path / "tests-gw3.har")) == 1


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(ValueError, match=r"tests.json: name a file that ends with \.har"):
        Recorder(app, "tests.json")


def test_the_middleware_imports_the_standard_library_alone() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "import starlette_conformance.record\n"
        "names = {name.partition('.')[0] for name in sys.modules.keys() - before}\n"
        "print(sorted(names - sys.stdlib_module_names))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "['starlette_conformance']\n"


class Recorded:
    """What comes of bytes that pass, each direction cut as said."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.lost: list[str] = []
        self.wire = Wire("x.org", self.exchanges.append, self.lost.append)

    def passed(self, *parts: tuple[str, bytes], cut: int) -> list[tuple[str, int, bytes, bytes]]:
        for direction, data in parts:
            for start in range(0, len(data), cut):
                getattr(self.wire, direction)(data[start : start + cut])
        self.wire.end()
        return [
            (str(each), each.status, bytes(each.request.kept), bytes(each.response.kept))
            for each in self.exchanges
        ]


GET = b"GET /a HTTP/1.1\r\nHost: x.org\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PASSED: dict[str, tuple[list[tuple[str, bytes]], list[tuple[str, int, bytes, bytes]]]] = {
    "two on a connection": (
        [("sent", GET), ("received", OK), ("sent", GET), ("received", OK)],
        [("GET /a", 200, b"", b"ok")] * 2,
    ),
    "two at once": (
        [("sent", GET + GET), ("received", OK + OK)],
        [("GET /a", 200, b"", b"ok")] * 2,
    ),
    "bodies in chunks": (
        [
            ("sent", b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"),
            ("received", b"HTTP/1.1 100 Continue\r\n\r\n"),
            ("sent", b"2\r\nhi\r\n0\r\n\r\n"),
            ("received", b"HTTP/1.1 201 \r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"),
            ("received", b"1\r\nb\r\n0\r\n\r\n"),
        ],
        [("POST /a", 201, b"hi", b"ab")],
    ),
    "a response before the body": (
        [
            ("sent", b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"),
            ("received", b"HTTP/1.1 413 \r\nContent-Length: 0\r\n\r\n"),
            ("sent", b"hi"),
        ],
        [("POST /a", 413, b"hi", b"")],
    ),
    "HEAD, and HTTP/1.0": (
        [
            ("sent", b"HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"),
            ("received", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
            ("sent", b"GET /b HTTP/1.0\r\n\r\n"),
            ("received", b"HTTP/1.1 200 OK\r\n\r\nuntil close"),
        ],
        [("HEAD /a", 200, b"", b""), ("GET /b", 200, b"", b"until close")],
    ),
    "a stream that is left": (
        [
            ("sent", GET),
            ("received", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndata\r\n"),
        ],
        [("GET /a", 200, b"", b"data")],
    ),
    "no response": ([("sent", GET)], [("GET /a", 0, b"", b"")]),
    "a WebSocket": (
        [
            ("sent", b"GET /w HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n"),
            ("received", b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\x81\x01a"),
            ("sent", b"\x81\x01a"),
        ],
        [("GET /w", 101, b"", b"")],
    ),
}


@pytest.mark.parametrize("cut", [1, 7, 10_000])
@pytest.mark.parametrize("name", PASSED)
def test_what_passes_on_a_connection_is_taken_apart(name: str, cut: int) -> None:
    parts, wanted = PASSED[name]
    recorded = Recorded()
    assert (recorded.passed(*parts, cut=cut), recorded.lost) == (wanted, [])


@pytest.mark.parametrize(
    ("parts", "count"),
    [([("sent", b"\0\0\r\n\r\n")], 0), ([("sent", GET), ("received", b"nonsense\r\n\r\n")], 1)],
)
def test_what_is_not_http_is_said_and_passes(parts: list[tuple[str, bytes]], count: int) -> None:
    recorded = Recorded()
    assert len(recorded.passed(*parts, cut=10_000)) == count
    (sentence,) = recorded.lost
    assert sentence.startswith("the rest of a connection, which is not HTTP/1.1: ")
