"""Bodies of forms, as they are made of what a file or a page has."""

from collections.abc import Iterable

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
BOUNDARY = "starlette-conformance-boundary"
CONTENT_TYPE = f"{MULTIPART}; boundary={BOUNDARY}"
"""Of what `multipart` makes."""


def part(name: str, value: str, attributes: str = "", kind: str = "") -> str:
    """A part of a body, with attributes of its disposition and a media type (RFC 7578)."""
    disposition = f'Content-Disposition: form-data; name="{name}"{attributes}'
    lines = [f"--{BOUNDARY}", disposition, *([f"Content-Type: {kind}"] if kind else [])]
    return "\r\n".join([*lines, "", value, ""])


def multipart(parts: Iterable[str]) -> str:
    return "".join([*parts, f"--{BOUNDARY}--\r\n"])
