"""HTTP Basic auth through a backend of its own.

Any user name is let in with the right password: a weakness of the documented app, kept as it is.
"""

import argparse
import base64
import binascii
import logging
from typing import Optional, Tuple

from starlette.applications import Starlette
from starlette.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationError,
    SimpleUser,
)
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PASSWORD = "s3cr3t!"


class BasicAuthBackend(AuthenticationBackend):
    async def authenticate(
        self, conn: HTTPConnection
    ) -> Optional[Tuple[AuthCredentials, SimpleUser]]:
        if "Authorization" not in conn.headers:
            return None
        scheme, *credentials = conn.headers["Authorization"].split() or [""]
        if scheme.lower() != "basic":
            return None
        try:
            (encoded,) = credentials
            decoded = base64.b64decode(encoded).decode("ascii")
        except (ValueError, UnicodeDecodeError, binascii.Error):
            raise AuthenticationError("Invalid Basic Auth") from None
        name, _, password = decoded.partition(":")
        if not name or not password:
            raise AuthenticationError("Invalid Basic Auth Credentials")
        if password != PASSWORD:
            raise AuthenticationError("Invalid Basic Auth Password")
        return AuthCredentials(["authenticated"]), SimpleUser(name)


async def protected(request: Request) -> Response:
    logging.info("Received request: %s", request.method)
    if not request.user.is_authenticated:
        return Response(status_code=401, headers={"WWW-Authenticate": "Basic"})
    return JSONResponse({"message": "Hello Protected Starlette !!!"})


app = Starlette(
    routes=[Route("/", protected)],
    middleware=[Middleware(AuthenticationMiddleware, backend=BasicAuthBackend())],
)

if __name__ == "__main__":
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    logging.info("Starting server...")
    uvicorn.run(app, host="127.0.0.1", port=options.port)
