"""The fields of a HAR file, version 1.2, that are used."""

from typing import Any

import msgspec


class Pair(msgspec.Struct, frozen=True):
    """A part of a form."""

    name: str
    value: str = ""


class Header(msgspec.Struct, frozen=True):
    name: str
    value: str


class Post(msgspec.Struct, frozen=True, rename={"kind": "mimeType"}):
    """The body of a request."""

    kind: str | None = None
    text: str | None = None
    params: tuple[Pair, ...] | None = None
    encoding: str | None = None


class Sent(msgspec.Struct, frozen=True, rename="camel"):
    """A request as far as it is used."""

    method: str
    url: str
    headers: tuple[Header, ...]
    post_data: Post | None = None
    body_size: Any = None


class Received(msgspec.Struct, frozen=True):
    """A response as far as it is used; its status is 0 where the browser got none."""

    status: Any = 0
    headers: Any = None
    content: Any = None


class Saved(msgspec.Struct, frozen=True, rename="camel"):
    started_date_time: str
    request: Sent
    response: Received = Received()


class Log(msgspec.Struct):
    entries: list[Any]
    comment: Any = None


class Har(msgspec.Struct):
    log: Log
