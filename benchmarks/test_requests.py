"""What a request costs the server, app by app."""

import re
from collections.abc import Callable

from starlette_conformance.stacks.project import ROOT, script

MeasureRequest = Callable[..., None]


def test_hello(measure_request: MeasureRequest) -> None:
    measure_request("hello", 200, b"Hello Starlette !!!")


def test_json_cors(measure_request: MeasureRequest) -> None:
    body = b'{"response":"Hello Vader !!!"}'
    measure_request("json_cors", 200, body, "/user/Vader", "Origin: http://example.org\r\n")


def test_static_files(measure_request: MeasureRequest) -> None:
    measure_request("static_files", 200, (ROOT / "apps" / "html" / "index.html").read_bytes())


def test_sse_page(measure_request: MeasureRequest) -> None:
    """The page as it stands in the app's source: nothing of an app is ever imported."""
    source = script("sse").read_text("utf-8")
    page = re.search(r'^PAGE = """\\\n(.*?)"""', source, re.DOTALL | re.MULTILINE)
    assert page is not None
    measure_request("sse", 200, page[1].encode())
