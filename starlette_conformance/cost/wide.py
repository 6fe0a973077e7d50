"""What is sent that no reference app takes: benchmarks of `benchmarks/apps/wide.py`.

A large file, many headers and cookies, an upload, a response in parts, events with all fields,
middlewares, a connection for each request, and requests of which no two are alike.
"""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from starlette_conformance.cost.benchmark import NUMBER, Alike, Sending
from starlette_conformance.cost.measured_server import alike
from starlette_conformance.cost.traffic import Line
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, DidNotStart
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.launch import NOTHING, Under
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import ROOT

BRIEFLY = Sending(briefly=True)
SCRIPT = ROOT / "benchmarks" / "apps" / "wide.py"
RESPONSE_SECONDS = 20.0
FILE = b"".join(b"%07d\n" % number for number in range(2**17))
"""1 MiB."""
SITE = {"html/large.bin": FILE, "html/small.txt": b"A note\n"}
COOKIES = b"; ".join(b"name-%d=%s" % (number, b"0123456789" * 4) for number in range(60))
HEADERS = b"".join(b"X-Header-%d: value %d\r\n" % (number, number) for number in range(56))
QUERY = b"&".join(b"field%d=value+%d%%21" % (number, number) for number in range(20))
UPLOAD = json.dumps(["0123456789abcdef" * 8] * 776, separators=(",", ":")).encode()
"""Of 100 KiB."""


def _head(target: bytes, *lines: bytes, method: bytes = b"GET") -> bytes:
    start = b"%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n" % (method, target)
    return start + b"".join(lines) + b"\r\n"


def started(
    environment: Environment,
    under: Under,
    by: str = "",
    port: int = 0,
    stdin: int = subprocess.DEVNULL,
    forker: Forker | None = None,
) -> Server:
    """A server of the app, started as usual or by another way that its adapter has."""
    folder = site_fixture.lay_out(SITE)
    return Server(SCRIPT, alike(environment), folder, (), forker, under, port, by, stdin=stdin)


@dataclass(frozen=True)
class WideBenchmark:
    """A request to the app."""

    name: str
    sent: bytes
    weight: int = 3
    alike: Alike = "bytes"
    sending: Sending = BRIEFLY
    app: str = "wide"
    status: int = 200
    streams: bool = False
    shares: bool = True
    forks: bool = True

    def start(
        self,
        environment: Environment,
        under: Under,
        interval: float | None = None,  # noqa: ARG002  (it has no stream without an end)
        own: Path | None = None,  # noqa: ARG002  (it has nothing of its own)
        forker: Forker | None = None,
    ) -> Server:
        return started(environment, under, forker=forker)

    def request(self, server: Server, port: int) -> bytes:  # noqa: ARG002  (the same to each)
        return self.sent


_VARIED = (
    b"Cookie: name%s=%s\r\n" % (NUMBER, NUMBER),
    b"Origin: https://%s.example\r\n" % NUMBER,
    b"X-%s: %s\r\n" % (NUMBER, NUMBER),
    b"Accept-Encoding: gzip;q=0.%s\r\n" % NUMBER,
)
_ALL = (
    WideBenchmark(
        "file_1mib", _head(b"/files/large.bin"), weight=225, sending=replace(BRIEFLY, body=FILE)
    ),
    WideBenchmark(
        "headers_60",
        _head(b"/headers?" + QUERY, b"Accept: */*\r\n", HEADERS, b"Cookie: ", COOKIES, b"\r\n"),
        sending=replace(BRIEFLY, body=b"60 60 20"),
    ),
    WideBenchmark(
        "upload_100k",
        _head(
            b"/upload",
            b"Content-Type: application/json\r\n",
            b"Content-Length: %d\r\n" % len(UPLOAD),
            method=b"POST",
        )
        + UPLOAD,
        weight=9,
        sending=replace(BRIEFLY, body=b'{"items":776,"bytes":%d}' % len(UPLOAD)),
    ),
    WideBenchmark("parts", _head(b"/parts"), weight=9),
    WideBenchmark("events", _head(b"/events"), weight=9),
    WideBenchmark(
        "middlewares",
        _head(
            b"/middlewares/user",
            b"Origin: https://site.example\r\n",
            b"Accept-Encoding: gzip\r\n",
        ),
        alike="length",
    ),
    WideBenchmark(
        "new_connection", _head(b"/user/name"), weight=9, sending=replace(BRIEFLY, fresh=True)
    ),
    WideBenchmark(
        "no_two_alike",
        _head(b"/middlewares/%s?q%s=%s" % ((NUMBER,) * 3), *_VARIED),
        alike="status",
        sending=replace(BRIEFLY, varied=True),
    ),
)
WIDE = {each.name: each for each in _ALL}


def measurable(
    old: Environment, new: Environment, benchmarks: Sequence[WideBenchmark]
) -> tuple[list[WideBenchmark], list[str]]:
    """Those that OLD responds to rightly, and a sentence on each of the others, as an old release
    lacks something. Raises CannotTell where NEW alone is wrong.
    """
    found, left_out = [], []
    for benchmark, before, after in zip(
        benchmarks, *(_faults(each, benchmarks) for each in (old, new)), strict=True
    ):
        if before:
            left_out.append(before)
        elif after:
            raise CannotTell(f"right on OLD, and on NEW: {after}")
        else:
            found.append(benchmark)
    return found, left_out


def _faults(environment: Environment, benchmarks: Sequence[WideBenchmark]) -> list[str]:
    """By benchmark, what is wrong with its response; empty where nothing is."""
    if not benchmarks:
        return []
    found = []
    server = benchmarks[0].start(environment, NOTHING)
    try:
        port = server.port()
        for benchmark in benchmarks:
            try:
                with Line(server, port, benchmark, seconds=RESPONSE_SECONDS) as line:
                    line.exchange()
                found.append("")
            except CannotTell as error:
                found.append(str(error))
    except DidNotStart as error:
        return [str(error)] * len(benchmarks)
    finally:
        server.kill()
    return found
