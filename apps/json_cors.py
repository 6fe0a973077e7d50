"""JSON from a path parameter, readable from every origin."""

import argparse
import logging

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


async def hello(request: Request) -> PlainTextResponse:
    logging.info("Received request: %s on %s", request.method, request.url.path)
    return PlainTextResponse("Hello Starlette !!!")


async def user(request: Request) -> JSONResponse:
    logging.info("Received request: %s on %s", request.method, request.url.path)
    return JSONResponse({"response": f"Hello {request.path_params['name']} !!!"})


app = Starlette(
    routes=[Route("/", hello), Route("/user/{name}", user)],
    middleware=[Middleware(CORSMiddleware, allow_origins=["*"])],
)

if __name__ == "__main__":
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    logging.info("Starting server...")
    uvicorn.run(app, host="127.0.0.1", port=options.port)
