"""A file of a server that nobody vouches for: bounded in bytes, and in time."""

import re
import time
from typing import Any

from starlette_conformance.model.errors import UsageError

SECONDS = 30.0
CREDENTIALS = re.compile(r"(?<=://)[^/?#\s]*@")


class NotReceived(Exception):  # noqa: N818  (what it means is the caller's to say)
    """Why there is no such file, in a sentence without credentials."""


def download(
    url: str, limit: int, seconds: float = SECONDS, kind: str = "", hint: str = ""
) -> bytes:
    """The body of a response of 200. Raises NotReceived.

    `kind` is the media type that it has to have, and `hint` is said where it has another.
    """
    import httpx  # noqa: PLC0415 - 50 ms that no command without a network needs

    try:
        return _body(httpx, url, limit, seconds, kind, hint)
    except (httpx.HTTPError, httpx.InvalidURL, UsageError) as error:
        raise NotReceived(without_credentials(str(error))) from None


def without_credentials(text: str) -> str:
    """A text without what of a URL no log may show."""
    return CREDENTIALS.sub("", text)


def _body(httpx: Any, url: str, limit: int, seconds: float, kind: str, hint: str) -> bytes:
    deadline, data = time.monotonic() + seconds, bytearray()
    options: Any = {"timeout": seconds, "follow_redirects": True}
    with httpx.stream("GET", url, headers={"Accept": kind or "*/*"}, **options) as response:
        response.raise_for_status()
        if not response.headers.get("content-type", "").startswith(kind):
            raise UsageError(hint)
        for piece in response.iter_bytes():  # as they come: of a size, they would be waited for
            data += piece
            if len(data) > limit:
                raise UsageError(f"its response is longer than {limit:,} bytes")
            if time.monotonic() > deadline:
                raise UsageError(f"its response took longer than {seconds:g} s")
    return bytes(data)
