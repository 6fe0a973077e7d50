"""Which values of earlier responses a request takes: by the document's links, by where the values
stand, or by their names.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from types import MappingProxyType
from urllib.parse import quote, quote_plus

from starlette_conformance.model.expectations import Response
from starlette_conformance.userapp.bound_values import value_at
from starlette_conformance.userapp.generate.cases import Case, Mark, Operation
from starlette_conformance.userapp.generate.planned import JSON
from starlette_conformance.userapp.generate.values_in import by_name, keys, listed

MAKE = ("POST", "PUT")
"""Methods whose responses name what they made: these come before what a list shows."""
TOKENS = ("access_token", "accessToken", "token", "jwt", "id_token")
LOOKED_AT = 200
"""Exchanges back from the last one."""
EACH, MOST = 12, 24
"""Values of one parameter, and of all of a path together, that are tried."""
FIRST = 3
"""Of those, before the one that the document gives."""
PARAMETER = re.compile(r"\{([^{}]+)\}")
SHORTEST = 3
"""Characters of a name by which another path is known."""

Values = Mapping[str, str]
"""By the name of a parameter, what stands in its place: a reference, or a text."""
NONE: Values = MappingProxyType({})


@dataclass(frozen=True)
class Exchange:
    """A request by its name, the path of its operation with what stood in it, and what came of
    it.
    """

    name: str
    of: str
    path: str
    method: str
    response: Response
    values: Values = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        return self.response.status in range(200, 300)

    def reference(self, place: str) -> str:
        return f"{{{{{self.name}.response.{place}}}}}"


def choices(
    case: Case, operation: Operation, exchanges: Sequence[Exchange], may_be_empty: bool = False
) -> list[Values]:
    """What may stand in the path of a request, what is likeliest first; nothing stands for its own
    value. A text at the end `may_be_empty`: the root of what the others are below.
    """
    recent = _recent(exchanges)
    marked = {mark.name: mark for mark in case.marks.values() if _in_path(mark)}
    found: list[Values] = [{}]
    for name in PARAMETER.findall(operation.path):
        if name in marked:
            more = [_extended(name, marked[name], each, operation, recent) for each in found]
            turns = chain.from_iterable(zip_longest(*more))  # a value of each, then another
            found = [*islice((each for each in turns if each is not None), MOST)] or found
    found = [each for each in found if each]
    last = operation.path.rpartition("{")[2].removesuffix("}")
    ends = operation.path.endswith("}") and last in marked and not marked[last].is_number
    empty: list[Values] = [{last: ""}] if may_be_empty and ends else []
    return [*found[:FIRST], {}, *empty, *found[FIRST:]]


def filled(
    case: Case, operation: Operation, exchanges: Sequence[Exchange], values: Values = NONE
) -> tuple[str, bytes]:
    """The target and the body of a request, with references, or its own values, for marks."""
    target, body = case.target, case.body
    is_json = any(n.lower() == "content-type" and JSON in v for n, v in case.headers)
    if is_json:
        body = body.replace(b"{{", rb"{\u007b")
    recent = _recent(exchanges)
    for text, mark in case.marks.items():
        if _in_path(mark):
            reference = values.get(mark.name, quote(mark.value, safe=""))
            target = target.replace(text, reference)
            continue
        reference = next(_linked(mark, operation, recent), "")
        target = target.replace(text, reference or quote(mark.value, safe=""))
        value = reference.encode() or mark.value.encode()
        quoted = b'"%b"' % text.encode()
        if is_json and quoted in body:
            is_text = mark.value.startswith('"') and bool(reference)
            body = body.replace(quoted, b'"%b"' % value if is_text else value)
        if text.encode() in body:
            body = body.replace(text.encode(), reference.encode() or _of_a_form(mark.value))
    return target, body


def stood(case: Case, values: Values) -> Values:
    """What stands in the path of a request, by the names of its parameters."""
    own = {mark.name: quote(mark.value, safe="") for mark in case.marks.values() if _in_path(mark)}
    return {**own, **values}


def _recent(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Those that succeeded: what makes something first, then the newest."""
    recent = [each for each in exchanges[-LOOKED_AT:][::-1] if each.succeeded]
    return sorted(recent, key=lambda each: each.method not in MAKE)


