"""How to repeat an exchange without the harness: lines to paste into two shells."""

import shlex

from harness.environments import Environment

PORT = 8000


def served(app: str, environment: Environment) -> str:
    if environment.passes_variables:
        return f"{shlex.quote(str(environment.interpreter))} apps/{app}.py --port {PORT}"
    return f"python -m harness serve {app} --stack {shlex.quote(environment.name)} --port {PORT}"


def asked(request: bytes) -> str:
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode("latin-1").split("\r\n")
    if body or not _curl_can_send(line, headers):
        escaped = "".join(_escaped(byte) for byte in request)
        return f"printf '{escaped}' | nc 127.0.0.1 {PORT}"
    method, target, _ = line.split(" ")
    words = ["curl", "-v", "--path-as-is"]
    words += {"GET": [], "HEAD": ["-I"]}.get(method, ["-X", method])
    for header in headers:
        name, _, value = header.partition(":")
        if name.lower() != "host":
            words += ["-H", f"{name};" if not value.strip() else header]
    return shlex.join([*words, f"http://127.0.0.1:{PORT}{target}"])


def _curl_can_send(line: str, headers: list[str]) -> bool:
    words = line.split(" ")
    return (
        len(words) == 3
        and words[2] == "HTTP/1.1"
        and words[1].startswith("/")
        and all(c.isascii() and c.isprintable() for c in "".join([line, *headers]))
        and not set(words[1]) & set("[]{}#")
        and [h.startswith("Host: 127.0.0.1") for h in headers if h.lower().startswith("host")]
        == [True]
    )


def _escaped(byte: int) -> str:
    if byte in b"\r\n":
        return "\\r" if byte == 13 else "\\n"
    plain = chr(byte).isascii() and chr(byte).isprintable() and chr(byte) not in "\\%'"
    return chr(byte) if plain else f"\\{byte:03o}"
