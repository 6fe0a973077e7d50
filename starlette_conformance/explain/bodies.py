"""The places at which two bodies differ, by what their media type says that they mean.

JSON is compared by value, an OpenAPI document by what it says of operations and schemas, HTML as a
browser reads it, forms by field, multipart by part, an event stream by event, and other text by
words. Where all of that is equal, the bytes may still differ: JSON with other blanks, HTML with
other quotes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette_conformance.explain import html_tokens, json_places, openapi_places
from starlette_conformance.explain.aligning import differing_spans
from starlette_conformance.explain.text_places import Place, of_strings, of_texts

READ = 4 * 1024 * 1024
"""Characters of two bodies that are read by their media type; longer ones are compared as text."""
TEXT = re.compile(
    r"text/|application/(javascript|ecmascript|xml|graphql|sql|yaml|toml)|.*\+(xml|yaml)"
)

MOST = 10_000
"""Places of two bodies that are told apart."""

Places = Iterator[Place]
Item = TypeVar("Item")


def places(before: bytes, after: bytes, media_types: Sequence[str]) -> list[Place] | None:
    """Where two bodies differ in what they mean, in the order of the first one. None where nobody
    knows what they mean, so that they differ as a whole.
    """
    kinds = {media_type.partition(";")[0].strip().lower() for media_type in media_types}
    kind = kinds.pop() if len(kinds) == 1 else "text/plain"
    try:
        texts = before.decode(), after.decode()
    except UnicodeDecodeError:
        return None
    reader = _reader(kind, media_types) if sum(map(len, texts)) <= READ else of_texts
    if reader is None:
        return None
    try:
        return _bounded(reader(*texts))
    except (ValueError, AssertionError, RecursionError):  # what is not what its media type says
        return _bounded(of_texts(*texts))


def _bounded(found: Places) -> list[Place] | None:
    """None where there are more than MOST, and the bodies have little in common."""
    each = list(islice(found, MOST + 1))
    return None if len(each) > MOST else each


def _reader(kind: str, media_types: Sequence[str]) -> Callable[[str, str], Places] | None:
    """How bodies of a media type are compared; None where they are no text."""
    if re.fullmatch(r"application/(x-ndjson|jsonl|jsonlines|json-seq)", kind):
        return _of_json_lines
    if kind.endswith(("/json", "+json")):
        return _of_json
    if kind in {"text/html", "application/xhtml+xml"}:
        return _of_html
    if kind == "text/event-stream":
        return _of_events
    if kind == "application/x-www-form-urlencoded":
        return _of_forms
    if kind.startswith("multipart/"):
        boundaries = [_parameter(each, "boundary") for each in media_types]
        return lambda was, now: _of_parts(_parts(was, boundaries[0]), _parts(now, boundaries[-1]))
    return of_texts if TEXT.match(kind) or not kind else None


def _of_json(before: str, after: str) -> Places:
    was, now = json_places.read(before), json_places.read(after)
    if openapi_places.is_document(was) and openapi_places.is_document(now):
        return openapi_places.of_documents(was, now)
    return json_places.of_values(was, now)


def _of_json_lines(before: str, after: str) -> Places:
    lines, others = before.splitlines(), after.splitlines()
    for number, (was, now) in _paired(lines, others):
        if was is None or now is None:
            yield Place(f"line {number}", was, now)
        else:
            for place in json_places.of_values(json_places.read(was), json_places.read(now)):
                yield place._replace(where=f"line {number} {place.where}")


def _of_html(before: str, after: str) -> Places:
    ours, theirs = html_tokens.tokens(before), html_tokens.tokens(after)
    texts = [[token.text for token in each] for each in (ours, theirs)]
    for low, high, other_low, other_high in differing_spans(*texts):
        was, now = "".join(texts[0][low:high]), "".join(texts[1][other_low:other_high])
        at = ours[low] if low < high else theirs[other_low]
        yield from _within(f"line {at.line}:{at.column}", was, now)


def _within(where: str, was: str, now: str) -> Places:
    """The places within a part of a text; the first of them is at its begin."""
    if not was or not now:
        yield Place(where, was or None, now or None)
        return
    for number, place in enumerate(of_texts(was, now), 1):
        yield place._replace(where=where + _nth(number))


def _nth(number: int) -> str:
    """What tells several of one name apart."""
    return f" ({number})" if number > 1 else ""


def _of_events(before: str, after: str) -> Places:
    events, others = (re.sub(r"\r\n?", "\n", text).split("\n\n") for text in (before, after))
    for number, (was, now) in _paired(events, others):
        if was is None or now is None:
            yield Place(f"event {number}", was, now)
            continue
        fields, other_fields = _event(was), _event(now)
        if fields.keys().isdisjoint(other_fields):
            yield Place(f"event {number}", was, now)
            continue
        for name in dict.fromkeys((*fields, *other_fields)):
            yield from _of_event_field(
                f"event {number} {name or 'comment'}", fields.get(name), other_fields.get(name)
            )


def _of_event_field(where: str, was: str | None, now: str | None) -> Places:
    if was == now:
        return
    if was is not None and now is not None and was[:1] in set("{["):
        try:
            values = json_places.read(was), json_places.read(now)
        except ValueError:
            pass
        else:
            for place in json_places.of_values(*values):
                yield place._replace(where=f"{where} {place.where}")
            return
    yield from of_strings(where, was, now)


def _event(text: str) -> dict[str, str]:
    """The fields of an event, by name; of a comment, by an empty one."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        found.setdefault(name, []).append(value.removeprefix(" "))
    return {name: "\n".join(lines) for name, lines in found.items()}


