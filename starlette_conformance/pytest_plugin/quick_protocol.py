"""Specs without a report of those that pass: a plugin for sessions that nobody watches.

For each item pytest makes three reports, sends them to every plugin, and looks up every fixture
anew. That takes longer than the spec. `judge` reads run files, so the sessions that it
starts report only what fails, and give a spec the fixtures that its stack's first one got. What
plugins do in a setup is left out then, so those that do something there must be off.
"""

import warnings
from collections.abc import Callable
from functools import cache
from inspect import signature
from typing import Any

import pytest

from starlette_conformance.pytest_plugin.session import JUDGING
from starlette_conformance.stacks.project import variants

ENDS = (KeyboardInterrupt, pytest.exit.Exception)
KEPT = {*variants(), "servers", "environment", "judging"}
"""The fixtures that stay as they are as long as one stack is judged."""

_kept: dict[str, dict[str, object]] = {}
"""Their values, of the stack under judgement."""


def pytest_sessionstart() -> None:
    warnings.simplefilter("error")  # once, where pytest's own plugin does it for each spec


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Function, nextitem: pytest.Item | None) -> bool:
    found = _known(item)
    judged = pytest.CallInfo.from_call(lambda: _judge(item, found), "call", ENDS)
    if judged.excinfo:
        _report(item, judged)
    else:
        item.config.stash[JUDGING].passed(item, judged.duration)
    if found is None or nextitem is None or nextitem.path != item.path:
        hook = item.ihook.pytest_runtest_teardown
        left = pytest.CallInfo.from_call(
            lambda: hook(item=item, nextitem=nextitem), "teardown", ENDS
        )
        if left.excinfo:
            _report(item, left)
    return True


def _known(item: pytest.Function) -> dict[str, object] | None:
    """The fixtures of the spec, where all of it is there already."""
    given = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    known = given | _kept.get(str(given.pop("environment", "")), {})
    lacking = set(item.fixturenames) - known.keys()
    # `environment` needs `request` too
    return known if lacking == {"request"} and not _looks_at_request(item.function) else None


@cache
def _looks_at_request(spec: Callable[..., object]) -> bool:
    return "request" in signature(spec).parameters or hasattr(spec, "hypothesis")


def _judge(item: pytest.Function, known: dict[str, object] | None) -> None:
    if known is not None:
        item.funcargs = known
        item.config.stash[JUDGING].spec = item.nodeid
        item.runtest()
        return
    item.ihook.pytest_runtest_setup(item=item)
    _keep(item)
    item.ihook.pytest_runtest_call(item=item)


def _keep(item: pytest.Function) -> None:
    if "environment" in item.fixturenames:
        stack = str(item.callspec.params["environment"])
        values = _kept.get(stack, {})
        _kept.clear()
        _kept[stack] = values | {n: v for n, v in item.funcargs.items() if n in KEPT}


def _report(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    if call.excinfo:
        keep_lines(call.excinfo)
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    item.ihook.pytest_runtest_logreport(report=report)


def keep_lines(failure: pytest.ExceptionInfo[BaseException]) -> None:
    """Leave out of a traceback where no line is known: pytest cannot show that, and the session
    would end. A timeout may interrupt such code.
    """
    failure.traceback = failure.traceback.filter(_has_line)


def _has_line(entry: Any) -> bool:
    try:
        return entry.lineno is not None
    except TypeError:  # pytest counts from 0, and subtracts from what is None
        return False
