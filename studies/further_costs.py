"""Planted regressions that no reference app shows, each with the figure that must be red."""

from starlette_conformance.stacks.patched_copies import Defect

APP = ("starlette/applications.py", '        scope["app"] = self\n')
HEADERS = ("starlette/requests.py", '            cookie_header = self.headers.get("cookie")\n')
BODY = ("starlette/requests.py", "                chunks.append(chunk)\n")
CONNECTION = (
    "uvicorn/protocols/http/httptools_impl.py",
    "        self.server = get_local_addr(transport)\n",
)
ON_HEADER = (
    "    def on_header(self, name: bytes, value: bytes) -> None:\n        name = name.lower()\n"
)
HEADER = ("uvicorn/protocols/http/httptools_impl.py", ON_HEADER)
EVENT = ("sse_starlette/sse.py", "            chunk = ensure_bytes(data, self.sep)\n")


def _after(
    name: str, benchmark: str, what: str, place: tuple[str, str], text: str
) -> tuple[Defect, str]:
    """Some lines behind a line, and the figure that must be red."""
    file, line = place
    return Defect(name, benchmark, file, line, line + text), what


def _crowd(clients: int, kind: str) -> str:
    return f"seconds until {clients} clients have responses of {kind}"


FURTHER = (
    (
        Defect(
            "a file is read by 4 KiB",
            "file_1mib",
            "starlette/responses.py",
            "    chunk_size = 64 * 1024\n",
            "    chunk_size = 4 * 1024\n",
        ),
        "instructions",
    ),
    (
        Defect(
            "MD5 of the whole file for its ETag",
            "file_1mib",
            "starlette/responses.py",
            '        etag_base = str(stat_result.st_mtime) + "-" + str(stat_result.st_size)\n',
            '        __import__("hashlib").md5(open(self.path, "rb").read())\n'
            '        etag_base = str(stat_result.st_mtime) + "-" + str(stat_result.st_size)\n',
        ),
        "instructions",
    ),
    _after(
        "each header is looked for among all",
        "headers_60",
        "instructions",
        HEADERS,
        "            for name in self.headers.keys():\n                self.headers.get(name)\n",
    ),
    (
        Defect(
            "the cookie is parsed twice",
            "headers_60",
            "starlette/requests.py",
            "                cookies = cookie_parser(cookie_header)\n",
            "                cookie_parser(cookie_header)\n"
            "                cookies = cookie_parser(cookie_header)\n",
        ),
        "instructions",
    ),
    _after(
        "names of headers are compared with all before",
        "headers_60",
        "instructions",
        HEADER,
        "        any(each == name for each, _ in self.headers)\n",
    ),
    _after(
        "a body is joined by 1 KiB",
        "upload_100k",
        "instructions",
        BODY,
        '                body = b"".join(chunks)\n'
        "                for n in range(0, len(chunk), 1024):\n"
        "                    body = body + chunk[n : n + 1024]\n",
    ),
    (
        Defect(
            "JSON is parsed twice",
            "upload_100k",
            "starlette/requests.py",
            "            self._json = json.loads(body)\n",
            "            json.loads(body)\n            self._json = json.loads(body)\n",
        ),
        "instructions",
    ),
    _after(
        "a sleep of 2 ms a part of an upload",
        "upload_100k",
        "syscalls",
        BODY,
        '                __import__("time").sleep(0.002)\n',
    ),
    (
        Defect(
            "a part is sent in two",
            "parts",
            "starlette/responses.py",
            '"body": chunk, "more_body": True})\n\n        await send(',
            '"body": chunk[:1], "more_body": True})\n'
            '            await send({"type": "http.response.body", "body": chunk[1:],'
            ' "more_body": True})\n\n        await send(',
        ),
        "syscalls",
    ),
    _after(
        "an event is made twice",
        "events",
        "instructions",
        EVENT,
        "            ensure_bytes(data, self.sep)\n",
    ),
    (
        Defect(
            "an event is sent in two segments",
            "events",
            "sse_starlette/sse.py",
            '                    {"type": "http.response.body", "body": chunk, "more_body":'
            " True}\n",
            '                    {"type": "http.response.body", "body": chunk[:1],'
            ' "more_body": True}\n'
            "                )\n"
            "                await send(\n"
            '                    {"type": "http.response.body", "body": chunk[1:],'
            ' "more_body": True}\n',
        ),
        "syscalls",
    ),
    (
        Defect(
            "a regex is compiled for each origin",
            "middlewares",
            "starlette/middleware/cors.py",
            "        if self.allow_all_origins:\n            return True\n\n        if"
            " self.allow_origin_regex",
            "        if self.allow_all_origins:\n            return True\n\n"
            '        __import__("re").compile(f"{origin}.*{id(self)}", 64).fullmatch(origin)\n'
            '        __import__("re").purge()\n'
            "        if self.allow_origin_regex",
        ),
        "instructions",
    ),
    _after(
        "a copy of the scope",
        "middlewares",
        "instructions",
        APP,
        '        __import__("copy").deepcopy(scope["headers"])\n',
    ),
    _after(
        "garbage is collected at each request",
        "middlewares",
        "instructions",
        APP,
        '        __import__("gc").collect()\n',
    ),
    _after(
        "a line of log at each request",
        "middlewares",
        "syscalls",
        APP,
        '        __import__("logging").warning("a request")\n',
    ),
    _after(
        "fsync at each request",
        "middlewares",
        "syscalls",
        APP,
        "        import os, tempfile\n        with tempfile.TemporaryFile() as f:\n         "
        "   os.fsync(f)\n",
    ),
    _after(
        "the name of the host is looked up",
        "middlewares",
        "syscalls",
        APP,
        '        __import__("socket").getfqdn("localhost")\n',
    ),
    _after(
        "one more turn of the event loop",
        "middlewares",
        "syscalls",
        APP,
        '        await __import__("asyncio").sleep(0)\n',
    ),
    _after(
        "20 exceptions that nobody sees",
        "middlewares",
        "instructions",
        APP,
        "        for n in range(20):\n            try:\n                raise KeyError(n)\n"
        "            except KeyError:\n                pass\n",
    ),
    _after(
        "a thread at each request",
        "middlewares",
        "syscalls",
        APP,
        '        __import__("threading").Thread(target=int).start()\n',
    ),
    _after(
        "a cache that grows with paths",
        "no_two_alike",
        "blocks left",
        APP,
        '        Starlette.paths = vars(Starlette).get("paths") or {}\n'
        '        Starlette.paths[scope["path"]] = [scope["path"]]\n',
    ),
    _after(
        "a cache that grows with names of headers",
        "no_two_alike",
        "blocks left",
        HEADER,
        '        HttpToolsProtocol.names = vars(HttpToolsProtocol).get("names") or {}\n'
        "        HttpToolsProtocol.names[name] = (name,)\n",
    ),
    (
        Defect(
            "a cache that grows with origins",
            "no_two_alike",
            "starlette/middleware/cors.py",
            "    def is_allowed_origin(self, origin: str) -> bool:\n",
            '    @__import__("functools").lru_cache(maxsize=None)\n'
            "    def is_allowed_origin(self, origin: str) -> bool:\n",
        ),
        "blocks left",
    ),
    _after(
        "a list that grows with connections",
        "new_connection",
        "blocks left",
        CONNECTION,
        '        kept = vars(HttpToolsProtocol).get("kept")\n'
        "        HttpToolsProtocol.kept = (kept, [], {})\n",
    ),
    _after(
        "16 KiB left by a connection",
        "new_connection",
        "bytes left",
        CONNECTION,
        '        HttpToolsProtocol.kept = vars(HttpToolsProtocol).get("kept") or []\n'
        "        HttpToolsProtocol.kept.append(bytearray(16384))\n",
    ),
    _after(
        "a descriptor left by a connection",
        "new_connection",
        "descriptors left",
        CONNECTION,
        '        __import__("os").dup(1)\n',
    ),
    _after(
        "a task left by a connection",
        "new_connection",
        "tasks left",
        CONNECTION,
        '        HttpToolsProtocol.kept = vars(HttpToolsProtocol).get("kept") or []\n'
        "        HttpToolsProtocol.kept.append(\n"
        "            asyncio.ensure_future(asyncio.Event().wait(), loop=self.loop)\n"
        "        )\n",
    ),
    _after(
        "two more options of each socket",
        "new_connection",
        "syscalls",
        CONNECTION,
        "        for _ in range(2):\n           "
        ' transport.get_extra_info("socket").setsockopt(6, 1, 1)\n',
    ),
    (
        Defect(
            "a lock around all requests",
            "at_once",
            "starlette/applications.py",
            "        await self.middleware_stack(scope, receive, send)\n",
            '        if scope["type"] != "http":\n'
            "            return await self.middleware_stack(scope, receive, send)\n"
            '        Starlette.lock = vars(Starlette).get("lock") or __import__("asyncio").Lock()\n'
            "        async with Starlette.lock:\n"
            "            await self.middleware_stack(scope, receive, send)\n",
        ),
        _crowd(64, "async handlers"),
    ),
    (
        Defect(
            "one thread for all handlers",
            "at_once",
            "starlette/concurrency.py",
            "    return await anyio.to_thread.run_sync(func)\n",
            "    limiter = run_in_threadpool.__dict__.setdefault(\n"
            '        "limiter", anyio.CapacityLimiter(1)\n    )\n'
            "    return await anyio.to_thread.run_sync(func, limiter=limiter)\n",
        ),
        _crowd(64, "handlers in threads"),
    ),
    (
        Defect(
            "a lock around all streams",
            "at_once",
            "sse_starlette/sse.py",
            "        async for data in self.body_iterator:\n            chunk ="
            " ensure_bytes(data, self.sep)\n",
            '        lock = vars(EventSourceResponse).get("lock") or anyio.Lock()\n'
            "        EventSourceResponse.lock = lock\n"
            "        async with lock:\n"
            "            some = [each async for each in self.body_iterator]\n"
            "        for data in some:\n"
            "            chunk = ensure_bytes(data, self.sep)\n",
        ),
        _crowd(64, "streams"),
    ),
    (
        Defect(
            "a queue of one connection",
            "at_once",
            "uvicorn/config.py",
            "        self.backlog = backlog\n",
            "        self.backlog = 1\n",
        ),
        "seconds until 64 clients that connect at once have responses",
    ),
    (
        Defect(
            "a sleep of two seconds at import",
            "at_once",
            "starlette/applications.py",
            "class Starlette:\n",
            '__import__("time").sleep(2)\n\n\nclass Starlette:\n',
        ),
        "start waiting seconds",
    ),
    (
        Defect(
            "a heavy module is imported",
            "at_once",
            "starlette/applications.py",
            "class Starlette:\n",
            "import unittest.mock, xml.dom.minidom, xmlrpc.client, sqlite3  #"
            " noqa\n\n\nclass Starlette:\n",
        ),
        "modules imported",
    ),
    (
        Defect(
            "a worker of several sleeps 80 ms a request",
            "starts",
            "uvicorn/protocols/http/httptools_impl.py",
            ON_HEADER,
            ON_HEADER
            + '        if name == b"host" and __import__("multiprocessing").parent_process():\n'
            '            __import__("time").sleep(0.08)\n',
        ),
        "seconds of a response, uvicorn --workers 2",
    ),
)
