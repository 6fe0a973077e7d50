"""The verdict that an error amounts to, and what takes the place of a verdict."""

from typing import cast

import pytest

from starlette_conformance.model.errors import Failure
from starlette_conformance.process.app_server import Server


def verdict_of(error: BaseException | None) -> str:
    if error is None:
        return "pass"
    if isinstance(error, Failure):
        return error.verdict
    return "fail" if isinstance(error, AssertionError | pytest.fail.Exception) else "harness error"


def ended_by_others(item: pytest.Function) -> str:
    """A sentence on a server of the stack that somebody ended: its responses are no verdict."""
    for name, server in cast("dict[str, object]", item.funcargs.get("servers") or {}).items():
        if isinstance(server, Server) and (by := server.ended_by_others()):
            return f"{name} on {server.environment.name} was ended by {by}, from outside"
    return ""
