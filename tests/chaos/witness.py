"""A witness between client and server: what was asked, whoever is killed after."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

SECONDS = 30.0


@dataclass
class Witness:
    """A port in front of a server, and what each client sent that has left it since."""

    port: int
    seen: list[bytes] = field(default_factory=list)

    def missing(self, recorded: Sequence[bytes]) -> int:
        """How many of the exchanges that it saw are not among those."""
        return (Counter(self.seen) - Counter(recorded)).total()


@contextmanager
def witness(server: int) -> Iterator[Witness]:
    """Relay to the port of a server, until the context ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Witness(listener.getsockname()[1])
        threading.Thread(target=_accept, args=(listener, server, found.seen), daemon=True).start()
        try:
            yield found
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server: int, seen: list[bytes]) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_relay, args=(client, server, seen), daemon=True).start()


def _relay(client: socket.socket, server: int, seen: list[bytes]) -> None:
    with client, socket.create_connection(("127.0.0.1", server), SECONDS) as upstream:
        for each in (client, upstream):
            each.settimeout(SECONDS)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=_pump, args=(upstream, client), daemon=True)
        back.start()
        sent = _pump(client, upstream)
        back.join(SECONDS)
    if sent:
        seen.append(sent)


def _pump(source: socket.socket, target: socket.socket) -> bytes:
    """Pass on whatever comes, and the end of it too; all that came."""
    passed = b""
    with suppress(OSError):
        while data := source.recv(65536):
            passed += data
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
    return passed
