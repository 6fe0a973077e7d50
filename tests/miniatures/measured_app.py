"""A server of a few lines in the place of an app and its Python, with the defect that DEFECT names.

Run as an interpreter: it tells what it has installed, or serves `hello` and the stream of events.
From the fiftieth answer or event on the defect shows.
"""

import json
import os
import socket
import sys
import threading
import time
from contextlib import suppress

DEFECT = ""
FIRST = 50
SUBSCRIBED = threading.Barrier(10)
"""All streams of the benchmark have their heads before one of them shows that the server dies."""
HEAD = b"HTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 12:00:%02d GMT\r\n"
HELLO = HEAD + b"content-length: 19\r\n\r\nHello Starlette !!!"
STREAM = HEAD + b"content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def answers(connection: socket.socket) -> None:
    number = 0
    while data := connection.recv(65536):
        if b"GET /stream" in data:
            connection.sendall(STREAM % 0)
            return events(connection)
        answer = HELLO % (number % 60)
        if DEFECT == "wrong":
            answer = answer.replace(b"Hello", b"Hallo")
        if number >= FIRST:
            if DEFECT == "dies":
                os._exit(3)
            if DEFECT == "stalls":
                continue
            changed = {"changes": answer.replace(b"!!!", b"!!?"), "adds": answer + b"\n"}
            answer = changed.get(DEFECT, answer)
        if DEFECT == "closes":  # the end reaches the client together with the last byte
            return connection.sendall(answer, socket.MSG_MORE)
        connection.sendall(answer)
        number += 1
    return None


def events(connection: socket.socket) -> None:
    number = 0
    while True:
        number += 1
        time.sleep(0.001)
        if number == FIRST:
            if DEFECT == "dies":
                SUBSCRIBED.wait(30)
                os._exit(3)
            if DEFECT == "stalls":
                time.sleep(60)
            if DEFECT == "ends":
                return connection.sendall(b"0\r\n\r\n")
            number += {"loses": 1, "repeats": -1}.get(DEFECT, 0)
        text = b"data: %d\r\n\r\n" % number
        if number == 3:
            text = b": ping\r\n\r\n" + text
        connection.sendall(b"%x\r\n%s\r\n" % (len(text), text))


def served(connection: socket.socket) -> None:
    with connection, suppress(OSError):  # the client may leave at any time
        answers(connection)


if sys.argv[1] == "-c":
    packages = {"starlette": "1.0", "sse-starlette": "3.0", "uvicorn": "0.40", "h11": "0.16"}
    print(json.dumps({"python": "3.11.7", "implementation": "CPython", "packages": packages}))
elif DEFECT == "does not start":
    sys.exit("no such luck")
else:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        print(f"INFO:     Uvicorn running on http://127.0.0.1:{port} (Press", flush=True)
        while True:
            threading.Thread(target=served, args=listener.accept()[:1], daemon=True).start()