def _in_path(mark: Mark) -> bool:
    return mark.at.startswith("path.")


def _extended(
    name: str, mark: Mark, before: Values, operation: Operation, recent: Sequence[Exchange]
) -> list[Values]:
    """The values so far, and one more."""
    every = dict.fromkeys(
        chain(
            _linked(mark, operation, recent),
            _by_place(name, mark, before, operation.path, recent),
        )
    )
    return [{**before, name: value} for value in islice(every, EACH)]


def _linked(mark: Mark, operation: Operation, recent: Iterable[Exchange]) -> Iterator[str]:
    """By the document's links."""
    links = [link for link in operation.links if link.at == mark.at]
    for exchange in recent:
        status = str(exchange.response.status)
        for link in links:
            gives = exchange.of == link.source and link.status in {status, "2XX", "2xx", "default"}
            if gives and _value(exchange.response, link.place):
                yield exchange.reference(link.place)


def _by_place(
    name: str, mark: Mark, before: Values, path: str, recent: Sequence[Exchange]
) -> Iterator[str]:
    """What the path before a parameter lists, what succeeded in its place, what a path of its name
    lists, and what has its name anywhere.
    """
    prefix = path.partition(f"{{{name}}}")[0]
    above = [
        each
        for each in recent
        if each.path.rstrip("/") == prefix.rstrip("/") and _agrees(each.values, before)
    ]
    word = _bare(name)
    named = [each for each in recent if len(word) >= SHORTEST and _last(each.path) == word]
    number = mark.is_number
    for exchange in above:
        yield from _at(exchange, by_name(name, exchange.response), number)
        yield from _at(exchange, listed(exchange.response), number)
    for each in recent:
        is_its_place = each.path.startswith(f"{prefix}{{{name}}}")
        if is_its_place and name in each.values and _agrees(each.values, before):
            yield each.values[name]
    for exchange in named:
        yield from _at(exchange, by_name(name, exchange.response), number)
        yield from _at(exchange, listed(exchange.response), number)
    for exchange in recent:
        yield from _at(exchange, by_name(name, exchange.response, only=True), number)
    for exchange in above:
        yield from (
            quote(key, safe="") for key in keys(exchange.response) if key.isdigit() or not number
        )


def _at(exchange: Exchange, places: Iterable[str], number: bool) -> Iterator[str]:
    """References to places that have a value, of the kind that is wanted."""
    for place in places:
        value = _value(exchange.response, place)
        if value and (value.lstrip("-").isdigit() or not number):
            yield exchange.reference(place)


def _agrees(values: Values, before: Values) -> bool:
    return all(values.get(name, text) == text for name, text in before.items())


def _bare(name: str) -> str:
    """A parameter's name without what every id has: `item` for `item_id`."""
    return re.sub(r"(_id|Id|_name|Name|_key|_uuid|_slug)$", "", name).replace("_", "").lower()


def _last(path: str) -> str:
    """What the last word of a path lists, in the singular: `plugin` for `/api/pluginslist`."""
    word = re.sub(r"[^a-z]", "", path.rstrip("/").rpartition("/")[2].lower())
    word = word.removeprefix("list").removesuffix("list").removesuffix("all")
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word.removesuffix("s")


def _value(response: Response, place: str) -> str:
    """What a response has there, if a target can have it."""
    value = value_at(response, place) or ""
    return "" if value in {"null", "true", "false"} or value[:1] in {"{", "["} else value


def token(response: Response) -> str:
    """Where a response has a token; nothing where it has none."""
    return next((p for key in TOKENS if _value(response, p := f"body.$.{key}")), "")


def _of_a_form(text: str) -> bytes:
    """A JSON value as a form has it."""
    value = json.loads(text)
    return quote_plus(value if isinstance(value, str) else text).encode()
