"""The apps of several stacks, run side by side as variants: their servers and ports."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import script, site_files, variants

INTERVAL = 0.1
"""Seconds between two events: far enough apart to see what comes first."""


@contextmanager
def running(
    environments: Sequence[Environment], names: Sequence[Collection[str]]
) -> Iterator[list[dict[str, int]]]:
    """The apps of each stack, started side by side, and their ports; `names` are those that are
    wanted of each. Raises DidNotStart.
    """
    with ExitStack() as stack:
        servers: list[dict[str, Server]] = []
        for environment, wanted in zip(environments, names, strict=True):
            servers.append({})
            if wanted:
                forker = stack.enter_context(Forker(environment))
                servers[-1] = {name: _started(name, environment, forker) for name in wanted}
            for server in servers[-1].values():
                stack.callback(server.kill)
        yield [{s: server.port() for s, server in each.items()} for each in servers]


def _started(variant: str, environment: Environment, forker: Forker) -> Server:
    app, settings = variants()[variant]
    folder = site_fixture.lay_out(site_files(settings.site))
    arguments = app.arguments(own_pace(variant) or INTERVAL)
    return Server(script(app.name), environment, folder, arguments, forker)


def own_pace(variant: str) -> float | None:
    """The seconds between two events of a variant that is idle."""
    _, settings = variants()[variant]
    return settings.interval if settings.idle else None
