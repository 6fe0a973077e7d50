"""Values in a recording that a response gave, and a later request sent.

A value of at least LENGTH characters is bound to the last response that gave it, unless a request
had sent it before any did: then it is the client's own.
"""

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus

from starlette_conformance.model.request import Request
from starlette_conformance.userapp.bound_values import LOCATION, Binding, Quoting, fields

LENGTH = 8
LONGEST = 4096
"""Characters of a value that is bound."""
READ = 4 * 1024 * 1024
"""Characters of a body that is looked at."""
OF_EVERY_REQUEST = {"accept", "content-type", "host", "origin", "referer", "user-agent"}
OF_EVERY_RESPONSE = {"content-type", "date", "location", "server", "set-cookie", "vary"}

Word = tuple[str, str, Quoting]
"""As it stands in a request, what it means, and how it is written."""


@dataclass(frozen=True)
class Given:
    """A recorded response, as far as values are looked for in it."""

    headers: Sequence[tuple[str, str]] = ()
    text: str = ""

    @classmethod
    def of(cls, headers: Any, content: Any) -> "Given":
        """From what a HAR has, which may be anything."""
        pairs = [
            (each["name"], each["value"])
            for each in (headers if isinstance(headers, list) else [])
            if isinstance(each, dict)
            and isinstance(each.get("name"), str)
            and isinstance(each.get("value"), str)
        ]
        found = content if isinstance(content, dict) else {}
        text = found.get("text")
        if not isinstance(text, str):
            return cls(pairs)
        if found.get("encoding") == "base64":
            try:
                text = b64decode(text).decode("utf-8", "replace")
            except ValueError:
                text = ""
        return cls(pairs, text if len(text) <= READ else "")


def bindings(exchanges: Sequence[tuple[str, Request, Given]]) -> list[tuple[Binding, ...]]:
    """Of each request, by its place, what of it a response before it gave."""
    given: dict[str, tuple[str, str]] = {}
    own: set[str] = set()
    found = []
    for place, request, response in exchanges:
        bound: dict[str, Binding] = {}
        for text, value, quoting in _words(request):
            if value in given:
                bound[text] = Binding(text, *given[value], quoting, value)
            else:
                own.add(value)
        found.append(tuple(bound.values()))
        for value, where in _given(response):
            if LENGTH <= len(value) <= LONGEST and value not in own:
                given[value] = place, where
    return found


def _given(response: Given) -> Iterator[tuple[str, str]]:
    """Values of a response, and where they are."""
    for name, value in response.headers:
        lower = name.lower()
        if lower == "set-cookie":
            for line in value.split("\n"):
                key, _, cookie = line.partition(";")[0].partition("=")
                yield cookie.strip(), f"cookies.{key.strip()}"
        elif lower == "location":
            for number, word in enumerate(LOCATION.split(value)):
                yield word, f"location.{number}"
        elif lower not in OF_EVERY_RESPONSE:
            yield value, f"headers.{lower}"
    text = response.text.lstrip()
    if text.startswith(("{", "[")):
        try:
            yield from _leaves(json.loads(text), "body.$")
        except (ValueError, RecursionError):
            return
    elif text.startswith("<"):
        for name, value in fields(text).items():
            yield value, f"fields.{name}"


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The texts and numbers in JSON, and where they are."""
    if isinstance(value, dict):
        for key, each in value.items():
            plain = key.replace("_", "").replace("-", "").isalnum() and key.isascii()
            if plain or "'" not in key:
                yield from _leaves(each, f"{path}.{key}" if plain else f"{path}['{key}']")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, f"{path}[{number}]")
    elif isinstance(value, str):
        yield value, path
    elif isinstance(value, int) and not isinstance(value, bool):
        yield json.dumps(value), path


def _words(request: Request) -> Iterator[Word]:
    """The words of a request that may have been given by a response."""
    for text, value, quoting in _all_words(request):
        if LENGTH <= len(value) <= LONGEST:
            yield text, value, quoting


def _all_words(request: Request) -> Iterator[Word]:
    for word in LOCATION.split(request.target):
        yield word, unquote(word), "url" if unquote(word) != word else ""
    for name, value in request.headers:
        if name not in OF_EVERY_REQUEST and not name.startswith(("accept-", "sec-")):
            yield value, value, ""
            for word in value.replace(";", " ").split():
                yield word, word, ""
                yield word.partition("=")[2], word.partition("=")[2], ""
    body = request.data.partition(b"\r\n\r\n")[2].decode("utf-8", "replace")
    if len(body) > READ:
        return
    kind = request.header("content-type") or ""
    if kind.startswith("application/x-www-form-urlencoded"):
        for pair in body.split("&"):
            word = pair.partition("=")[2]
            yield word, unquote_plus(word), "form" if unquote_plus(word) != word else ""
    elif "json" in kind:
        try:
            for value, _ in _leaves(json.loads(body), ""):
                text = json.dumps(value)[1:-1]
                yield text, value, "json" if text != value else ""
        except (ValueError, RecursionError):
            return
    else:
        for line in body.splitlines():
            yield line, line, ""
