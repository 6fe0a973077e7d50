"""Which value of an earlier response a request takes: by the document's links, or by its name."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from starlette_conformance.model.expectations import Response
from starlette_conformance.userapp.bound_values import value_at
from starlette_conformance.userapp.generate.cases import Case, Link, Mark, Operation
from starlette_conformance.userapp.generate.planned import JSON

MAKE = ("POST", "PUT")
"""Methods whose responses name what they made: these come before what a list shows."""
TOKENS = ("access_token", "accessToken", "token", "jwt", "id_token")
LOOKED_AT = 200
"""Exchanges back from the last one."""
IDS = ("id", "uuid", "name", "key", "slug")


@dataclass(frozen=True)
class Exchange:
    """A request by its name, the path of its operation, and what came of it."""

    name: str
    of: str
    path: str
    method: str
    response: Response

    @property
    def succeeded(self) -> bool:
        return self.response.status in range(200, 300)

    def reference(self, place: str) -> str:
        return f"{{{{{self.name}.response.{place}}}}}"


def filled(case: Case, operation: Operation, exchanges: Sequence[Exchange]) -> tuple[str, bytes]:
    """The target and the body of a request, with references, or its own values, for marks."""
    target, body = case.target, case.body
    is_json = any(n.lower() == "content-type" and JSON in v for n, v in case.headers)
    if is_json:
        body = body.replace(b"{{", rb"{\u007b")
    recent = [each for each in exchanges[-LOOKED_AT:][::-1] if each.succeeded]
    recent.sort(key=lambda each: each.method not in MAKE)
    for text, mark in case.marks.items():
        reference = _reference(mark, operation, recent)
        target = target.replace(text, reference or quote(mark.value, safe=""))
        value = reference.encode() or mark.value.encode()
        quoted = b'"%b"' % text.encode()
        if is_json and quoted in body:
            is_text = mark.value.startswith('"') and bool(reference)
            body = body.replace(quoted, b'"%b"' % value if is_text else value)
        if text.encode() in body:
            body = body.replace(text.encode(), reference.encode() or _of_a_form(mark.value))
    return target, body


def _reference(mark: Mark, operation: Operation, exchanges: Sequence[Exchange]) -> str:
    """The place of a value in the first response that has it; nothing where none does."""
    links = [link for link in operation.links if link.at == mark.at]
    for exchange in exchanges:
        for link in links:
            if _gives(link, exchange) and _value(exchange.response, link.place):
                return exchange.reference(link.place)
    where, _, name = mark.at.partition(".")
    if where != "path":
        return ""
    before = operation.path.partition(f"{{{name}")[0].rstrip("/")
    for exchange in exchanges:
        if exchange.path.rstrip("/") == before:
            for place in by_name(name, exchange.response):
                if _value(exchange.response, place):
                    return exchange.reference(place)
    return ""


def _gives(link: Link, exchange: Exchange) -> bool:
    status = str(exchange.response.status)
    return exchange.of == link.source and link.status.lower() in {status, "2xx", "default"}


def _value(response: Response, place: str) -> str:
    """What a response has there, if a target can have it."""
    value = value_at(response, place) or ""
    return "" if value in {"null", "true", "false"} or value[:1] in {"{", "["} else value


def by_name(name: str, response: Response) -> Iterator[str]:
    """Places of values that a parameter of the name may mean."""
    try:
        value = json.loads(response.body)
    except (ValueError, RecursionError):
        return
    bare = name.removesuffix("_id").removesuffix("Id")
    wanted = dict.fromkeys((name, *IDS, bare, f"{bare}_id", f"{bare}Id"))
    for path, holder in _holders(value):
        yield from (f"{path}.{key}" for key in wanted if key in holder)


def _holders(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """An object, the first of a list of them, or what an object holds as its only thing."""
    if isinstance(value, dict):
        yield "body.$", value
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield "body.$[0]", value[0]
    for key, inner in value.items() if isinstance(value, dict) else ():
        if not (key.isidentifier() and key.isascii()):
            continue
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield f"body.$.{key}[0]", inner[0]
        elif isinstance(inner, dict) and len(value) == 1:
            yield f"body.$.{key}", inner


def token(response: Response) -> str:
    """Where a response has a token; nothing where it has none."""
    return next((p for key in TOKENS if _value(response, p := f"body.$.{key}")), "")


def _of_a_form(text: str) -> bytes:
    """A JSON value as a form has it."""
    value = json.loads(text)
    return quote_plus(value if isinstance(value, str) else text).encode()
