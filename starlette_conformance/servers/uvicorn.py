"""uvicorn."""

import re

from starlette_conformance.servers.adapter import Adapter

ADAPTER = Adapter(
    name="uvicorn",
    command=lambda app, port: ["uvicorn", "--port", str(port), app],
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
)
