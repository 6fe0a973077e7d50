"""The raw reader: a second opinion, from a process with nothing but epoll and sockets.

`python raw_reader.py HOST PORT PATH STREAMS INTERVAL SPREAD` opens its streams within SPREAD
seconds, as the subscribers do that it is compared with. It reads them till its input ends, by the
definition of lateness in `load/stream.py`, and prints JSON: a list of [when, lateness],
nanoseconds of CLOCK_MONOTONIC each.
"""

import json
import select
import socket
import sys
import time

LIMIT = 500_000
"""Of events that are kept."""


def watch(
    address: tuple[str, int], path: str, streams: int, interval: int, spread: int
) -> list[list[int]]:
    """Open `streams` streams within `spread` ns, and read them until the input ends."""
    seen: list[list[int]] = []
    poll = select.epoll()
    poll.register(sys.stdin.fileno(), select.EPOLLIN | select.EPOLLHUP)
    sockets: dict[int, socket.socket] = {}
    since: dict[int, int] = {}
    begun = time.monotonic_ns()
    while True:
        if len(sockets) < streams and time.monotonic_ns() >= begun:
            begun += spread // streams
            connection = socket.create_connection(address, 10)
            connection.sendall(b"GET %s HTTP/1.1\r\nHost: raw\r\n\r\n" % path.encode())
            connection.setblocking(False)
            sockets[connection.fileno()] = connection
            since[connection.fileno()] = time.monotonic_ns()
            poll.register(connection, select.EPOLLIN)
        pause = max(0, begun - time.monotonic_ns()) / 1e9 if len(sockets) < streams else 1.0
        for descriptor, _ in poll.poll(pause):
            if descriptor == sys.stdin.fileno():
                return seen
            data = sockets[descriptor].recv(65536)
            now = time.monotonic_ns()
            if not data:
                poll.unregister(descriptor)
            events = data.count(b"data: ")
            for behind in range(events - 1, -1, -1):
                late = behind * interval
                if behind == events - 1:
                    late = max(late, now - since[descriptor] - interval)
                if len(seen) < LIMIT:
                    seen.append([now, late])
            if events:
                since[descriptor] = now


if __name__ == "__main__":
    host, port, target, count, every, within = sys.argv[1:]
    times = (int(float(text) * 1e9) for text in (every, within))
    print(json.dumps(watch((host, int(port)), target, int(count), *times)))
