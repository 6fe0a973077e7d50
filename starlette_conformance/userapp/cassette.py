"""Requests from a cassette of VCR.py, as YAML.

Of each of `interactions`, `request` (`method`, `uri`, `headers`, `body`) is sent, the replay is
held against `response.status.code`, and values of the response that a later request sends are taken
from the replay.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from starlette_conformance.model.decode import checked
from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.find_bindings import Given
from starlette_conformance.userapp.har_format import Header, Post, Sent
from starlette_conformance.userapp.recorded_entries import Entry, steps_of
from starlette_conformance.userapp.recorded_request import Step

Values = str | list[str]


class Asked(msgspec.Struct, frozen=True):
    """`request` of an interaction."""

    method: str
    uri: str
    headers: Mapping[str, Values] | None = None
    body: Any = None


class Interaction(msgspec.Struct, frozen=True):
    request: Asked
    response: Any = None


class Cassette(msgspec.Struct):
    interactions: list[Any]


def requests(
    path: Path, content: object, app: str, origin: str | None
) -> tuple[list[Step], list[str]]:
    """The requests in the order of the file, and a sentence on what is left out. Raises
    UsageError, with file and interaction.
    """
    return steps_of(path, _entries(path, content), app, origin)


def _entries(path: Path, content: object) -> Iterator[Entry]:
    found = checked(content, Cassette, f"{path}: not a cassette of VCR.py")
    for number, each in enumerate(found.interactions, 1):
        where = f"{path}: interaction {number}"
        one = checked(each, Interaction, where)
        try:
            url = urlsplit(one.request.uri)
        except ValueError as error:
            raise UsageError(f"{where}: {error}") from None
        status, given = _recorded(one.response)
        place = f", interaction {number}"
        yield Entry(place, url, _sent(one.request), status, given)


def _sent(asked: Asked) -> Sent:
    headers = tuple(
        Header(name, value)
        for name, values in (asked.headers or {}).items()
        for value in ([values] if isinstance(values, str) else values)
    )
    return Sent(asked.method, asked.uri, headers, _post(asked.body))


def _post(body: Any) -> Post | None:
    """A body as newer and older releases have it: text, bytes, or either as `string`."""
    value = body.get("string", body.get("base64_string")) if isinstance(body, dict) else body
    if isinstance(value, bytes):
        return Post(text=b64encode(value).decode(), encoding="base64")
    if isinstance(body, dict) and "base64_string" in body:
        return Post(text=str(value), encoding="base64")
    return Post(text=value) if isinstance(value, str) else None


def _recorded(response: Any) -> tuple[int, Given]:
    """The status of a response, and what values are looked for in."""
    if not isinstance(response, dict):
        return 0, Given()
    status, headers = response.get("status"), response.get("headers")
    code = status.get("code") if isinstance(status, dict) else None
    pairs = [
        {"name": name, "value": value}
        for name, values in (headers.items() if isinstance(headers, dict) else ())
        for value in (values if isinstance(values, list) else [values])
    ]
    body = response.get("body")
    text = body.get("string") if isinstance(body, dict) else None
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return code if isinstance(code, int) and 100 <= code < 600 else 0, Given.of(
        pairs, {"text": text}
    )
