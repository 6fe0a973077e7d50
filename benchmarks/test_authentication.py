"""What a request costs by what it says of who sends it."""

from base64 import b64encode
from collections.abc import Callable

Asks = Callable[..., None]


def authorization(credentials: bytes) -> str:
    return f"Authorization: Basic {b64encode(credentials).decode()}\r\n"


def test_no_credentials(asks: Asks) -> None:
    asks("basic_auth", 401, b"")


def test_wrong_password(asks: Asks) -> None:
    wrong = authorization(b"admin:guess")
    asks("basic_auth", 400, b"Invalid Basic Auth Password", headers=wrong)


def test_right_password(asks: Asks) -> None:
    right = authorization(b"admin:s3cr3t!")
    asks("basic_auth", 200, b'{"message":"Hello Protected Starlette !!!"}', headers=right)
