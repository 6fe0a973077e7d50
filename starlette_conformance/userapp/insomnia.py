"""Requests from an export of Insomnia: JSON of format 4, or YAML of format 5.

Requests are sent in the order of Insomnia's list, folders within one another. `{{ _.name }}` is a
variable of the base environment, or of a folder. Of a request, its method, URL, parameters,
headers, body (text, or a form without files) and authorization (`bearer`, `basic`, `apikey`) are
read, and headers and authorization of the folders around it. Scripts are not run, and a template
tag (`{% ... %}`) is refused.
"""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from starlette_conformance.model.decode import checked
from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp import postman
from starlette_conformance.userapp.collection_variables import Variables
from starlette_conformance.userapp.form_bodies import FORM, MULTIPART
from starlette_conformance.userapp.insomnia_tree import flat, kind_of, tree_of
from starlette_conformance.userapp.recorded_entries import Entry, steps_of
from starlette_conformance.userapp.recorded_request import Step

GRAPHQL = "application/graphql"


class Pair(msgspec.Struct, frozen=True):
    name: str = ""
    value: Any = None
    disabled: bool = False
    type: str | None = None


class Body(msgspec.Struct, frozen=True, rename={"kind": "mimeType", "file": "fileName"}):
    kind: str | None = None
    text: str | None = None
    params: tuple[Pair, ...] | None = None
    file: str | None = None


class Wanted(msgspec.Struct, frozen=True, rename={"in_path": "pathParameters"}):
    """A request or a folder, as either format has it."""

    name: str = ""
    url: str = ""
    method: str = "GET"
    body: Body | None = None
    parameters: tuple[Pair, ...] | None = None
    in_path: tuple[Pair, ...] | None = None
    headers: tuple[Pair, ...] | None = None
    authentication: dict[str, Any] | None = None
    environment: Any = None

    @property
    def auth(self) -> Mapping[str, Any] | None:
        """Its own; None where it has that of the folder around it."""
        return self.authentication if (self.authentication or {}).get("type") else None


@dataclass(frozen=True)
class _Around:
    """What folders give to the requests in them."""

    variables: Variables
    name: str = ""
    headers: tuple[Pair, ...] = ()
    auth: Mapping[str, Any] | None = None

    def within(self, folder: Wanted) -> "_Around":
        return _Around(
            self.variables.within(flat(folder.environment)),
            self.path(folder),
            (*self.headers, *(folder.headers or ())),
            folder.auth or self.auth,
        )

    def path(self, item: Wanted) -> str:
        return f"{self.name}/{item.name}".lstrip("/")[:200]


def requests(
    path: Path, content: Mapping[str, Any], app: str, origin: str | None
) -> tuple[list[Step], list[str]]:
    """The requests of an export, and a sentence on what is left out. Raises UsageError, with file
    and request.
    """
    below, environment = tree_of(path, content)
    values = ChainMap(flat(environment))
    around = _Around(Variables(values, "the base environment", "_.", refused="{%"))
    waiting, entries, others = [(each, around) for each in below(content)[::-1]], list[Entry](), 0
    while waiting:
        value, around = waiting.pop()
        kind = kind_of(value)
        others += kind == "other"
        if kind not in {"folder", "request"}:
            continue
        item = checked(value, Wanted, f"{path}: {around.name or 'an item'}")
        if kind == "request":
            entries.append(_entry(path, item, around))
        else:
            inner = around.within(item)
            waiting += [(each, inner) for each in below(value)[::-1]]
    steps, sentences = steps_of(path, entries, app, origin)
    if others:
        sentences.append(f"{path.name}: {others} requests of gRPC are left out")
    return steps, sentences


def _entry(path: Path, item: Wanted, around: _Around) -> Entry:
    name = around.path(item)
    try:
        sent = postman.sent(_as_postman(item, around), None, around.variables)
        return Entry(f", {name}", urlsplit(sent.url), sent)
    except (UsageError, ValueError) as error:
        raise UsageError(f"{path}: {name}: {error}") from None


def _as_postman(item: Wanted, around: _Around) -> postman.Wanted:
    """The same request. Raises UsageError."""
    filled, url = around.variables.filled, around.variables.filled(item.url)
    for each in item.in_path or ():
        value = quote(filled(_text(each.value)), safe="")
        url = f"{url}/".replace(f"/:{each.name}/", f"/{value}/")[:-1]
    query = [
        f"{quote(filled(each.name))}={quote(filled(_text(each.value)), safe='')}"
        for each in item.parameters or ()
        if each.name and not each.disabled
    ]
    url += f"{'&' if '?' in url else '?'}{'&'.join(query)}" if query else ""
    own = {each.name.lower() for each in item.headers or () if not each.disabled}
    headers = [each for each in around.headers if each.name.lower() not in own]
    headers += item.headers or ()
    kind, body = _body(item.body or Body())
    named = {each.name.lower() for each in headers if not each.disabled}
    if kind == MULTIPART:  # the boundary is another one
        headers = [each for each in headers if each.name.lower() != "content-type"]
    elif kind and "content-type" not in named:
        headers.append(Pair("Content-Type", kind))
    auth = _auth(item.auth or around.auth or {})
    return postman.Wanted(url, item.method.upper(), _pairs(headers), body, auth)


def _body(body: Body) -> tuple[str, postman.Body | None]:
    """Its media type, and the body. Raises UsageError."""
    kind = (body.kind or "").partition(";")[0].strip().lower()
    if body.file:
        raise UsageError("the export does not have the file that is sent")
    if kind == FORM:
        return kind, postman.Body("urlencoded", urlencoded=_pairs(body.params or ()))
    if kind == MULTIPART:
        return kind, postman.Body("formdata", formdata=_pairs(body.params or ()))
    if body.text is None:
        return "", None
    return "application/json" if kind == GRAPHQL else kind, postman.Body("raw", body.text)


def _auth(auth: Mapping[str, Any]) -> postman.Auth | None:
    """Raises UsageError."""
    if auth.get("disabled") or auth.get("type") in {None, "none"}:
        return None
    if auth["type"] == "apikey" and auth.get("addTo", "header") != "header":
        raise UsageError("an API key that is no header is not supported")
    if auth["type"] == "bearer" and auth.get("prefix"):
        value = f"{auth['prefix']} {_text(auth.get('token'))}"
        auth = {"type": "apikey", "key": "Authorization", "value": value}
    given = [{"key": name, "value": _text(value)} for name, value in auth.items() if name != "in"]
    kind = str(auth["type"])
    return postman.Auth(kind, **{kind: given} if kind in {"bearer", "basic", "apikey"} else {})


def _pairs(pairs: Sequence[Pair]) -> tuple[postman.Pair, ...]:
    return tuple(postman.Pair(p.name, _text(p.value), p.disabled, p.type) for p in pairs)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
