"""Planted regressions: copies of an environment with one exact change of an installed package."""

from starlette_conformance.stacks.patched_copies import Defect

PLANTS = (
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
)
