"""Planted regressions: copies of an environment with one exact change of an installed package."""

from starlette_conformance.stacks.patched_copies import Defect
from studies.further_costs import FURTHER

_OF_REFERENCE_APPS = (
    Defect(
        "one more header lookup in the auth middleware",
        "basic_auth_right",
        "starlette/middleware/authentication.py",
        "        conn = HTTPConnection(scope)\n",
        '        conn = HTTPConnection(scope)\n        conn.headers.get("authorization")\n',
    ),
    Defect(
        "one more await per event",
        "sse",
        "sse_starlette/sse.py",
        "            chunk = ensure_bytes(data, self.sep)\n",
        "            chunk = ensure_bytes(data, self.sep)\n            await anyio.sleep(0)\n",
    ),
    Defect(
        "2 % more work per request",
        "hello",
        "starlette/applications.py",
        '        scope["app"] = self\n',
        '        scope["app"] = self\n        for _ in range(100):\n            pass\n',
    ),
    Defect(
        "200 bytes leaked per request",
        "hello",
        "starlette/applications.py",
        "        await self.middleware_stack(scope, receive, send)\n",
        "        self.user_middleware.append(bytes(159))  # 192 bytes, and 8 for its place\n"
        "        await self.middleware_stack(scope, receive, send)\n",
    ),
    Defect(
        "TCP_NODELAY off",
        "hello",
        "uvicorn/protocols/http/httptools_impl.py",
        "        self.server = get_local_addr(transport)\n",
        "        self.server = get_local_addr(transport)\n"
        '        transport.get_extra_info("socket").setsockopt(6, 1, 0)\n',
    ),
    Defect(
        "a sleep of 2 ms a request",
        "hello",
        "starlette/applications.py",
        '        scope["app"] = self\n',
        '        scope["app"] = self\n        __import__("time").sleep(0.002)\n',
    ),
    Defect(
        "the body is sent in two segments",
        "hello",
        "uvicorn/protocols/http/httptools_impl.py",
        "                self.transport.write(body)\n",
        "                self.transport.write(body[:1])\n"
        "                self.transport.write(body[1:])\n",
    ),
    Defect(
        "a thread hop a request",
        "hello",
        "starlette/applications.py",
        '        scope["app"] = self\n',
        '        scope["app"] = self\n        await __import__("anyio").to_thread.run_sync(int)\n',
    ),
    Defect(
        "one more look at a file",
        "static_files",
        "starlette/staticfiles.py",
        "                return full_path, os.stat(full_path)\n",
        "                os.stat(full_path)\n"
        "                return full_path, os.stat(full_path)\n",
    ),
    Defect(
        "a sleep of 1 ms an event",
        "sse",
        "sse_starlette/sse.py",
        "            chunk = ensure_bytes(data, self.sep)\n",
        "            chunk = ensure_bytes(data, self.sep)\n"
        '            __import__("time").sleep(0.001)\n',
    ),
    Defect(
        "a scan of all streams an event",
        "sse",
        "sse_starlette/sse.py",
        "            chunk = ensure_bytes(data, self.sep)\n",
        "            chunk = ensure_bytes(data, self.sep)\n"
        '            streams = vars(EventSourceResponse).get("streams") or set()\n'
        "            EventSourceResponse.streams = streams\n"
        "            streams.add(self)\n"
        "            sum(1 for each in streams if each.status_code == 200)\n",
    ),
    Defect(
        "a descriptor left by a stream",
        "sse",
        "sse_starlette/sse.py",
        "            chunk = ensure_bytes(data, self.sep)\n",
        "            chunk = ensure_bytes(data, self.sep)\n"
        '            self.left = vars(self).get("left") or __import__("os").dup(1)\n',
    ),
    Defect(
        "a task left by a stream",
        "sse",
        "sse_starlette/sse.py",
        "            chunk = ensure_bytes(data, self.sep)\n",
        "            chunk = ensure_bytes(data, self.sep)\n"
        '            if not vars(self).get("left"):\n'
        '                asyncio = __import__("asyncio")\n'
        "                self.left = asyncio.ensure_future(asyncio.Event().wait())\n"
        '                kept = vars(EventSourceResponse).get("kept")\n'
        "                EventSourceResponse.kept = (kept, self.left)\n",
    ),
    Defect(
        "half a second of CPU at import",
        "hello",
        "starlette/applications.py",
        "class Starlette:\n",
        "for _ in range(15_000_000):\n    pass\n\n\nclass Starlette:\n",
    ),
)
PLANTS = (*_OF_REFERENCE_APPS, *(defect for defect, _ in FURTHER))
REASONS = {
    "200 bytes leaked per request": "bytes left",
    "TCP_NODELAY off": "waiting seconds",
    "a sleep of 2 ms a request": "waiting seconds",
    "the body is sent in two segments": "syscalls",
    "a thread hop a request": "syscalls",
    "one more look at a file": "syscalls",
    "a sleep of 1 ms an event": "p99 late seconds with many streams",
    "a scan of all streams an event": "CPU seconds with many streams",
    "a descriptor left by a stream": "descriptors left",
    "a task left by a stream": "tasks left",
    "half a second of CPU at import": "start seconds",
    **{defect.name: what for defect, what in FURTHER},
}
"""The figure that must be red; of all others, instructions."""
QUICK = (
    "one more header lookup in the auth middleware",
    "a sleep of 2 ms a request",
    "a task left by a connection",
)
"""For CI: of each way to measure one that does not mind a busy neighbour, as many streams do."""
