"""The null server: `python null_server.py --port PORT --interval SECONDS` sends what the app sends,
on time and at next to no cost: events for /stream, and a short response for any other target. How
late these seem is the generator's own doing.

It says that it runs in the words of uvicorn.
"""

import argparse
import heapq
import select
import socket
import time

HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)
RESPONSE = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nnull"


def chunk(number: int) -> bytes:
    text = b"data: %d\r\n\r\n" % number
    return b"%x\r\n%s\r\n" % (len(text), text)


def serve(listener: socket.socket, interval: float) -> None:
    """Respond to every request, on /stream with 1, 2, 3, … by a schedule that does not slip, until
    killed. A request comes in one piece.
    """
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    connections: dict[int, socket.socket] = {}
    due: list[tuple[float, int, int, socket.socket]] = []
    while True:
        wait = max(0.0, due[0][0] - time.monotonic()) if due else 1.0
        for descriptor, _ in poll.poll(wait):
            if descriptor == listener.fileno():
                connection, _ = listener.accept()
                connections[connection.fileno()] = connection
                poll.register(connection, select.EPOLLIN)
                continue
            connection = connections[descriptor]
            try:
                if request := connection.recv(65536):
                    if not request.startswith(b"GET /stream "):
                        connection.sendall(RESPONSE)
                        continue
                    connection.sendall(HEAD)
                    first = (time.monotonic() + interval, descriptor, 1, connection)
                    heapq.heappush(due, first)
                    continue
            except OSError:
                pass
            poll.unregister(descriptor)
            connections.pop(descriptor).close()
        while due and due[0][0] <= time.monotonic():
            when, descriptor, number, connection = heapq.heappop(due)
            if connections.get(descriptor) is not connection:
                continue
            try:
                connection.sendall(chunk(number))
            except OSError:
                continue  # its end is read above
            heapq.heappush(due, (when + interval, descriptor, number + 1, connection))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--interval", type=float, default=1.5)
    options = parser.parse_args()
    with socket.create_server(("127.0.0.1", options.port), backlog=1024) as listening:
        port = listening.getsockname()[1]
        print(f"INFO:     Uvicorn running on http://127.0.0.1:{port} (null server)", flush=True)
        serve(listening, options.interval)
