"""Requests from a collection of Postman, format 2.0 or 2.1.

Requests are sent in the order of the collection, its folders within one another. `{{name}}` is a
variable of the collection. Of a request, its method, its URL, its headers, its body (`raw`,
`urlencoded`, `formdata` without files) and its authorization (`bearer`, `basic`, `apikey`), or that
of the folder around it, are read; scripts are not run.
"""

from base64 import b64encode
from collections import ChainMap
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

import msgspec

from starlette_conformance.model.decode import checked
from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.collection_variables import Variables
from starlette_conformance.userapp.form_bodies import CONTENT_TYPE, FORM, multipart, part
from starlette_conformance.userapp.har_format import Header, Post, Sent
from starlette_conformance.userapp.recorded_entries import Entry, steps_of
from starlette_conformance.userapp.recorded_request import Step

KINDS = {
    "json": "application/json",
    "xml": "application/xml",
    "html": "text/html",
    "javascript": "application/javascript",
}


class Pair(msgspec.Struct, frozen=True):
    key: str | None = None
    value: Any = None
    disabled: bool = False
    type: str | None = None

    @property
    def text(self) -> str:
        return "" if self.value is None else str(self.value)


class Auth(msgspec.Struct, frozen=True):
    type: str
    bearer: Any = None
    basic: Any = None
    apikey: Any = None


class Url(msgspec.Struct, frozen=True):
    raw: str = ""


class Body(msgspec.Struct, frozen=True):
    mode: str = ""
    raw: str | None = None
    urlencoded: tuple[Pair, ...] | None = None
    formdata: tuple[Pair, ...] | None = None
    options: Any = None
    disabled: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """A request of a collection."""

    url: Url | str
    method: str = "GET"
    header: tuple[Pair, ...] | str | None = None
    body: Body | None = None
    auth: Auth | None = None


class Collection(msgspec.Struct, frozen=True):
    item: tuple[Any, ...]
    variable: tuple[Pair, ...] | None = None
    auth: Auth | None = None


class Item(msgspec.Struct, frozen=True):
    """A folder, which has items, or a request."""

    name: str = ""
    item: tuple[Any, ...] | None = None
    request: Wanted | str | None = None
    auth: Auth | None = None


def requests(
    path: Path, content: object, app: str, origin: str | None
) -> tuple[list[Step], list[str]]:
    """The requests in the order of the collection, and a sentence on what is left out. Raises
    UsageError, with file and request.
    """
    return steps_of(path, _entries(path, content), app, origin)


def _entries(path: Path, content: object) -> Iterator[Entry]:
    where = f"{path}: not a collection of Postman"
    collection = checked(content, Collection, where)
    given = {
        each.key: each.text for each in collection.variable or () if each.key and not each.disabled
    }
    variables = Variables(ChainMap(given), "the collection's variables")
    waiting = [(each, "", collection.auth) for each in collection.item[::-1]]
    while waiting:
        value, folder, auth = waiting.pop()
        item = checked(value, Item, f"{path}: {folder or 'an item'}")
        name = f"{folder}/{item.name}".lstrip("/")[:200]
        if item.item is not None:
            waiting += [(each, name, item.auth or auth) for each in item.item[::-1]]
        elif item.request is not None:
            wanted = item.request if isinstance(item.request, Wanted) else Wanted(item.request)
            try:
                found = sent(wanted, auth, variables)
                yield Entry(f", {name}", urlsplit(found.url), found)
            except (UsageError, ValueError) as error:
                raise UsageError(f"{path}: {name}: {error}") from None


def sent(wanted: Wanted, auth: Auth | None, variables: Variables) -> Sent:
    """The request, with `auth` where it has none of its own. Raises UsageError."""
    auth = wanted.auth or auth
    url = variables.filled(wanted.url if isinstance(wanted.url, str) else wanted.url.raw)
    url = url if "://" in url else f"http://{url}"
    given = wanted.header if isinstance(wanted.header, tuple) else ()
    headers = [
        (variables.filled(each.key), variables.filled(each.text))
        for each in given
        if each.key and not each.disabled
    ]
    kind, text = _body(wanted.body, variables)
    named = {name.lower() for name, _ in headers}
    headers += [("Content-Type", kind)] if kind and "content-type" not in named else []
    headers += [each for each in _authorized(auth, variables) if each[0].lower() not in named]
    pairs = tuple(Header(name, value) for name, value in headers)
    return Sent(wanted.method, url, pairs, None if text is None else Post(text=text))


def _body(body: Body | None, variables: Variables) -> tuple[str, str | None]:
    """Its media type, and the text. Raises UsageError."""
    if body is None or body.disabled or not body.mode or body.mode == "none":
        return "", None
    match body.mode:
        case "raw":
            options = body.options.get("raw") if isinstance(body.options, dict) else None
            language = options.get("language") if isinstance(options, dict) else None
            return KINDS.get(str(language), "text/plain"), variables.filled(body.raw or "")
        case "urlencoded":
            pairs = _pairs(body.urlencoded, variables)
            return FORM, "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in pairs)
        case "formdata":
            if any(each.type == "file" and not each.disabled for each in body.formdata or ()):
                raise UsageError("the collection does not have the file that is uploaded")
            parts = (part(key, value) for key, value in _pairs(body.formdata, variables))
            return CONTENT_TYPE, multipart(parts)
    raise UsageError(f"a body of mode {body.mode[:40]!r} is not supported")


def _pairs(pairs: tuple[Pair, ...] | None, variables: Variables) -> Iterator[tuple[str, str]]:
    for each in pairs or ():
        if not each.disabled:
            yield variables.filled(each.key or ""), variables.filled(each.text)


def _authorized(auth: Auth | None, variables: Variables) -> Iterator[tuple[str, str]]:
    """The header of an authorization. Raises UsageError."""
    if auth is None or auth.type == "noauth":
        return
    given = {"bearer": auth.bearer, "basic": auth.basic, "apikey": auth.apikey}.get(auth.type)
    if given is None:
        raise UsageError(f"authorization by {auth.type[:40]!r} is not supported")
    said = {
        str(each["key"]): variables.filled(str(each.get("value", "")))
        for each in (given if isinstance(given, list) else [])
        if isinstance(each, dict) and "key" in each
    }
    if auth.type == "bearer":
        yield "Authorization", f"Bearer {said.get('token', '')}"
    elif auth.type == "basic":
        pair = f"{said.get('username', '')}:{said.get('password', '')}"
        yield "Authorization", f"Basic {b64encode(pair.encode()).decode()}"
    elif said.get("in") != "query":
        yield said.get("key", "Authorization"), said.get("value", "")