def _of_forms(before: str, after: str) -> Places:
    fields, others = (_by_name(parse_qsl(text, keep_blank_values=True)) for text in (before, after))
    yield from _of_named("field", fields, others)


def _of_named(what: str, fields: dict[str, list[str]], others: dict[str, list[str]]) -> Places:
    for name in dict.fromkeys((*fields, *others)):
        ours, theirs = fields.get(name, []), others.get(name, [])
        for number, (was, now) in enumerate(zip_longest(ours, theirs), 1):
            if was != now:
                yield from of_strings(f"{what} {name}{_nth(number)}", was, now)


def _by_name(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


Part = tuple[dict[str, list[str]], str]
"""The headers of a part by lower-case name, and its content."""


def _parts(text: str, boundary: str) -> list[Part]:
    """Raises ValueError."""
    if not boundary or f"--{boundary}" not in text:
        raise ValueError("no part")
    found = []
    for piece in re.split(rf"(?:\A|\r?\n)--{re.escape(boundary)}", text)[1:]:
        if piece.startswith("--"):
            break
        head, _, content = piece.partition("\r\n\r\n" if "\r\n\r\n" in piece else "\n\n")
        lines = (line.partition(":") for line in head.strip().splitlines())
        headers = _by_name([(name.strip().lower(), value.strip()) for name, _, value in lines])
        found.append((headers, content))
    return found


def _of_parts(parts: list[Part], others: list[Part]) -> Places:
    for number, (was, now) in _paired(parts, others):
        name = f"part {number}"
        if was is None or now is None:
            yield Place(name, *(None if part is None else part[1] for part in (was, now)))
            continue
        yield from _of_named(f"{name} header", was[0], now[0])
        if was[1] != now[1]:
            kinds = [headers.get("content-type", ["text/plain"])[0] for headers, _ in (was, now)]
            contents = [content.encode() for _, content in (was, now)]
            found = places(contents[0], contents[1], kinds)
            whole = [Place("", was[1], now[1])]
            for where, before, after in whole if found is None else found:
                yield Place(f"{name} {where}".strip(), before, after)


def _paired(
    ours: Sequence[Item], theirs: Sequence[Item]
) -> Iterator[tuple[int, tuple[Item | None, Item | None]]]:
    """Those that differ, with their number from 1: in pairs where they are as many, and else by
    what both have in common.
    """
    if len(ours) == len(theirs):
        for number, pair in enumerate(zip(ours, theirs, strict=True), 1):
            if pair[0] != pair[1]:
                yield number, pair
        return
    for low, high, other_low, other_high in differing_spans(
        [*map(repr, ours)], [*map(repr, theirs)]
    ):
        pairs = zip_longest(ours[low:high], theirs[other_low:other_high])
        for number, pair in enumerate(pairs, low + 1):
            yield number, pair


def _parameter(media_type: str, name: str) -> str:
    found = re.search(rf'(?i);\s*{name}="?([^";]+)', media_type)
    return found[1].strip() if found else ""
