"""What Host does to Location, and to an app that reads request.url, change by change."""

import re
from dataclasses import replace
from ipaddress import IPv6Address
from urllib.parse import quote, urlsplit

from specs.ledger import changes as named
from specs.ledger import static_files_model
from specs.ledger.apps import having
from specs.ledger.greetings import greeting
from specs.ledger.responses import redirect
from starlette_conformance.model.effects import with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response, resolve
from starlette_conformance.model.request import Request

FILES = having("files")
ITSELF = "127.0.0.1:PORT"


def redirects(_: Request, response: Response) -> bool:
    return response.status == 307 and "location" in response.headers


def _with_authority(request: Request, response: Response, authority: str) -> Response:
    """A redirect to another host, and its own one is `authority`."""
    location = response.headers["location"]
    scheme, _, rest = location.partition("://")
    host = quote(request.header("host") or "", safe=static_files_model.SAFE)
    old = host if rest.startswith(host) else ITSELF
    if not rest.startswith(f"{old}/"):
        return with_headers(response, location=_location(request, scheme, authority))
    return with_headers(response, location=f"{scheme}://{authority}{rest.removeprefix(old)}")


def _location(request: Request, scheme: str, authority: str, escaped: str = "") -> str:
    path = request.path
    for char in escaped:
        path = path.replace(char, f"%{ord(char):02X}")
    path = static_files_model.with_slash(path) if request.app in FILES else path.rstrip("/")
    query = f"?{request.query}" if request.query else ""
    return quote(f"{scheme}://{authority}{path}{query}", safe=static_files_model.SAFE)


def to_itself(request: Request, response: Response, _: Environment) -> Response:
    return _with_authority(request, response, ITSELF)


def to_what_may_be(request: Request, response: Response, _: Environment) -> Response:
    host = request.header("host") or ""
    return _with_authority(request, response, host if is_host(host) else ITSELF)


def escape_delimiters(request: Request, response: Response, newer: Environment) -> Response:
    """Of a fragment, which no path has, httptools tells the app nothing."""
    if newer.parser == "httptools" and "#" in request.target:
        line, end, rest = request.data.partition(b"\r\n")
        words = line.split(b" ")
        words[1] = words[1].partition(b"#")[0]
        request = replace(request, data=b" ".join(words) + end + rest)
        if not set("?#\\") & set(request.path):
            return response
    scheme, _, rest = response.headers["location"].partition("://")
    authority = rest.partition("/")[0]
    return with_headers(response, location=_location(request, scheme, authority, "?#\\"))


OLD_HOST = re.compile(r"([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(?::[0-9]+)?", re.IGNORECASE)
HOST = re.compile(
    r"([a-z0-9._~%!$&'()*+,;=-]+|\[(?:(?P<ipv6>[a-f0-9]*:[a-f0-9.:]+)|v[a-f0-9]+\."
    r"[a-z0-9._~!$&'()*+,;=:-]+)\])(?::0*(?P<port>[0-9]{1,5})?)?",
    re.IGNORECASE,
)


def _with_a_port(host: str) -> str:
    """As it is sent: the port of the server has a number there."""
    return host.replace(":PORT", ":8000")


def is_old_host(host: str) -> bool:
    """Whether Host was well-formed from HOST_CHECKED to HOST_GRAMMAR."""
    return OLD_HOST.fullmatch(_with_a_port(host)) is not None


def is_host(host: str) -> bool:
    found = HOST.fullmatch(_with_a_port(host))
    if found is None or host.endswith(":") or int(found["port"] or 0) > 65535:
        return False
    try:
        IPv6Address(found["ipv6"] or "::")
    except ValueError:
        return False
    return True


def fails_by_host(request: Request, response: Response) -> bool:
    """Whether the app failed because Python splits no URL with such a host."""
    try:
        urlsplit(f"http://{request.header('host')}/")
    except ValueError:
        return bool(response.status == 500)
    return False


def with_usual_host(request: Request) -> Request:
    """The same request, but for its Host."""
    head, end, rest = request.data.partition(b"\r\n\r\n")
    head = re.sub(rb"(?im)^host:[^\r]*", b"Host: " + ITSELF.encode(), head, count=1)
    return replace(request, data=head + end + rest)


def no_failure(request: Request, response: Response, newer: Environment) -> Response:
    if request.app in FILES:
        location = _location(request, "http", ITSELF)
        found: Response | None = resolve(redirect(location, {"date": "DATE"}), newer).value
    else:
        always = named.CORS_VARIES_ALWAYS.applies_to(newer)
        grammar = not is_old_host(request.header("host") or "")
        found = greeting(request, {} if grammar or not always else {"vary": "Origin"})
    if found is None:
        return response
    return static_files_model.kept(response, replace(found, reason=found.expected_reason()))
