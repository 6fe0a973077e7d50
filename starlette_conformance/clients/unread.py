"""How much a client on this machine has not read yet of what was sent to it, by sock_diag(7)."""

import socket
import struct
from contextlib import suppress

NETLINK_SOCK_DIAG, BY_FAMILY, REQUEST = 4, 20, 1
HEADER = struct.Struct("=IHHII")
"""Of a netlink message: length, type, flags, number, port."""
QUERY = struct.Struct("=BBBBI")
"""Of `inet_diag_req_v2`: family, protocol, extensions, nothing, states."""
NAMED = struct.Struct("!HH4s12x4s12x")
"""Ports and addresses of a socket."""
ANY = struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
"""Any interface, any cookie."""
QUEUED = struct.Struct("=I")
AT = HEADER.size + 4 + 48 + 4
"""Where a response has the length of the receive queue."""

Address = tuple[str, int]


class Unread:
    """By a query to the kernel; `known` says whether it takes one, as some sandboxes do not."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        with suppress(AttributeError, OSError):
            family: int = socket.AF_NETLINK
            self._socket = socket.socket(family, socket.SOCK_RAW, NETLINK_SOCK_DIAG)

    @property
    def known(self) -> bool:
        return self._socket is not None

    def count(self, client: Address, server: Address) -> int:
        """The bytes that wait in the client's socket; none where there is no such socket."""
        if self._socket is None:
            return 0
        (host, port), (to_host, to_port) = client, server
        ends = NAMED.pack(port, to_port, socket.inet_aton(host), socket.inet_aton(to_host))
        body = QUERY.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + ends + ANY
        self._socket.send(HEADER.pack(HEADER.size + len(body), BY_FAMILY, REQUEST, 0, 0) + body)
        found = self._socket.recv(4096)
        if HEADER.unpack_from(found)[1] != BY_FAMILY:
            return 0
        return int(QUEUED.unpack_from(found, AT)[0])

    def close(self) -> None:
        if self._socket:
            self._socket.close()
