"""The manifest: what is measured, by name. A gate that lacks one of these decides nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.cost.benchmark import Alike
from starlette_conformance.cost.measured_server import measured_server
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.process.app_server import Server
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

    @property
    def streams(self) -> bool:
        return "stream" in apps()[self.app].traits

    def start(
        self,
        environment: Environment,
        under: Under,
        interval: float | None = None,
        own: Path | None = None,  # noqa: ARG002  (it has nothing of its own)
    ) -> Server:
        return measured_server(self.app, environment, under, interval)

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


def chosen(names: Iterable[str] | None) -> list[ReferenceBenchmark]:
    """The benchmarks of these names, or all of the manifest. Raises UsageError."""
    wanted = list(MANIFEST if names is None else names)
    if unknown := [name for name in wanted if name not in MANIFEST]:
        raise UsageError(f"no benchmark {', '.join(unknown)}; there are {', '.join(MANIFEST)}")
    return [MANIFEST[name] for name in dict.fromkeys(wanted)]
