"""What a page leads to: its links, and its forms with the values that they begin with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import SplitResult, quote, quote_plus, urlencode, urljoin, urlsplit

from starlette_conformance.http.markup import MarkupParser
from starlette_conformance.userapp.form_bodies import (
    CONTENT_TYPE,
    FORM,
    MULTIPART,
    multipart,
    part,
)
from starlette_conformance.userapp.generate.case_values import GIVEN, USER, WORD

FOUND = 200
"""Links and forms of one page."""
LONGEST = 2_000
"""Characters of a target that is requested."""
ESCAPED = re.compile(r"[^!-~]")
LEAVES = re.compile(r"(?i)(log|sign)-?_?(out|off)|shut-?_?down|restart|reboot|quit|exit|kill")
"""A word of a path that ends a session, or the app."""
TYPED = {
    "email": GIVEN["email"],
    "password": GIVEN["password"],
    "number": "1",
    "range": "1",
    "date": "2026-01-31",
    "time": "12:00",
    "month": "2026-01",
    "week": "2026-W05",
    "datetime-local": "2026-01-31T12:00",
    "url": "https://example.com/",
    "tel": "5550100",
    "color": "#336699",
}
"""What a person types in a field that is empty, by its type; a word elsewhere."""
NO_VALUES: Mapping[str, str] = MappingProxyType({})
NOT_TYPED = {"submit", "button", "reset", "image", "file"}


@dataclass
class Form:
    """Where it goes, how, and its fields. `hidden` are those whose values the page gives, `typed`
    those that it leaves empty, and `enters` says that one is a password.
    """

    method: str
    action: str
    multipart: bool = False
    fields: list[tuple[str, str]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)
    enters: bool = False


@dataclass(frozen=True)
class Next:
    """A request that a page leads to; `enters` says that a person gives a password by it."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    enters: bool = False


class _Page(MarkupParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.base = ""
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "base":
                self.base = self.base or given.get("href", "")
            case "a" if "href" in given:
                self.links.append(given["href"])
            case "form":
                method = given.get("method", "get").upper()
                multipart = given.get("enctype", "").lower() == MULTIPART
                self._form = Form(method, given.get("action", ""), multipart)
                self.forms.append(self._form)
            case "input" | "textarea" | "select" | "option" if self._form:
                self._field(self._form, tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text").lower(), given.get("name", "")
        if tag == "option":
            if self._select:  # the first one, as a browser chooses
                form.fields.append((self._select, given.get("value", WORD)))
                self._select = ""
        elif tag == "select":
            self._select = name
        elif not name or kind in NOT_TYPED:
            return
        elif kind in {"checkbox", "radio"}:
            if "checked" in given:
                form.fields.append((name, given.get("value", "on")))
        else:
            form.enters |= kind == "password"
            (form.hidden if kind == "hidden" else form.typed).add(name)
            typed = "" if kind == "hidden" else TYPED.get(kind, WORD)
            form.fields.append((name, given.get("value") or typed))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


def leads_to(
    page: str,
    target: str,
    name: str,
    origins: Iterable[str],
    values: Mapping[str, str] = NO_VALUES,
) -> list[Next]:
    """The requests that a page leads to, which was the response to `name`. `origins` are those of
    the app, and `values` what the user types in fields, by their names.
    """
    parser = _Page()
    parser.read(page)
    try:
        base = urljoin(target, parser.base)
    except ValueError:  # it is no URL, and a browser ignores it
        base = target
    found = [Next("GET", to) for href in parser.links if (to := _target(base, href, origins))]
    for form in parser.forms:
        to = _target(base, form.action or target, origins)
        if to and form.method in {"GET", "POST"}:
            _type(form, values)
            found.append(_sent(form, to, name))
    return list(dict.fromkeys(found))[:FOUND]


def redirects_to(location: str, target: str, origins: Iterable[str]) -> list[Next]:
    """The request to which a response to `target` redirects."""
    return [Next("GET", to)] if (to := _target(target, location, origins)) else []


def _type(form: Form, values: Mapping[str, str]) -> None:
    """What the user says, and the name of whoever has the password."""
    for number, (key, value) in enumerate(form.fields):
        if key not in form.typed:
            continue
        is_user = form.enters and value == WORD and USER.fullmatch(key)
        form.fields[number] = key, values.get(key, GIVEN["user"] if is_user else value)


def _target(base: str, href: str, origins: Iterable[str]) -> str:
    """A target of the app; nothing where it leads elsewhere, or out of a session."""
    try:
        to: SplitResult = urlsplit(urljoin(base, href.strip()))
    except ValueError:
        return ""
    if to.scheme not in {"", "http", "https"} or (to.netloc and to.netloc not in origins):
        return ""
    path = ESCAPED.sub(lambda found: quote(found[0]), to.path or "/")
    found = path + (f"?{ESCAPED.sub(lambda m: quote(m[0]), to.query)}" if to.query else "")
    leaves = any(LEAVES.fullmatch(part) for part in path.split("/"))
    return (
        "" if leaves or len(found) > LONGEST or not path.startswith("/") or "{{" in found else found
    )


def _sent(form: Form, target: str, name: str) -> Next:
    if form.method == "GET":
        path = target.partition("?")[0]
        return Next("GET", f"{path}?{urlencode(form.fields)}" if form.fields else path)
    values = [
        (key, f"{{{{{name}.response.fields.{key}}}}}" if _is_given(form, key) else value)
        for key, value in form.fields
    ]
    kind = CONTENT_TYPE if form.multipart else FORM
    body = multipart(part(*each) for each in values) if form.multipart else _encoded(values)
    return Next("POST", target, (("Content-Type", kind),), body.encode(), form.enters)


def _encoded(values: Iterable[tuple[str, str]]) -> str:
    """A reference stands as it is: what comes in its place is encoded then."""
    return "&".join(
        f"{quote_plus(key)}={value if value.startswith('{{') else quote_plus(value)}"
        for key, value in values
    )


def _is_given(form: Form, key: str) -> bool:
    return key in form.hidden and re.fullmatch(r"[^\s{}]+", key) is not None
