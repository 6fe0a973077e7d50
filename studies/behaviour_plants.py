"""Changes of behaviour to plant: lines of Python that every message of a response goes through."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent

from studies.further_plants import FURTHER

PLANTED = '''\
"""What every message of a response goes through. `number` counts responses of the server, `nth`
those of the connection, `active` are under way; `sent` has the request's headers.
"""

import asyncio

responses = active = 0


async def changed(cycle, message):
    global responses, active
    start = message["type"] == "http.response.start"
    if start:
        responses += 1
        active += 1
        cycle.number = responses
        cycle.transport.nth = cycle.nth = getattr(cycle.transport, "nth", 0) + 1
        cycle.active = active
        message = {**message, "headers": [*cycle.default_headers, *message.get("headers", ())]}
        cycle.default_headers = []
    elif not message.get("more_body"):
        active -= 1
    number, nth, scope, sent = cycle.number, cycle.nth, cycle.scope, dict(cycle.scope["headers"])
    status, path = message.get("status"), scope["path"]
    headers = dict(message.get("headers", ()))
    body = message.get("body", b"")

    def put(name, value):
        message["headers"] = [(n, value if n == name else v) for n, v in message["headers"]]

    def longer(by):
        if b"content-length" in headers:
            put(b"content-length", b"%d" % (int(headers[b"content-length"]) + by))

'''


@dataclass(frozen=True)
class Plant:
    """Lines of `changed`, in one app."""

    kind: str
    name: str
    app: str
    lines: str

    @property
    def title(self) -> str:
        return f"{self.app}: {self.name}"

    @property
    def source(self) -> str:
        """The module `planted`."""
        return PLANTED + indent(self.lines, "    ") + "\n    return message\n"


MAX_AGE = "access-control-max-age"
OF = {
    "hello": ("date", "server", "content-length", "content-type"),
    "json_cors": (
        *("date", "content-length", "content-type", "access-control-allow-origin"),
        *("access-control-allow-methods", MAX_AGE, "allow"),
    ),
    "static_files": (
        *("content-type", "accept-ranges", "content-length", "last-modified", "etag"),
        *("content-range", "location"),
    ),
    "basic_auth": ("server", "www-authenticate", "content-length", "content-type"),
    "sse": ("cache-control", "connection", "x-accel-buffering", "content-type"),
}
"""Headers that responses of each app have."""

HEADERS = {
    "is missing": "message['headers'] = [each for each in message['headers'] if each[0] != NAME]",
    "is sent twice": "message['headers'] += [(NAME, headers[NAME])]",
    "comes last": "message['headers'].sort(key=lambda each: each[0] == NAME)",
    "has another case": "put(NAME, headers[NAME].swapcase())",
    "ends with a semicolon": "put(NAME, headers[NAME] + b';')",
}

BODIES = {
    "loses its last byte": ("longer(-1)", "body[:-1]"),
    "ends with a line feed": ("longer(1)", "body + b'\\n'"),
    "begins in lower case": ("", "body[:1].swapcase() + body[1:]"),
    "has another digit or letter in its middle": (
        "",
        "body[: len(body) // 2] + b'x' + body[len(body) // 2 + 1 :]",
    ),
}
STATUSES = (
    *(("hello", 200, 203), ("hello", 404, 410), ("hello", 405, 501), ("json_cors", 200, 201)),
    *(("json_cors", 400, 422), ("json_cors", 404, 400), ("static_files", 206, 200)),
    *(("static_files", 304, 200), ("static_files", 307, 302), ("static_files", 416, 400)),
    *(("static_files", 404, 403), ("basic_auth", 401, 403), ("basic_auth", 400, 401)),
    *(("sse", 405, 404), ("sse", 200, 206)),
)
WRONG = "put(b'server', b'another')"
"""What is wrong where only some of the responses are: a header that each of them has."""
WAIT = ("sse",)
"""Apps whose responses wait, so that another one may be under way beside them."""
SOME = {
    "state": {
        "the first response of a server": "number == 1",
        "every response but the first of a server": "number > 1",
        "every 10th response": "number % 10 == 0",
        "every 50th response": "number % 50 == 0",
        "every 200th response": "number % 200 == 0",
        "every response after 100": "number > 100",
        "the second response of a connection": "nth == 2",
        "the third response of a connection": "nth == 3",
        "the tenth response of a connection": "nth == 10",
    },
    "concurrency": {
        "a response beside another one": "cycle.active > 1",
        "a response beside four others": "cycle.active > 4",
        "a response beside nine others": "cycle.active > 9",
    },
    "clients": {
        "Firefox": "b'Firefox' in sent.get(b'user-agent', b'')",
        "Chrome": "b'Chrome' in sent.get(b'user-agent', b'')",
        "curl": "b'curl' in sent.get(b'user-agent', b'')",
        "a client without User-Agent": "b'user-agent' not in sent",
        "Accept-Language": "b'accept-language' in sent",
        "Referer": "b'referer' in sent",
        "Sec-Fetch-Mode": "b'sec-fetch-mode' in sent",
        "a cookie": "b'cookie' in sent",
        "an encoding that is br": "b'br' in sent.get(b'accept-encoding', b'')",
        "If-None-Match": "b'if-none-match' in sent",
        "Via": "b'via' in sent",
        "X-Forwarded-For": "b'x-forwarded-for' in sent",
        "X-Forwarded-Proto": "b'x-forwarded-proto' in sent",
        "Forwarded": "b'forwarded' in sent",
        "HTTP/1.0": "scope['http_version'] == '1.0'",
        "HEAD": "scope['method'] == 'HEAD'",
        "OPTIONS": "scope['method'] == 'OPTIONS'",
        "POST": "scope['method'] == 'POST'",
        "a method of its own": "scope['method'] not in "
        "{'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'}",
        "a query": "scope['query_string']",
        "a long target": "len(scope['raw_path']) > 2000",
        "a percent sign in the path": "b'%' in scope['raw_path']",
        "a Host without a port": "b':' not in sent.get(b'host', b':')",
        "an Origin": "b'origin' in sent",
        "more than 20 headers": "len(scope['headers']) > 20",
        "Connection: close": "sent.get(b'connection', b'').lower() == b'close'",
        "Expect": "b'expect' in sent",
        "Upgrade": "b'upgrade' in sent",
        "a body": "b'content-length' in sent or b'transfer-encoding' in sent",
        "Prefer": "b'prefer' in sent",
    },
}
"""When a response is wrong."""

WRITES = """\
if start:
    class Wire:
        def __init__(self, inner):
            self.inner = inner
        def write(self, data):
            {write}
        def __getattr__(self, name):
            return getattr(self.inner, name)
    cycle.transport = Wire(cycle.transport)
