"""Which specs hold a server of which only the address is known."""

import inspect
from collections import Counter
from collections.abc import Collection, Iterator
from types import CodeType, FunctionType
from typing import Any

import pytest

from starlette_conformance.stacks.project import apps as known_apps
from starlette_conformance.stacks.project import variants

OF_THE_LOG = {"log", "logged"}
"""Whoever names one of these reads what a server logs."""

OF_THE_ADDRESS = {"sse": {"sse", "documented_sse", "documented_stream", "keep"}}
"""The fixtures that an app at an address provides, where they are not just its name."""

FREE = {"browser", "environment", "judging", "request"}
"""Fixtures that need no app."""


def selected(
    items: list[pytest.Item], apps: Collection[str]
) -> tuple[list[pytest.Item], list[pytest.Item], Counter[str]]:
    """The specs that hold for these apps' addresses, the others, and of those how many why."""
    given = {name for app in apps for name in OF_THE_ADDRESS.get(app, {app})}
    kept, left, why = [], [], Counter[str]()
    for item in items:
        reason = _lacking(item, given)
        if reason:
            left.append(item)
            why[reason] += 1
        else:
            kept.append(item)
    return kept, left, why


def _lacking(item: pytest.Item, given: Collection[str]) -> str:
    """What a spec needs that an address has not, in a few words; nothing where it has all."""
    function: Any = getattr(item, "function", None)
    values = getattr(getattr(item, "callspec", None), "params", {})
    named = set(inspect.signature(function).parameters) - set(values) | {"environment"}
    needed = named - FREE - set(given)
    if _reads_the_log(function, set()):
        return "read the log"
    if not needed:
        return ""
    started = variants()
    apps = {started[name][0].name for name in needed if name in started}
    plain = needed & known_apps().keys()
    if needed == plain and not apps & {started[n][0].name for n in given if n in started}:
        return "need an app that no --url names"
    return "need an app that is started for them"


def _reads_the_log(function: FunctionType, seen: set[FunctionType]) -> bool:
    """Whether it, or a function of the specs that it calls, names the log."""
    seen.add(function)
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    called = (function.__globals__.get(name) for name in names)
    return bool(names & OF_THE_LOG) or any(
        _reads_the_log(each, seen)
        for each in map(_unwrapped, called)
        if each and each not in seen and each.__module__.startswith("specs")
    )


def _unwrapped(value: object) -> FunctionType | None:
    """The function under a context manager's or another decorator."""
    found = inspect.unwrap(value) if callable(value) else None
    return found if isinstance(found, FunctionType) else None


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
