"""What is said on a WebSocket, once its handshake is over: both sides' messages, and the close.

Frames are read and written by `websockets`, the connection is ours.
"""

from collections.abc import Callable, Sequence

from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State

from starlette_conformance.http.connection import LIMIT, Connection

SILENCE = 1.0
"""Seconds without a message of the server's, after which the client closes, if the file does not
say what is to be awaited."""
NORMAL = 1000
OF_MESSAGES = {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}
AT_ONCE = 0.05
"""Seconds between two looks at whether it is to be ended."""


class Conversation:
    """`messages` are those of the server, a line each: `text: hello`, or `binary: 00ff`."""

    def __init__(self, connection: Connection, came: bytes, stops: Callable[[], bool]) -> None:
        """`came` is what is already there behind the head of the handshake."""
        self._connection, self._stops = connection, stops
        self._protocol = Protocol(Side.CLIENT, state=State.OPEN, max_size=LIMIT)
        self._fragments: list[Frame] = []
        self.messages: list[str] = []
        self._unawaited = 0
        self._closed_by_client = False
        self._missing = ""
        self._take(came)

    def hold(self, actions: Sequence[str | None], seconds: float) -> None:
        """Send, and await where an action is None, each for so long; close at the end.

        Where the last action is to await, nothing else is awaited.
        """
        for action in actions:
            if self._is_over:
                return
            if action is not None:
                self._protocol.send_text(action.encode())
                self._send()
            elif not self._await(seconds):
                self._missing = "" if self._is_over else f"no message within {seconds:g} s"
                break
        counted = bool(actions) and actions[-1] is None
        deadline = self._connection.age + seconds
        while not (counted or self._missing) and self._await(SILENCE):
            if self._connection.age > deadline:
                self._missing = f"messages still came after {seconds:g} s"
        if not self._is_over:
            self._closed_by_client = True
            if counted:  # what else came is a matter of time
                del self.messages[len(self.messages) - self._unawaited :]
            self._protocol.send_close(NORMAL)
            self._send()
        self._connection.allow(seconds)
        while not self._connection.ended:
            self._take(self._connection.receive())

    @property
    def ending(self) -> str:
        """Who closes, with which code; and what did not come."""
        close = self._protocol.close_rcvd
        if close is None:
            how = "the connection ends without a close of the server"
        else:
            reason = f" ({close.reason})" if close.reason else ""
            also = "also " if self._closed_by_client else ""
            how = f"the server {also}closes with {int(close.code)}{reason}"
        fault = self._protocol.parser_exc
        is_fault = fault and close is None and not isinstance(fault, EOFError)
        faults = [f"not a WebSocket: {fault}"] if is_fault else []
        return ", and ".join(filter(None, [self._missing, *faults, how]))

    @property
    def _is_over(self) -> bool:
        over = self._protocol.state is not State.OPEN or bool(self._connection.ended)
        return over or self._stops()

    def _await(self, seconds: float) -> bool:
        """Wait so long for one more message; whether there is one."""
        end = self._connection.age + seconds
        self._connection.allow(seconds + AT_ONCE)
        while not self._unawaited and not self._is_over and self._connection.age < end:
            self._receive(min(AT_ONCE, end - self._connection.age))
        if not self._unawaited:
            return False
        self._unawaited -= 1
        return True

    def _receive(self, seconds: float) -> None:
        if not self._connection.is_silent(seconds):
            self._take(self._connection.receive())

    def _take(self, data: bytes) -> None:
        if data:
            self._protocol.receive_data(data)
        elif self._connection.ended:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode in OF_MESSAGES:
                self._fragments.append(event)
                if event.fin:
                    self._add()
        self._send()

    def _add(self) -> None:
        data = b"".join(bytes(frame.data) for frame in self._fragments)
        is_text = self._fragments[0].opcode is Opcode.TEXT
        said = f"text: {data.decode('utf-8', 'replace')}" if is_text else f"binary: {data.hex()}"
        self._fragments.clear()
        if not self._closed_by_client:
            self.messages.append(said)
            self._unawaited += 1

    def _send(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._connection.send(data)
            else:  # nothing more is sent
                self._connection.half_close()
