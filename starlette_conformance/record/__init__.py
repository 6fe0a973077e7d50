"""Requests for `diff --app`, from a browser or from a test suite, as a HAR.

`starlette-conformance record` is a proxy in front of an app. In a test suite one line does it:

    app.add_middleware(Recorder, path="tests.har")            # Starlette, FastAPI: in conftest.py
    client = TestClient(Recorder(app, path="tests.har"))      # any other ASGI app

This package imports nothing but the standard library until the proxy runs.
"""

from starlette_conformance.record.middleware import Recorder

__all__ = ["Recorder"]
