"""The manifest: what is measured, by name. A gate that lacks one of these decides nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from starlette_conformance.cost.benchmark import USUALLY, Alike, Benchmark, Sending
from starlette_conformance.cost.measured_server import measured_server
from starlette_conformance.cost.wide import WIDE
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.launch import Under
from starlette_conformance.stacks.project import apps

RIGHT = b"Authorization: Basic YWRtaW46czNjcjN0IQ==\r\n"  # admin:s3cr3t!, as documented
WRONG = b"Authorization: Basic YWRtaW46d3Jvbmc=\r\n"  # admin:wrong

BASE = "documented-h11"
"""The stack that is 100 %: the documented versions, with the parser of the axis."""


@dataclass(frozen=True)
class ReferenceBenchmark:
    """A request to a reference app, or its stream. What is slow, and kinds of one app, have a
    weight. Where the named change `broken_by` is, the app does not respond.
    """

    name: str
    app: str
    target: str = "/"
    headers: bytes = b""
    status: int = 200
    weight: int = 1
    broken_by: str = ""
    alike: Alike = "bytes"
    shares: bool = False
    sending: Sending = USUALLY
    forks: bool = True

    @property
    def streams(self) -> bool:
        return "stream" in apps()[self.app].traits

    def start(
        self,
        environment: Environment,
        under: Under,
        interval: float | None = None,
        own: Path | None = None,  # noqa: ARG002  (it has nothing of its own)
        forker: Forker | None = None,
    ) -> Server:
        return measured_server(self.app, environment, under, interval, forker)

    def request(self, server: Server, port: int) -> bytes:  # noqa: ARG002  (the same to each)
        head = f"GET {self.target} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode()
        return head + self.headers + b"\r\n"


MANIFEST = {
    benchmark.name: benchmark
    for benchmark in (
        ReferenceBenchmark("hello", "hello"),
        ReferenceBenchmark(
            "json_cors", "json_cors", "/user/Vader", b"Origin: http://localhost\r\n"
        ),
        ReferenceBenchmark("static_files", "static_files", weight=4, broken_by="PATHSEND_ASSUMED"),
        ReferenceBenchmark("basic_auth_anonymous", "basic_auth", status=401, weight=3),
        ReferenceBenchmark("basic_auth_wrong", "basic_auth", headers=WRONG, status=400, weight=3),
        ReferenceBenchmark("basic_auth_right", "basic_auth", headers=RIGHT),
        ReferenceBenchmark("sse", "sse", "/stream"),
    )
}
EVERY: Mapping[str, Benchmark] = {**MANIFEST, **WIDE}
"""All that is measured request by request."""
NAMES = (*EVERY, "at_once", "starts")
"""All that a gate measures."""
Some = TypeVar("Some", bound=Benchmark)


def chosen(names: Iterable[str] | None) -> list[ReferenceBenchmark]:
    """The benchmarks of these names, or all of the manifest. Raises UsageError."""
    return named(names, MANIFEST)


def named(names: Iterable[str] | None, known: Mapping[str, Some]) -> list[Some]:
    """Those of these names, or all that are known. Raises UsageError."""
    wanted = list(known if names is None else names)
    if unknown := [name for name in wanted if name not in known]:
        raise UsageError(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(wanted)]
