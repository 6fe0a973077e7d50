"""A folder of static files, of which the app changes one between two requests."""

import argparse
import logging
import os
import tempfile
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

FOLDER = tempfile.TemporaryDirectory(prefix="changing-")
FILE = Path(FOLDER.name) / "note.txt"


async def write(request: Request) -> Response:
    """Some words, as of some second."""
    FILE.write_text(request.path_params["words"] + "\n", "ascii")
    return await touch(request)


async def touch(request: Request) -> Response:
    seconds: int = request.path_params["seconds"]
    os.utime(FILE, (seconds, seconds))
    return PlainTextResponse("done")


async def remove(request: Request) -> Response:
    FILE.unlink()
    return PlainTextResponse("done")


app = Starlette(
    routes=[
        Route("/write/{seconds:int}/{words}", write),
        Route("/touch/{seconds:int}", touch),
        Route("/remove", remove),
        Mount("/files", StaticFiles(directory=FOLDER.name)),
    ]
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    with FOLDER:
        uvicorn.run(app, host="127.0.0.1", port=options.port)
