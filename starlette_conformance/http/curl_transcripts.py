"""Transcripts: what `curl -v` printed of an exchange, as documented, and as it comes out now.

Lines that begin with `*` are curl's own words and change with its version. The one that says
something of the server, `Connection #0 ... left intact`, is kept. It is put last: whether it
comes before or after the body is curl's affair.
"""

import os
import re
import select
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette_conformance.http.client import Client
from starlette_conformance.http.connection import Connection
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.process.child_environment import base

INTACT = "* Connection #0 to host 127.0.0.1 left intact"
EVENT_END = b"\r\n\r\n"
KEPT = re.compile(r"\* Connection #0 to host \S+ left intact")
CURL_SECONDS = 20.0
ALONE = ("-q", "--noproxy", "*")
"""Options, the first ones, by which curl heeds neither `.curlrc` nor a proxy of the user's."""


@dataclass(frozen=True)
class Transcript:
    """A documented command and what it printed, without date and port."""

    command: list[str]
    lines: list[str]

    @classmethod
    def read(cls, path: Path) -> "Transcript":
        first, *text_lines = path.read_text("utf-8").splitlines()
        return cls(shlex.split(first.removeprefix("$ ")), comparable(text_lines))

    @property
    def request(self) -> tuple[str, str, list[tuple[str, str]]]:
        """Method, target and header lines that curl sent, but for Host."""
        sent = [line.removeprefix("> ") for line in self.lines if line.startswith("> ")]
        method, target, _ = sent[0].split(" ")
        pairs = [line.split(": ", 1) for line in sent[1:]]
        return method, target, [(k, v) for k, v in pairs if k.lower() != "host"]

    @property
    def chunks(self) -> int | None:
        """How many events were watched of a stream that does not end by itself."""
        return None if INTACT in self.lines else sum(line.startswith("data") for line in self.lines)

    def changed(self, changes: Mapping[str, Sequence[Any]]) -> list[Any]:
        """The lines, with others, which may be lazy, in the place of those that `changes` names."""
        missing = set(changes) - set(self.lines)
        if missing:
            raise KeyError(f"no line of the transcript: {missing}")
        return [new for line in self.lines for new in changes.get(line, [line])]


def comparable(lines: list[str]) -> list[str]:
    """Leave out curl's own words, and write date and port as they stand in every comparison."""
    kept = [line.rstrip() for line in lines if not line.startswith("* ")]
    kept += [INTACT] if INTACT in lines else []
    kept = [re.sub(r"^(< date:) .*", r"\1 DATE", line, flags=re.IGNORECASE) for line in kept]
    return [re.sub(r"^> Host: \S+:\d+$", "> Host: 127.0.0.1:PORT", line) for line in kept]


def as_curl_prints(exchange: Exchange) -> list[str]:
    """A recorded exchange in the form of `curl -v`, comparable."""
    request = exchange.request.decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")
    message = exchange.message
    status = f"{message.version} {message.status} {message.reason}"
    head = [status, *(f"{name}: {value}" for name, value in message.headers)]
    left_intact = message.whole and not exchange.closes
    return comparable(
        [
            *(f"> {line}" for line in request),
            ">",
            *(f"< {line}" for line in head),
            "<",
            *_body_lines(message.body),
            *([INTACT] if left_intact else []),
        ]
    )


def by_curl(transcript: Transcript, port: int, host: str = "127.0.0.1") -> list[str]:
    """Run the documented command with the real curl, against another port, and host; comparable.

    A stream that does not end is left after as many events as the transcript has; of those that
    curl had read by then, no more are printed.
    """
    agent = next(value for name, value in transcript.request[2] if name == "User-Agent")
    command = [part.replace(":8000", f":{port}") for part in transcript.command]
    to = [] if host == "127.0.0.1" else ["--connect-to", f"127.0.0.1:{port}:{host}:{port}"]
    process = subprocess.Popen(
        [command[0], *ALONE, "-A", agent, "--no-progress-meter", *to, *command[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=base(),
    )
    events = transcript.chunks or 0
    try:
        body, printed = _read_both(process, lambda data: 0 < events <= data.count(EVENT_END))
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()
    if events:
        *documented, more = body.split(EVENT_END, events)
        body = body.removesuffix(more) if len(documented) == events else body
    text_lines = printed.decode("latin-1").splitlines()
    if not any(line.startswith("<") for line in text_lines):
        Connection(port, CURL_SECONDS, host).leave()  # raises where nobody can connect
    lines = [INTACT if KEPT.fullmatch(line) else line for line in text_lines]
    head = [line for line in lines if line[:1] in ("<", ">")]
    return comparable([*head, *_body_lines(body), *(line for line in lines if line == INTACT)])


def replay(transcript: Transcript, client: Client, way: str = "recorder") -> Lines:
    """The lines that come out today, comparable with those of the transcript.

    With the way `curl`, the real curl sends the request.
    """
    if way == "curl":
        lines = by_curl(transcript, client.port, client.host)
    else:
        method, target, headers = transcript.request
        exchange = client.request(method, target, headers, chunks=transcript.chunks)
        lines = as_curl_prints(exchange)
    return Lines(lines, client.environment)


def _body_lines(body: bytes) -> list[str]:
    return body.decode("utf-8").splitlines()


def _read_both(process: subprocess.Popen[bytes], enough: Callable[[bytes], bool]) -> list[bytes]:
    """Read standard output and error until both end, or the output is enough."""
    assert process.stdout is not None
    assert process.stderr is not None
    read = {process.stdout: b"", process.stderr: b""}
    left = list(read)
    deadline = time.monotonic() + CURL_SECONDS
    while left and not enough(read[process.stdout]):
        ready = select.select(left, [], [], max(0.0, deadline - time.monotonic()))[0]
        if not ready:
            raise TimeoutError(f"curl did not finish within {CURL_SECONDS:g} s")
        for pipe in ready:
            data = os.read(pipe.fileno(), 65536)
            read[pipe] += data
            if not data:
                left.remove(pipe)
    return list(read.values())
