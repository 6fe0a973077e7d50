"""The message of a failed spec: the request, only what differs, the stack, and how to repeat it."""

from typing import Any

from starlette_conformance.http.curl_commands import curl_command, serve_command
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment


def failure_lines(exchange: Exchange, expectation: Any, serving: str = "") -> list[str]:
    """The lines that explain why an exchange is not as expected.

    `serving` is a command that serves the app, where it is not a reference app.
    """
    environment = exchange.environment
    line = exchange.request.split(b"\r\n", 1)[0].decode("latin-1")
    lines = [f"{line}  ({exchange.app})"]
    for difference in exchange.differences(expectation):
        lines += str(difference).splitlines()
    return [
        *lines,
        f"stack: {environment}",
        f"reproduce: {serving or serve_command(exchange.app, environment)}",
        f"           {curl_command(exchange.request, *_url(environment, exchange.app))}",
    ]


def _url(environment: Environment, app: str) -> list[str]:
    """The URL of an app that somebody else serves."""
    return [environment.urls[app]] if app in environment.urls else []