"""
WIRE = {
    "the reason phrase is another one": "self.inner.write(data.replace(b' 200 OK', b' 200 Ok', 1))",
    "the version is HTTP/1.0": "self.inner.write(data.replace(b'HTTP/1.1 ', b'HTTP/1.0 ', 1))",
    "lines of the head end with LF": "head, end, rest = data.partition(b'\\r\\n\\r\\n'); "
    "self.inner.write(head.replace(b'\\r\\n', b'\\n') + end + rest)",
    "names of headers are in capitals": "self.inner.write("
    "data.replace(b'content-type', b'Content-Type', 1))",
    "a blank more after a colon": "self.inner.write(data.replace(b'content-type: ', "
    "b'content-type:  ', 1))",
    "a chunk has an extension": "self.inner.write(data.replace(b'\\r\\n', b';a=b\\r\\n', 1) "
    "if data[:4].strip()[:1] in b'0123456789abcdef' and not data.startswith(b'HTTP') else data)",
    "bytes of a response come one at a time": "[self.inner.write(data[n : n + 1]) "
    "for n in range(len(data))]",
}
CLOSES = "if not start and not message.get('more_body'):\n    "
TIMING = {
    "a response is late by 0.3 s": "if start:\n    await asyncio.sleep(0.3)",
    "a response is late by 2 s": "if start:\n    await asyncio.sleep(2)",
    "a body is late by 1 s": "if not start:\n    await asyncio.sleep(1)",
    "the end is late by 1 s": f"{CLOSES}await asyncio.sleep(1)",
}
ENDS = {
    "the connection closes after each response": f"{CLOSES}cycle.keep_alive = False",
    "the connection closes after three responses": f"{CLOSES}cycle.keep_alive = nth < 3",
    "the connection closes after 100 responses": f"{CLOSES}cycle.keep_alive = nth < 100",
    "Connection: close is not announced": "if start and scope['http_version'] == '1.1':\n"
    "    cycle.scope['headers'] = [e for e in scope['headers'] if e[0] != b'connection']",
    "a body is cut off after 10 bytes": "if not start and len(body) > 10:\n"
    "    cycle.transport.write(body[:10]); cycle.transport.close()",
}
LOGS = {
    "the access log has no line": "cycle.access_log = False",
    "the access log has a line more": "if start:\n    cycle.access_logger.info('seen')",
    "an error is logged": "if start:\n    cycle.logger.error('seen')",
}
PROTOCOL = "cycle.on_response.__self__"
LIMITS = {
    "an idle connection closes after 4 s": f"{PROTOCOL}.timeout_keep_alive = 4",
    "an idle connection closes after 6 s": f"{PROTOCOL}.timeout_keep_alive = 6",
    "a head of more than 32 KiB gets 431": "if start and "
    "sum(len(n) + len(v) for n, v in scope['headers']) > 32768:\n    message['status'] = 431",
    "more than 100 headers get 431": "if start and len(scope['headers']) > 100:\n"
    "    message['status'] = 431",
    "a body of more than 64 KiB gets 413": "if start and "
    "int(sent.get(b'content-length', 0)) > 65536:\n    message['status'] = 413",
    "a path of more than 8,000 bytes gets 414": "if start and len(scope['raw_path']) > 8000:\n"
    "    message['status'] = 414",
    "a chunked body gets 411": "if start and b'transfer-encoding' in sent:\n"
    "    message['status'] = 411",
    "the ninth connection gets 503": f"if start and len({PROTOCOL}.connections) > 8:\n"
    "    message['status'] = 503",
    "the 51st connection gets 503": f"if start and len({PROTOCOL}.connections) > 50:\n"
    "    message['status'] = 503",
}
SHUTDOWN = """\
if start and number == 1:
    from uvicorn.server import Server
    real = Server.shutdown

    async def shutdown(self, sockets=None):
        {before}
        await real(self, sockets)
        {after}

    Server.shutdown = shutdown
