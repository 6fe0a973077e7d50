"""Where the server of a scenario is to listen: a port, a socket that it inherits, or a path."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette_conformance.model.errors import Failure
from starlette_conformance.servers.adapter import Listens
from starlette_conformance.stacks.tempdirs import scratch

LONGEST = 107
"""Bytes of the path of a Unix socket (unix(7)), without the byte that ends it."""


@dataclass(frozen=True)
class Address:
    """A port of 127.0.0.1, 0 where the kernel is to pick one, or the `path` of a Unix socket.
    `inherited` is a socket that listens already; the server gets it as its standard input.
    """

    port: int = 0
    path: str = ""
    inherited: socket.socket | None = None

    @property
    def stdin(self) -> int:
        return self.inherited.fileno() if self.inherited else subprocess.DEVNULL

    def leave_to_server(self) -> None:
        """Once it has been started, nobody but the server holds the socket."""
        if self.inherited:
            self.inherited.close()


@contextmanager
def address(listens: Listens, taken: bool) -> Iterator[Address]:
    """One that is free, or that is not to be had. Raises Failure where no such path is short."""
    match listens:
        case Listens.ON_PORT | Listens.ON_GIVEN_PORT if taken:
            with socket.create_server(("127.0.0.1", 0)) as other:
                yield Address(other.getsockname()[1])
        case Listens.ON_PORT:
            yield Address()
        case Listens.ON_GIVEN_PORT:
            with socket.socket() as bound:  # it keeps the port, and lets the server listen there
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                bound.bind(("127.0.0.1", 0))
                yield Address(bound.getsockname()[1])
        case Listens.ON_STDIN if taken:
            yield Address()
        case Listens.ON_STDIN:
            with socket.create_server(("127.0.0.1", 0)) as inherited:
                yield Address(inherited=inherited)
        case Listens.ON_PATH:
            with scratch() as folder:
                path = folder / "socket"
                if len(os.fsencode(path)) > LONGEST:
                    raise Failure(
                        f"{path}: the path of a Unix socket has at most {LONGEST} bytes; set "
                        "STARLETTE_CONFORMANCE_CACHE to a folder with a shorter path"
                    )
                if taken:
                    path.touch()
                yield Address(path=str(path))
