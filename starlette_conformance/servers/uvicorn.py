"""uvicorn."""

import re
from collections.abc import Callable, Sequence

from starlette_conformance.servers.adapter import Adapter


def _with(*options: str) -> Callable[[str, int], Sequence[str]]:
    return lambda app, port: ["uvicorn", "--port", str(port), *options, app]


ADAPTER = Adapter(
    name="uvicorn",
    command=_with(),
    ready=re.compile(r"Uvicorn running on http://127\.0\.0\.1:(\d+) "),
    header="uvicorn",
    closes_after_500=True,
    runs_scripts=True,
    parsers=("httptools", "h11"),
    loops=("uvloop", "asyncio"),
    imports=("click", "colorama", "typing-extensions"),
    settings=re.compile(r"UVICORN_\w+|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS"),
    preloaded=(
        "uvicorn",
        "uvicorn.lifespan.on",
        "uvicorn.loops.auto",
        "uvicorn.protocols.http.auto",
    ),
    starts={
        "uvicorn": _with(),
        "uvicorn --workers 2": _with("--workers", "2"),
        "uvicorn --reload": _with("--reload"),
    },
)
