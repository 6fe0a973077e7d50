"""uvicorn."""

import re
from collections.abc import Sequence

from starlette_conformance.servers.adapter import Adapter, Listens, Start


def _command(app: str, port: int | str) -> Sequence[str]:
    return ["uvicorn", "--port", str(port), app]


def _by_parent(*options: str) -> Start:
    """Before 0.21.0, a parent process does not log which port the kernel has picked."""
    return Start(lambda app, port: [*_command(app, port), *options], Listens.ON_GIVEN_PORT)


def _by_gunicorn(app: str, port: int | str) -> Sequence[str]:
    """Gunicorn 25.1.0 and later would leave a socket for its own commands in the home folder."""
    bound = ("--bind", f"127.0.0.1:{port}", "--no-control-socket")
    return ["gunicorn", "--worker-class", "uvicorn.workers.UvicornWorker", *bound, app]


LISTENS = (
    r"(?:Uvicorn running on|Listening at:) "
    r"(?:(?:http://127\.0\.0\.1:|socket \('127\.0\.0\.1', )(\d+)\)? |unix socket /)"
)

ADAPTER = Adapter(
    name="uvicorn",
    command=_command,
    ready=re.compile(LISTENS),
    header="uvicorn",
    closes_after_500=True,
    runs_scripts=True,
    parsers=("httptools", "h11"),
    loops=("uvloop", "asyncio"),
    imports=("click", "colorama", "typing-extensions", "websockets", "wsproto"),
    settings=re.compile(r"UVICORN_\w+|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS"),
    preloaded=(
        "uvicorn",
        "uvicorn.lifespan.on",
        "uvicorn.loops.auto",
        "uvicorn.protocols.http.auto",
    ),
    starts={
        "uvicorn": Start(_command),
        "uvicorn --workers 2": _by_parent("--workers", "2"),
        "uvicorn --reload": _by_parent("--reload"),
        "uvicorn --fd 0": Start(lambda app, _: ["uvicorn", "--fd", "0", app], Listens.ON_STDIN),
        "uvicorn --uds": Start(
            lambda app, path: ["uvicorn", "--uds", str(path), app], Listens.ON_PATH
        ),
        "gunicorn": Start(_by_gunicorn, package="gunicorn"),
    },
)
