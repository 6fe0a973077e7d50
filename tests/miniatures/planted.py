"""Copies of an environment in which what is installed has a defect that clients see."""

from pathlib import Path

from starlette_conformance.stacks.patched_copies import copied, replace_text

START = """        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )

        async for data in self.body_iterator:
"""
LATE_START = """        started = None
        async for data in self.body_iterator:
            if started is None:
                started = {"type": "http.response.start", "status": self.status_code}
                await send(started | {"headers": self.raw_headers})
"""

VARY = """        else:
            headers["Vary"] = ", ".join([*headers.getlist("Vary"), "Origin"])
"""
READ = "                    more_body = len(chunk) == self.chunk_size\n"
UNSENT = """                    if not more_body and int(self.headers["content-length"]) > 65536:
                        return
"""

DEFECTS = {
    "drops a header": (
        "starlette/middleware/cors.py",
        VARY,
        "        else:\n            pass\n",
    ),
    "adds a header": (
        "starlette/staticfiles.py",
        'headers={"Allow": "GET, HEAD"}',
        'headers={"Allow": "GET, HEAD", "X-Extra": "<b>"}',
    ),
    "changes a status": (
        "starlette/routing.py",
        "raise HTTPException(status_code=405, headers=headers)",
        "raise HTTPException(status_code=404, headers=headers)",
    ),
    "holds back the head of a stream": ("sse_starlette/sse.py", START, LATE_START),
    "loses the last chunk": (
        "starlette/responses.py",
        READ,
        f"{READ}{UNSENT}",
    ),
}
"""By what it does: the file, what stands there, and what is put in its place."""

RENDER = """    def render(self, content: Any) -> bytes:
        return json.dumps("""
COUNTED = """    rendered = 0

    def render(self, content: Any) -> bytes:
        JSONResponse.rendered += 1
        if JSONResponse.rendered % 50 == 0:
            return b'"wrong"'
        return json.dumps("""
SCOPE = """        scope["app"] = self
"""
MANY = """        self.served = getattr(self, "served", 0) + 1
        if self.served > 1000:
            scope["path"] = "/wrong"
"""
BEGIN = "        async for data in self.body_iterator:\n            try:\n"
FIFTH = """        streams = EventSourceResponse.__dict__.get("streams", 0) + 1
        EventSourceResponse.streams = streams
        try:
            if streams > 4:
                await self.body_iterator.__anext__()
            await self._stream_all(send)
        finally:
            EventSourceResponse.streams -= 1

    async def _stream_all(self, send: Send) -> None:
"""

NOW_AND_THEN = {
    "every 50th body": (
        "starlette/responses.py",
        RENDER,
        COUNTED,
    ),
    "after 1,000 requests": ("starlette/applications.py", SCOPE, SCOPE + MANY),
    "the fifth stream at once": ("sse_starlette/sse.py", BEGIN, FIFTH + BEGIN),
}
"""Defects that no response shows by itself, in the same form."""


def with_defect(interpreter: Path, folder: Path, defect: tuple[str, str, str]) -> Path:
    """The interpreter of a copy, in `folder`, of an environment, with one defect."""
    python = copied(interpreter, folder)
    replace_text(folder, *defect)
    return python


def with_defects(interpreter: Path, folder: Path) -> Path:
    """The interpreter of a copy, in `folder`, of an environment, with all of DEFECTS."""
    python = copied(interpreter, folder)
    for defect in DEFECTS.values():
        replace_text(folder, *defect)
    return python
