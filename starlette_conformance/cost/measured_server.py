"""The servers of apps on stacks whose cost is measured."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.launch import Under
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import apps, script, site_files


def measured_server(
    app: str,
    environment: Environment,
    under: Under,
    interval: float | None = None,
    forker: Forker | None = None,
) -> Server:
    """A server whose events, if it has some, come every `interval` seconds.

    It gets the same environment variables on each stack, however that was named.

    An interpreter's server has the harness's own elsewhere, and one PYTHONUNBUFFERED among them
    made 0.8 % of an event.
    """
    files = site_fixture.lay_out(site_files())
    arguments = apps()[app].arguments(interval)
    return Server(script(app), alike(environment), files, arguments, forker, under)


def alike(environment: Environment) -> Environment:
    """It, with the same variables however it was named."""
    return replace(environment, passes_variables=False)


@contextmanager
def servers_by_role(
    benchmark: Benchmark,
    stacks: Mapping[str, Environment],
    order: Iterable[str],
    under: Under,
    interval: float,
) -> Iterator[tuple[dict[str, Server], dict[str, int]]]:
    """Servers side by side, started in an order of roles, and their ports."""
    with ExitStack() as exits:
        servers = {}
        for role in order:
            servers[role] = benchmark.start(stacks[role], under, interval)
            exits.callback(servers[role].kill)
        yield servers, {role: server.port() for role, server in servers.items()}
