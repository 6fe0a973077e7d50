"""hello: plain text at one route."""
import pytest

from harness.expect import HTTP_DATE, Response
UVICORN = {"date": HTTP_DATE, "server": "uvicorn"}

@pytest.mark.source("primer hello")
def test_greets(hello):
    assert hello.get("/") == Response(200, UVICORN | {"content-type": "text/plain; charset=utf-8", "content-length": "19"}, b"Hello Starlette !!!")

@pytest.mark.source("primer hello")
def test_greets2(hello):
    assert hello.get("/x y") == Response(200, UVICORN | {"content-type": "text/plain; charset=utf-8", "content-length": "19"}, b"Hello Starlette !!!")
