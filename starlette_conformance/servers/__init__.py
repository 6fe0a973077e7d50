"""The ASGI servers that a stack can name: one module each, which defines ADAPTER.

They are the lowest floor: what an environment is depends on which parser its server takes.
"""

import importlib
import pkgutil
from collections.abc import Collection, Sequence

from starlette_conformance.servers.adapter import Adapter


def _adapters() -> dict[str, Adapter]:
    modules = sorted(each.name for each in pkgutil.iter_modules(__path__))
    found = [
        importlib.import_module(f"{__name__}.{name}").ADAPTER
        for name in modules
        if name != "adapter"
    ]
    return {adapter.name: adapter for adapter in found}


ADAPTERS = _adapters()
DEFAULT = ADAPTERS["uvicorn"]

UNKNOWN = {"daphne", "granian", "hypercorn", "nonecorn"} - ADAPTERS.keys()
"""Servers without an adapter: a stack that holds one would run another one under its name."""


def of(packages: Collection[str]) -> Adapter:
    """The server that a stack with these packages runs: uvicorn, or the other one that it holds."""
    others = (adapter for name, adapter in ADAPTERS.items() if name in packages)
    return next((adapter for adapter in others if adapter is not DEFAULT), DEFAULT)


def another(server: Adapter, lines: Sequence[str]) -> str:
    """The server that a log says listens, where it is not this one; empty where it is."""
    others = ADAPTERS.values() if not server.listens(lines) else ()
    return next((each.name for each in others if each.listens(lines)), "")
