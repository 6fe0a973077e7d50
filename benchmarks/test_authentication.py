"""What a request costs by what it says of who sends it."""

from base64 import b64encode
from collections.abc import Callable

MeasureRequest = Callable[..., None]


def authorization(credentials: bytes) -> str:
    return f"Authorization: Basic {b64encode(credentials).decode()}\r\n"


def test_no_credentials(measure_request: MeasureRequest) -> None:
    measure_request("basic_auth", 401, b"")


def test_wrong_password(measure_request: MeasureRequest) -> None:
    wrong = authorization(b"admin:guess")
    measure_request("basic_auth", 400, b"Invalid Basic Auth Password", headers=wrong)


def test_right_password(measure_request: MeasureRequest) -> None:
    right = authorization(b"admin:s3cr3t!")
    measure_request(
        "basic_auth", 200, b'{"message":"Hello Protected Starlette !!!"}', headers=right
    )
