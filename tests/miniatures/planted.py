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


def with_defects(interpreter: Path, folder: Path) -> Path:
    """The interpreter of a copy, in `folder`, of an environment, with all of DEFECTS."""
    python = copied(interpreter, folder)
    for defect in DEFECTS.values():
        replace_text(folder, *defect)
    return python
