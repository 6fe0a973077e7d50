"""How to repeat an exchange without the harness: lines to paste into two shells."""

import re
import shlex
from urllib.parse import urlsplit

from starlette_conformance.model.environment import Environment

PORT = 8000
HEADER_LINE = re.compile(r"[\w!#$%&'*+.^`|~-]+:[ -~]*", re.ASCII)


def _escaped(byte: int) -> str:
    if byte in b"\r\n":
        return "\\r" if byte == 13 else "\\n"
    plain = chr(byte).isascii() and chr(byte).isprintable() and chr(byte) not in "\\%'"
    return chr(byte) if plain else f"\\{byte:03o}"


ESCAPED = [*map(_escaped, range(256))]
"""Each byte as printf takes it within quotes."""


def serve_command(app: str, environment: Environment) -> str:
    if app in environment.urls:
        return f"{app} is served at {environment.urls[app]}"
    return (
        f"starlette-conformance serve {app} --stack {shlex.quote(environment.name)} --port {PORT}"
    )


def curl_command(request: bytes, url: str = f"http://127.0.0.1:{PORT}") -> str:
    """The request as a line for a shell, to the server at a URL."""
    parts = urlsplit(url)
    head, end, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode("latin-1").split("\r\n")
    if body or not end or not _curl_can_send(line, headers, str(parts.hostname)):
        option = "-- " if request.startswith(b"-") else ""
        escaped = "".join(map(ESCAPED.__getitem__, request))
        return f"printf {option}'{escaped}' | nc {parts.hostname} {parts.port}"
    method, target, _ = line.split(" ")
    words = ["curl", "-v", "--path-as-is"]
    words += {"GET": [], "HEAD": ["-I"]}.get(method, ["-X", method])
    names = {header.partition(":")[0].lower() for header in headers}
    for default in ("User-Agent", "Accept"):
        words += [] if default.lower() in names else ["-H", f"{default}:"]  # which leaves it out
    for header in headers:
        name, _, value = header.partition(":")
        if name.lower() != "host":
            words += ["-H", f"{name};" if not value.strip() else header]
    return shlex.join([*words, f"{url}{target}"])


def _curl_can_send(line: str, headers: list[str], host: str) -> bool:
    words = line.split(" ")
    hosts = [header for header in headers if header.lower().startswith("host:")]
    return (
        len(words) == 3
        and words[2] == "HTTP/1.1"
        and re.fullmatch(r"[A-Za-z]+", words[0]) is not None
        and re.fullmatch(r"/[!-~]*", words[1]) is not None
        and not set(words[1]) & set("[]{}#")
        and all(HEADER_LINE.fullmatch(header) for header in headers)
        and len(hosts) == 1
        and re.fullmatch(rf"Host: {re.escape(host)}:\d+", hosts[0]) is not None
    )
