"""A file of an app that nobody knows: what it is, a response with all of it says."""

import mimetypes
import re
from dataclasses import replace

from specs.ledger import changes, file_responses
from specs.ledger.static_files_model import BINARY, of_content, sent
from starlette_conformance.model.effects import To, with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, Response, resolve
from starlette_conformance.model.request import Request

TEXT = "text/plain; charset=utf-8"
CONDITIONS = ("range", "if-range", "if-none-match", "if-modified-since")
LARGEST = 4 * 1024 * 1024
"""Bytes of a file whose content nobody has seen, as in a response to HEAD."""
OF_A_FILE = {"etag", "last-modified", "accept-ranges"}
OF_A_RESPONSE = {"connection", "content-length", "content-range", "content-type", "date", "server"}


def without_conditions(request: Request) -> Request:
    """A request for all of the same file."""
    head, end, body = request.data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    kept = [line for line in lines if line.partition(b":")[0].lower().decode() not in CONDITIONS]
    return replace(request, data=b"\r\n".join([first, *kept]) + end + body)


def whole(request: Request, response: Response, to: To) -> Response | None:
    """The response with all of the file that a request is for, if there is one."""
    if _is_whole(response, request.method):
        return response
    asked = without_conditions(request)
    got = replace(asked, data=re.sub(rb"\A\S+", b"GET", asked.data))
    for other in (asked, got):
        found = to(other)
        if found is not None and _is_whole(found, other.method):
            return found
    return None


def _is_whole(response: Response, method: str) -> bool:
    length = str(response.headers.get("content-length", ""))
    if response.status != 200 or not length.isdecimal() or "last-modified" not in response.headers:
        return False
    seen = method == "HEAD" and int(length) <= LARGEST
    return "etag" in response.headers and (seen or len(response.body) == int(length))


def predicted(request: Request, whole: Response, environment: Environment) -> Response:
    """The response to a request for it, on a stack."""
    content = whole.body or bytes(int(whole.headers["content-length"]))
    kind = str(whole.headers.get("content-type", ""))
    if kind in {BINARY, TEXT} and mimetypes.guess_type(request.path)[0] is None:
        kind = BINARY if changes.UNKNOWN_TYPE_BINARY.applies_to(environment) else TEXT
    tag = str(whole.headers["etag"]).strip('"')
    own, changed = file_responses.tag_of(content), str(whole.headers["last-modified"])
    named = {tag.encode(): own.encode(), changed.encode(): file_responses.CHANGED.encode()}
    data = request.data
    for given, of_the_model in named.items():
        data = data.replace(given, of_the_model)
    expected = of_content(replace(request, data=data), content, kind, environment)
    found = sent(request, expected, environment)
    etag = str(resolve(file_responses.etag(content), environment).value).replace(own, tag)
    if "etag" in found.headers:
        found = with_headers(found, etag=etag)
    if "last-modified" in found.headers:
        beside = {
            name: value
            for name, value in whole.headers.items()
            if name not in OF_A_FILE | OF_A_RESPONSE
        }
        found = replace(found, headers=beside | found.headers | {"last-modified": changed})
    return with_headers(found, server=whole.headers.get("server", ABSENT))