"""
SIGNALS = {
    "the server ends 2 s later": ("await asyncio.sleep(2)", ""),
    "the exit status is 1": ("", "__import__('os')._exit(1)"),
    "the signal is not raised again": ("", "self._captured_signals.clear()"),
    "streams are cut at once": (
        "[each.transport.abort() for each in [*self.server_state.connections]]",
        "",
    ),
    "it does not say that it shuts down": (
        "__import__('logging').getLogger('uvicorn.error').disabled = True",
        "",
    ),
    "the app is not told": ("self.force_exit = not self.server_state.connections", ""),
    "no stream is waited for": ("self.force_exit = True", ""),
}
"""What a signal does, before uvicorn's own shutdown and after it."""
EVENTS = {
    "an event is lost": "if body.startswith(b'data: 3'):\n    message['body'] = b''",
    "an event comes twice": "if body.startswith(b'data: 3'):\n    message['body'] = body * 2",
    "an event ends with LF": "if body.startswith(b'data'):\n"
    "    message['body'] = body.replace(b'\\r\\n', b'\\n')",
    "an event has an id": "if body.startswith(b'data'):\n"
    "    message['body'] = b'id: 1\\r\\n' + body",
    "an event has no blank after its colon": "message['body'] = body.replace(b'data: ', b'data:')",
    "a stream begins with a comment": "if body.startswith(b'data: 1\\r'):\n"
    "    message['body'] = b': hello\\r\\n\\r\\n' + body",
    "two events come at a time": "if body.startswith(b'data'):\n"
    "    held = getattr(cycle, 'held', b'') + body\n"
    "    cycle.held = held if held.count(b'data') < 2 else b''\n"
    "    message['body'] = b'' if cycle.held else held",
    "each event is late by 0.5 s": "if body.startswith(b'data'):\n    await asyncio.sleep(0.5)",
    "a ping has another text": "message['body'] = body.replace(b': ping', b': pong')",
    "a ping is an event": "message['body'] = body.replace(b': ping', b'event: ping\\r\\ndata:')",
    "a stream ends after 20 events": "if body.startswith(b'data: 20'):\n"
    "    cycle.transport.write(b'0\\r\\n\\r\\n'); cycle.transport.close()",
    "the tenth event has another number": "message['body'] = "
    "body.replace(b'data: 10\\r', b'data: 11\\r')",
}


def plants() -> list[Plant]:
    return [
        *_headers(),
        *(
            Plant(
                "body",
                f"a body {name}",
                app,
                f"if start and status == 200:\n    {longer or 'pass'}\n    cycle.ok = True\n"
                f"if body and getattr(cycle, 'ok', False) and scope['method'] != 'HEAD':\n"
                f"    message['body'] = {new}",
            )
            for app in OF
            for name, (longer, new) in BODIES.items()
        ),
        *(
            Plant(
                "status",
                f"{old} becomes {new}",
                app,
                f"if status == {old}:\n    message['status'] = {new}",
            )
            for app, old, new in STATUSES
        ),
        *(
            Plant(kind, f"{name} is wrong", app, f"if start and ({when}):\n    {WRONG}")
            for kind, cases in SOME.items()
            for (name, when), app in zip(
                cases.items(), itertools.cycle(WAIT if kind == "concurrency" else OF), strict=False
            )
        ),
        *_each("wire", {name: WRITES.format(write=write) for name, write in WIRE.items()}),
        *_each("timing", TIMING),
        *_each("connection", ENDS),
        *_each("log", LOGS),
        *_each("limits", LIMITS),
        *(
            Plant("signals", name, "sse", SHUTDOWN.format(before=before, after=after))
            for name, (before, after) in SIGNALS.items()
        ),
        *(Plant("events", name, "sse", lines) for name, lines in EVENTS.items()),
        *(
            Plant(kind, name, app, lines)
            for kind, cases in FURTHER.items()
            for (app, name), lines in cases.items()
        ),
    ]


def _headers() -> Iterator[Plant]:
    for app, names in OF.items():
        for name, (how, lines) in itertools.product(names, HEADERS.items()):
            if name == "content-length" and how != "comes last":
                continue  # the server itself would fail
            if name in {"date", "etag", MAX_AGE} and how == "has another case":
                continue  # a number has none
            if name == "location" and how == "comes last":
                continue  # it does already
            here = f"if start and {name.encode()!r} in headers:\n    {lines}"
            yield Plant("header", f"{name} {how}", app, here.replace("NAME", repr(name.encode())))


def _each(kind: str, cases: dict[str, str]) -> Iterator[Plant]:
    """Each in an app of its own turn."""
    for (name, lines), app in zip(cases.items(), itertools.cycle(OF), strict=False):
        yield Plant(kind, name, app, lines)
