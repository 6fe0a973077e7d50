"""What an `.http` file has from responses: `{{login.response.body.$.token}}`, as REST Client writes
it, and `> {% client.global.set("token", response.body.token) %}`, as JetBrains does.
"""

import re
from collections.abc import Mapping

from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.request import Request
from starlette_conformance.userapp.bound_values import Binding, is_place

REFERENCE = re.compile(r"([\w-]+)\.response\.(\S+)")
REFERENCES = re.compile(rb"(\{\{([\w-]+)\.response\.([^\s{}]+)\}\})")
SCRIPT = re.compile(r"\s*>\s*\{%(.*)")
BOUND_TARGET = re.compile(r"(?:https?://([^/?#{@]+))?(\{\{[!-~]+)")
"""A target that a response gives as a whole."""
SETS = re.compile(
    r"""client\.global\.set\(\s*["']([\w-]+)["']\s*,\s*response\.(?:"""
    r"""body((?:\.\w+|\[\d+\]|\[["'][^"'\s]*["']\])*)"""
    r"""|headers\.valueOf\(["']([\w-]+)["']\))\s*\)\s*;?\s*"""
)


def reference(name: str, names: Mapping[str, str]) -> str:
    """What stands for a value until the response is there; nothing where it is no reference. Raises
    UsageError.
    """
    found = REFERENCE.fullmatch(name)
    if found is None:
        return ""
    if found[1] not in names:
        raise UsageError(f"no request above it has `# @name {found[1]}`")
    if not is_place(found[2]):
        places = "body.$.name[0], body.*, headers.Name and events.0.data are supported"
        raise UsageError(f"{found[2][:80]!r} is no place in a response: {places}")
    return f"{{{{{name}}}}}"


def references(request: Request, names: Mapping[str, str]) -> tuple[Binding, ...]:
    """What of a request comes from responses."""
    return tuple(
        Binding(text.decode(), names[name.decode()], where.decode("utf-8", "replace"))
        for text, name, where in dict.fromkeys(REFERENCES.findall(request.data))
    )


def sets(script: str) -> dict[str, str]:
    """The variables that a script sets, and where in the response they are. Raises UsageError."""
    found: dict[str, str] = {}
    position = 0
    script = script.strip()
    while position < len(script):
        match = SETS.match(script, position)
        if match is None:
            raise UsageError(
                "of scripts, only `client.global.set(name, response.body.name)` and "
                "`response.headers.valueOf(name)` in it are supported"
            )
        found[match[1]] = f"headers.{match[3]}" if match[3] else f"body.${match[2]}"
        position = match.end()
    return found
