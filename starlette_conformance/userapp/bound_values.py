"""Values that a response gives and a later request sends: ids, tokens, sessions.

Each side sends what its own response gave. A place in a response is written as REST Client does:
`headers.X-Token`, `body.$.items[0].id`, `body.*` for the whole body; and, of our own,
`events.0.data` of an event stream, `fields.csrf` of a form or a <meta>, `cookies.sid`, `location.2`
for a word of Location.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, quote_plus

from starlette_conformance.http.markup import MarkupParser
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.userapp.form_bodies import FORM
from starlette_conformance.userapp.unpacked import unpacked

STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
EVENT = re.compile(r"\r\n\r\n|\n\n|\r\r")
LOCATION = re.compile(r"[/?&=#]")
HEAD = re.compile(r"[\t -~\x80-\xff]*")
IN_A_TARGET = "!#$%&'()*+,/:;=?@[]~"

Quoting = Literal["", "url", "form", "json"]


@dataclass(frozen=True)
class Binding:
    """`text` stands in a request, and is replaced by what is at `where` in the response to the
    request at `place`, written as `quoting` says. `recorded` is what was there when it was
    recorded, if it was.
    """

    text: str
    place: str
    where: str
    quoting: Quoting = ""
    recorded: str = ""

    def __str__(self) -> str:
        return f"{self.where} of the response to {self.place}"

    def written(self, value: str) -> str:
        match self.quoting:
            case "url":
                return quote(value, safe="")
            case "form":
                return quote_plus(value)
            case "json":
                return json.dumps(value)[1:-1]
            case _:
                return value


def filled(
    request: Request, bindings: Sequence[Binding], value_of: Callable[[Binding], str | None]
) -> Request:
    """The request with the values in it, written in the body of a form as a form writes them; what
    has none stays as it is.
    """
    head, end, body = request.data.partition(b"\r\n\r\n")
    is_form = (request.header("content-type") or "").partition(";")[0].strip().lower() == FORM
    has_length = request.header("content-length") == str(len(body))
    for binding in bindings:
        value = value_of(binding)
        if value is None or not HEAD.fullmatch(value):
            continue
        text, value = binding.text.encode(), binding.written(value)
        line, line_end, lines = head.partition(b"\r\n")
        line = line.replace(text, quote(value, safe=IN_A_TARGET).encode())
        head = line + line_end + lines.replace(text, value.encode())
        in_body = quote_plus(value) if is_form and not binding.quoting else value
        body = body.replace(text, in_body.encode())
    if has_length:
        length = b"\\g<1>%d" % len(body)
        head = re.sub(rb"(?im)^(content-length:[ \t]*)\d+", length, head, count=1)
    return Request(request.app, head + end + body, request.files)


def value_at(response: Response, where: str) -> str | None:
    """What a response has at a place; None for nothing."""
    kind, _, name = where.partition(".")
    if kind == "headers":
        return next(iter(_values(response, name.lower())), None)
    if kind == "cookies":
        pairs = (line.partition(";")[0].partition("=") for line in _values(response, "set-cookie"))
        return next((value.strip() for key, _, value in pairs if key.strip() == name), None)
    if kind == "location":
        words = LOCATION.split(next(iter(_values(response, "location")), ""))
        return words[int(name)] if int(name) < len(words) else None
    text = unpacked(response).body.decode("utf-8", "replace")
    if kind == "events":
        return _of_event(text, name)
    if kind == "fields":
        return fields(text).get(name)
    return text if name == "*" else _of_json(text, name)


def gives(response: Response, value: str) -> bool:
    """Whether a value is somewhere in a response."""
    headers = (each for name in response.headers for each in _values(response, name))
    return value.encode() in unpacked(response).body or any(value in each for each in headers)


def is_place(where: str) -> bool:
    """Whether it says a place in a response."""
    kind, _, name = where.partition(".")
    match kind:
        case "headers" | "fields" | "cookies":
            return bool(name)
        case "events":
            return bool(re.fullmatch(r"\d{1,6}\.\w+", name))
        case "body":
            return name == "*" or bool(re.fullmatch(rf"\$(?:{STEP.pattern})*", name))
    return False


class _Fields(MarkupParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        value = given.get("value" if tag == "input" else "content")
        if tag in {"input", "meta"} and value and (name := given.get("name")):
            self.found.setdefault(name, value)


def fields(text: str) -> dict[str, str]:
    """The fields of the forms of a page, and its <meta>, by name."""
    parser = _Fields()
    parser.read(text)
    return parser.found


def _values(response: Response, name: str) -> tuple[str, ...]:
    found = response.headers.get(name, ())
    return tuple(map(str, found)) if isinstance(found, tuple) else (str(found),)


def _of_event(text: str, name: str) -> str | None:
    number, _, field = name.partition(".")
    events = EVENT.split(text)[:-1]
    if int(number) >= len(events):
        return None
    lines = (line.partition(":") for line in events[int(number)].splitlines())
    found = [value.removeprefix(" ") for key, _, value in lines if key == field]
    return "\n".join(found) if found else None


def _of_json(text: str, path: str) -> str | None:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for step in STEP.finditer(path):
        key, number = step[1] or step[3] or step[4], step[2]
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and number and int(number) < len(value):
            value = value[int(number)]
        else:
            return None
    return value if isinstance(value, str) else json.dumps(value)
