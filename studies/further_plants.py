"""Changes of behaviour to plant that are each of its own kind: by kind, app and name, as lines of
`changed` in `behaviour_plants.py`.
"""

ONCE = "if start and number == 1:\n    "
CYCLE = f"{ONCE}kind, real = type(cycle), type(cycle).receive\n    "
KEPT = "globals().setdefault('kept', {})"
FROZEN = "if start and status == 200 and NAME in headers:\n    "
FROZEN += f"put(NAME, {KEPT}.setdefault((path, NAME), headers[NAME]))"
LAST = "if not start and not message.get('more_body'):\n    "

FURTHER = {
    "output": {
        ("hello", "the access log is on standard error"): ONCE
        + "[h.setStream(__import__('sys').stderr) for h in cycle.access_logger.handlers]",
        ("hello", "errors are logged on standard output"): ONCE
        + "[h.setStream(__import__('sys').stdout) for h in "
        "__import__('logging').getLogger('uvicorn').handlers]",
        ("hello", "the access log has no port"): "if start:\n    "
        "cycle.scope = {**cycle.scope, 'client': ('127.0.0.1', 0)}",
        ("json_cors", "the access log has no query"): "if start:\n    "
        "cycle.scope = {**cycle.scope, 'query_string': b''}",
        ("static_files", "an exception is logged without traceback"): ONCE
        + "cycle.logger.error = lambda text, *args, **_: type(cycle.logger).error("
        "cycle.logger, text, *args)",
    },
    "interim": {
        ("sse", "the reason of 100 Continue is another one"): CYCLE + "async def receive(self):\n"
        "        if self.waiting_for_100_continue:\n"
        "            self.transport.write(b'HTTP/1.1 100 Go On\\r\\n\\r\\n')\n"
        "            self.waiting_for_100_continue = False\n"
        "        return await real(self)\n"
        "    kind.receive = receive",
        ("sse", "a 100 Continue has a header"): CYCLE + "async def receive(self):\n"
        "        if self.waiting_for_100_continue:\n"
        "            self.transport.write(b'HTTP/1.1 100 Continue\\r\\nx: y\\r\\n\\r\\n')\n"
        "            self.waiting_for_100_continue = False\n"
        "        return await real(self)\n"
        "    kind.receive = receive",
        ("static_files", "a 103 comes before each page"): "if start and status == 200:\n    "
        "cycle.transport.write(b'HTTP/1.1 103 Early Hints\\r\\n\\r\\n')",
    },
    "error pages": {
        ("hello", "a 404 has Cache-Control"): "if start and status == 404:\n    "
        "message['headers'] += [(b'cache-control', b'no-store')]",
        ("json_cors", "a 405 has no Content-Type"): "if start and status == 405:\n    "
        "message['headers'] = [e for e in message['headers'] if e[0] != b'content-type']",
        ("static_files", "the text of a 500 has other capitals"): "if not start:\n    "
        "message['body'] = body.replace(b'Internal Server Error', b'Internal server error')",
        ("hello", "the text of a 400 of uvicorn has a word more"): ONCE
        + "kind = type(cycle.on_response.__self__)\n    real = kind.send_400_response\n"
        "    kind.send_400_response = lambda self, text: real(self, text + ' Sorry.')",
        ("static_files", "a redirect has no host"): "if start and status == 307:\n    "
        "put(b'location', b'/' + headers[b'location'].split(b'/', 3)[3])",
    },
    "order": {
        ("hello", "Server comes before Date"): "if start:\n    "
        "message['headers'].sort(key=lambda each: each[0] != b'server')",
        ("json_cors", "headers are sorted by name"): "if start:\n    message['headers'].sort()",
        ("basic_auth", "Connection: keep-alive is sent"): "if start:\n    "
        "message['headers'] += [(b'connection', b'keep-alive')]",
    },
    "pings": {
        ("sse", "no ping but the first one is sent"): "if body.startswith(b': ping'):\n    "
        "cycle.pings = getattr(cycle, 'pings', 0) + 1\n    "
        "message['body'] = body if cycle.pings == 1 else b''",
        ("sse", "the time in a ping is 30 s late"): "if body.startswith(b': ping'):\n    "
        "from datetime import datetime, timedelta\n    "
        "then = datetime.fromisoformat(body[9:].strip().decode()) - timedelta(seconds=30)\n    "
        "message['body'] = f': ping - {then}\\r\\n\\r\\n'.encode()",
        ("sse", "a ping comes twice"): "if body.startswith(b': ping'):\n    "
        "message['body'] = body * 2",
    },
    "files that change": {
        ("static_files", "the ETag stays"): FROZEN.replace("NAME", "b'etag'"),
        ("static_files", "Last-Modified stays"): FROZEN.replace("NAME", "b'last-modified'"),
    },
    "signals": {
        ("sse", "SIGHUP is ignored"): ONCE + "__import__('signal').signal(1, 1)",
        ("sse", "SIGHUP ends it with status 0"): ONCE
        + "__import__('signal').signal(1, lambda *_: __import__('os')._exit(0))",
    },
    "timing": {
        ("hello", "a response waits for 60 ms"): "if start:\n    await asyncio.sleep(0.06)",
        ("json_cors", "the 20th response of a connection is late by 0.5 s"): "if start and "
        "nth >= 20:\n    await asyncio.sleep(0.5)",
        ("hello", "Date is 30 s late"): "if start:\n    "
        "from email.utils import formatdate\n    "
        "put(b'date', formatdate(__import__('time').time() - 30, usegmt=True).encode())",
    },
    "concurrency": {
        ("sse", "a response beside another one is late by 0.5 s"): "if start and "
        "cycle.active > 1:\n    await asyncio.sleep(0.5)",
        ("hello", "a pipelined request ends its connection"): f"{LAST}"
        "cycle.keep_alive = cycle.keep_alive and not cycle.on_response.__self__.pipeline",
        ("basic_auth", "a connection of HTTP/1.0 stays open"): f"{LAST}"
        "cycle.keep_alive = cycle.keep_alive or scope['http_version'] == '1.0'",
    },
    "kept": {
        ("hello", "a response leaves a descriptor"): "if start:\n    __import__('os').dup(2)",
        ("hello", "a response leaves a thread"): "if start and number < 500:\n    "
        "threading = __import__('threading')\n    "
        "threading.Thread(target=threading.Event().wait, daemon=True).start()",
        ("hello", "a response leaves 100 kB"): "if start:\n    "
        f"{KEPT}[number] = bytearray(100_000)",
    },
}
"""By kind: the app, the name, and the lines."""
