"""An app that does not keep to ASGI: by its path, it sends too little, too much, or otherwise."""

import argparse
import logging
from typing import Any

import uvicorn

START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"3")],
}
PART = {"type": "http.response.body", "body": b"one", "more_body": True}
BODY = {"type": "http.response.body", "body": b"one"}
MESSAGES: dict[str, list[Any]] = {
    "/value": [START, BODY],
    "/nothing": [],
    "/no-end": [START, PART],
    "/no-body": [START],
    "/no-start": [BODY],
    "/two-starts": [START, START],
    "/too-much": [START, BODY, BODY],
}


async def app(scope: Any, receive: Any, send: Any) -> Any:
    if scope["type"] == "lifespan":
        raise NotImplementedError
    for message in MESSAGES[scope["path"]]:
        await send(message)
    return "a value" if scope["path"] == "/value" else None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=options.port)
