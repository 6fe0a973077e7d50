"""The app `basic_auth` without its middleware: its response to the right credentials, for all."""

import argparse
import logging

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def unprotected(request: Request) -> Response:
    logging.info("Received request: %s", request.method)
    return JSONResponse({"message": "Hello Protected Starlette !!!"})


app = Starlette(routes=[Route("/", unprotected)])

if __name__ == "__main__":
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    logging.info("Starting server...")
    uvicorn.run(app, host="127.0.0.1", port=options.port)
