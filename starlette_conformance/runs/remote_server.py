"""Servers that somebody else runs, in whatever language: an address, and nothing to look into."""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart, UsageError
from starlette_conformance.process.log import NoLog
from starlette_conformance.stacks.project import apps

URL = re.compile(r"http://([A-Za-z0-9.-]+)(?::(\d{1,5}))?/?")
SECONDS = 5.0
"""How long a connection to a server may take."""


@dataclass(frozen=True)
class Address:
    """Where an app is served."""

    app: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"http://{self.host}:{self.port}"


def addresses(texts: Iterable[str]) -> dict[str, Address]:
    """What `--url APP=http://host:port` names, by app. Raises UsageError."""
    found: dict[str, Address] = {}
    for text in texts:
        app, _, url = text.partition("=")
        if app not in apps():
            raise UsageError(f"--url {text}: write APP=http://host:port; APP is {_or(apps())}")
        if app in found:
            raise UsageError(f"--url {text}: {app} is served at {found[app]} already")
        if url.startswith("https:"):
            raise UsageError(f"--url {text}: https is not supported; name the server behind it")
        parts = URL.fullmatch(url)
        if parts is None or int(parts[2] or 80) not in range(1, 65536):
            raise UsageError(f"--url {text}: {url!r} is not http://host:port, without a path")
        found[app] = Address(app, parts[1], int(parts[2] or 80))
    return found


def _or(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"


class Remote:
    """A server at an address, with the methods of a `Server` that are needed."""

    def __init__(self, address: Address, environment: Environment) -> None:
        self.app = address.app
        self.environment = environment
        self.host = address.host
        self.log = NoLog()
        self._address = address

    def port(self) -> int:
        """Its port, if somebody listens there. Raises DidNotStart."""
        try:
            socket.create_connection((self.host, self._address.port), SECONDS).close()
        except OSError as error:
            why = error.strerror or error
            raise DidNotStart(f"{self.app}: nobody serves it at {self._address}: {why}") from None
        return self._address.port
