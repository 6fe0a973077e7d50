"""Run files of a few releases, as the harness writes them, with what a report has to cope with."""

from collections.abc import Mapping
from pathlib import Path

from starlette_conformance.http.connection import CLOSED, Segment
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.runs.run_file import Run

GREETS = "specs/json_cors/test_json_cors.py::test_greets_the_user[{}]"
SERVES = "specs/static_files/test_static_files.py::test_serves_a_file[{}-note.txt]"
HOSTILE = "specs/hello/test_hello.py::test_is_hostile[{}-</script><script>hacked=1</script>]"
MARKUP = "</script><img src=x onerror='hacked=1'><script>hacked=1</script>"
GREETING = '{"response":"Hello Vader !!!"}'
PASSED = ("pass", "")
DATE = "Sun, 22 Nov 2026 20:00:00 GMT"

Said = tuple[str, str]


def environment(release: str, parser: str = "h11") -> Environment:
    packages = {
        "starlette": release,
        "sse-starlette": "3.0.0",
        "uvicorn": "0.50.0",
        parser: "0.16.0",
    }
    name = f"starlette-{release}" if parser == "h11" else f"starlette-{release}-{parser}"
    return Environment(name, Path("python"), "3.11.7", packages)


def recorded_exchange(
    app: str, release: str, target: str, status: str, headers: Mapping[str, str], body: str
) -> Exchange:
    sent = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:4321\r\n\r\n"
    lines = {"date": DATE, **headers, "content-length": str(len(body.encode()))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    received = f"HTTP/1.1 {status}\r\n{head}\r\n{body}"
    segments = (Segment(0.001, sent.encode("latin-1")),), (Segment(0.002, received.encode()),)
    return Exchange(app, environment(release), "GET", *segments, CLOSED, False, 5000, 0.0)


def made(
    folder: Path,
    release: str,
    *,
    varies: bool,
    note: str = "200 OK",
    greets: Said = PASSED,
    ends: bool = True,
    serves: bool = True,
) -> Path:
    """The run of a release of Starlette, which says `Vary` or not, and answers so for a file."""
    name = f"starlette-{release}"
    run = Run(folder, name)
    run.begin(environment(release))
    vary = {"vary": "Origin"} if varies else {}
    spec = GREETS.format(name)
    run.exchange(
        spec, recorded_exchange("json_cors", release, "/user/Vader", "200 OK", vary, GREETING)
    )
    run.verdict(spec, "json_cors", *greets, {"CORS_VARIES_ALWAYS": varies}, 0.1)
    spec = HOSTILE.format(name)
    body = f"{MARKUP}\u202e\x00 {release}"
    run.exchange(
        spec, recorded_exchange("hello", release, f"/{MARKUP}", "200 OK", {"x": MARKUP}, body)
    )
    run.verdict(spec, "hello", "fail", f"body\n  {MARKUP}", {MARKUP: True}, 0.1)
    if serves:
        spec = SERVES.format(name)
        run.exchange(
            spec, recorded_exchange("static_files", release, "/note.txt", note, {}, "A note.\n")
        )
        run.verdict(spec, "static_files", "pass", "", {}, 0.1)
    run.end(complete=ends)
    return run.path


def not_installable(folder: Path, release: str) -> Path:
    run = Run(folder, f"starlette-{release}")
    run.begin(None)
    for spec, app in ((GREETS, "json_cors"), (SERVES, "static_files")):
        name = spec.format(f"starlette-{release}")
        run.verdict(name, app, "not installable", "no such release", {}, 0.0)
    run.end()
    return run.path


def beside_httptools(folder: Path, headers: Mapping[str, str]) -> Path:
    """The run of 1.6.0 beside another parser, where one spec passed, with such headers."""
    stack = environment("1.6.0", "httptools")
    run = Run(folder, stack.name)
    run.begin(stack)
    spec = GREETS.format(stack.name)
    run.exchange(
        spec, recorded_exchange("json_cors", "1.6.0", "/user/Vader", "200 OK", headers, GREETING)
    )
    run.verdict(spec, "json_cors", *PASSED, {"CORS_VARIES_ALWAYS": False}, 0.1)
    run.end()
    return run.path


def three_releases(folder: Path) -> Path:
    """Between the first two a named change, between the last two a status that none explains."""
    folder.mkdir(exist_ok=True)
    made(folder, "1.8.0", varies=True, note="404 Not Found")
    made(folder, "1.6.0", varies=False)
    made(folder, "1.7.0", varies=True)
    return folder
