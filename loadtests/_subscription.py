"""One stream of the reader."""

import socket as sockets
import time

from gevent import event

from starlette_conformance.load.stream import Stream


class Subscription:
    """One stream, from the request on. `over` is set when it ends, for whatever reason.

    `stay` is after how many events the subscriber leaves (0: never), and `left` says that he did.
    One that `stalls` stops reading in mid-stream. `before` is the client's stream that the server
    ended (at `ended`), where this one is to resume it.
    """

    __slots__ = (
        "before",
        "ended",
        "entered",
        "kind",
        "left",
        "opened",
        "over",
        "request",
        "sent_at",
        "since",
        "socket",
        "stalls",
        "stay",
        "stream",
    )

    def __init__(
        self, kind: str, request: bytes, stay: int, before: "Subscription | None" = None
    ) -> None:
        self.before = before
        self.ended = 0
        self.kind = kind
        self.request = request
        self.stay = stay
        self.stalls = False
        self.left = False
        self.stream = Stream(resumes=before is not None)
        self.sent_at = time.monotonic_ns()
        self.opened = 0
        self.entered = False
        self.since = self.sent_at
        self.over = event.Event()
        self.socket: sockets.socket | None = None
