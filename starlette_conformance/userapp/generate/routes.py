"""The routes of an app, as its own interpreter finds them, and a request to each."""

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import msgspec

from starlette_conformance.model.decode import from_json
from starlette_conformance.userapp.generate.case_values import MARK, WORD
from starlette_conformance.userapp.generate.cases import Case, Cases, Mark, Operation
from starlette_conformance.userapp.generate.given import MAKE

PROGRAM = Path(__file__).with_name("_routes.py")
PARAMETER = re.compile(r"\{([A-Za-z_]\w*)(?::([A-Za-z_]\w*))?\}")
VALUES = {
    "IntegerConvertor": "1",
    "FloatConvertor": "1.5",
    "UUIDConvertor": "00000000-0000-4000-8000-000000000001",
    "PathConvertor": WORD,
}
"""What a converter of Starlette takes."""


class Route(msgspec.Struct, frozen=True):
    path: str
    methods: tuple[str, ...] = ()
    websocket: bool = False
    mount: bool = False
    converters: Mapping[str, str] = {}


class Routes(msgspec.Struct, frozen=True):
    """All of an app; `openapi_url` is where it has its document, or nothing, and the last are the
    paths of that and of what shows it.
    """

    routes: tuple[Route, ...] = ()
    openapi_url: str = ""
    about_the_document: tuple[str, ...] = ()


def command(name: str, interpreter: Path, file: Path, factory: bool) -> str:
    """For a shell: write the routes of an app to a file. An app that has none, or cannot be
    imported so, writes none.
    """
    words = [str(interpreter), str(PROGRAM), name, str(file), *(["factory"] if factory else [])]
    return f"{shlex.join(words)} >/dev/null 2>&1 || true"


def read(file: Path) -> Routes:
    """What that command has written."""
    if not file.is_file():
        return Routes()
    return from_json(file.read_bytes(), Routes, "the app's routes")


def cases(found: Routes, values: Mapping[str, str], known: Collection[str] = ()) -> Cases:
    """A request to each route by each method, but for known operations; none to what is mounted, or
    takes a WebSocket. `values` are those of parameters by name.
    """
    operations, by_operation = [], {}
    for route in found.routes:
        if route.mount or route.websocket or not route.path.startswith("/"):
            continue
        if route.path in found.about_the_document:
            continue
        path = PARAMETER.sub(r"{\1}", route.path)
        for method in _methods(route):
            label = f"{method} {path}"
            if label not in known and label not in by_operation:
                operations.append(Operation(label, path))
                by_operation[label] = (_case(label, method, path, route, values),)
    sockets = sum(route.websocket for route in found.routes)
    skipped = (f"not requested: {sockets} WebSocket routes",) if sockets else ()
    return Cases(tuple(sorted(operations, key=_order)), by_operation, skipped)


def _methods(route: Route) -> Iterator[str]:
    """Those that a client uses: HEAD comes with GET."""
    methods = [*route.methods] or ["GET"]
    yield from (each for each in methods if each != "HEAD" or "GET" not in methods)


def _order(operation: Operation) -> int:
    """What makes something comes first."""
    return MAKE.index(operation.method) if operation.method in MAKE else len(MAKE)


def _case(label: str, method: str, path: str, route: Route, values: Mapping[str, str]) -> Case:
    marks = {}
    for number, name in enumerate(found[1] for found in PARAMETER.finditer(path)):
        mark = MARK.format(number)
        if name in values:
            path = path.replace(f"{{{name}}}", quote(values[name], safe=""))
            continue
        path = path.replace(f"{{{name}}}", mark)
        marks[mark] = Mark(f"path.{name}", VALUES.get(route.converters.get(name, ""), WORD))
    return Case(label, "route", method, path, (("Accept", "*/*"),), b"", marks)
