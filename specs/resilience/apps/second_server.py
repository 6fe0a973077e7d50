"""The sse app, by the second server of its process: the first one served a stream and has ended."""

import argparse
import logging
import os
import runpy
import signal
import socket
import threading
import time
from pathlib import Path

import uvicorn

SSE = Path(__file__).parents[3] / "apps" / "sse.py"
REQUEST = b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEEDED_SECONDS = 1.5
"""sse-starlette looks twice a second whether the server is to end."""

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
parser.add_argument("--interval", type=float, default=1.5, help="seconds between two events")
parser.add_argument(
    "--first",
    choices=("after-stream", "beside-stream", "by-signal"),
    default="after-stream",
    help="how the first server ends: without a stream, with one open, or by SIGTERM",
)


def serve_first(app: object, first: str) -> None:
    """Until the server has ended, and has let go of its loop."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="critical"))
        client = threading.Thread(target=end, args=(server, listening.getsockname()[1], first))
        client.start()
        server.run(sockets=[listening])
        client.join()


def end(server: uvicorn.Server, port: int, first: str) -> None:
    """Read an event of a stream, and end the server."""
    while not server.started:
        time.sleep(0.01)
    with socket.create_connection(("127.0.0.1", port), 10) as stream:
        stream.sendall(REQUEST)
        received = b""
        while b"data: 1" not in received:
            received += stream.recv(4096)
        if first == "beside-stream":
            server.should_exit = True
            time.sleep(HEEDED_SECONDS)
    if first == "by-signal":
        os.kill(os.getpid(), signal.SIGTERM)
    server.should_exit = True


if __name__ == "__main__":
    options = parser.parse_args()
    app = runpy.run_path(str(SSE))["app"]
    app.state.interval = options.interval
    usual = signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it again
    serve_first(app, options.first)
    signal.signal(signal.SIGTERM, usual)
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=options.port)
