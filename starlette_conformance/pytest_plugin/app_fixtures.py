"""The fixtures of the reference apps: a client for each app that runs on the stack."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStop, Failure
from starlette_conformance.model.extras import absent
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.browser import chromium
from starlette_conformance.process.browser import program as chromium_path
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.pytest_plugin.scenario_fixtures import Playing
from starlette_conformance.pytest_plugin.session import Judging
from starlette_conformance.replay.replays import of_clients, replay_record, to_replay
from starlette_conformance.replay.send import gone
from starlette_conformance.replay.side_by_side import raw_responses
from starlette_conformance.runs.remote_server import Remote
from starlette_conformance.runs.run_file import Run
from starlette_conformance.runs.run_reader import load
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import ledger, script, site_files, variants
from starlette_conformance.stacks.tempdirs import scratch

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Serving = Server | Remote

RESEED = 3
"""From one hash seed to the other: with 0 and 3, a set of GET and HEAD has either order."""


def signals_cut_streams(environment: Environment) -> bool:
    """Whether SIGTERM ends a stream before its next event."""
    changes = ledger().changes
    signals_seen = not changes["SIGNAL_UNHEARD"].applies_to(environment)
    return signals_seen and changes["SIGNAL_CUTS_STREAMS"].applies_to(environment)


@pytest.fixture(scope="session")
def servers(
    environment: Environment,
    judging: Judging,
    playing: Playing,  # noqa: ARG001  (what is slow is under way while apps start)
) -> Iterator[Mapping[str, Serving]]:
    """All apps that some spec needs: those of others by their addresses, and else all started side
    by side, from an interpreter for each hash seed.
    """
    needed = judging.needed[environment.name]
    chosen = {name: each for name, each in variants().items() if name in needed}
    if judging.remote:
        remote = {n: Remote(judging.remote[a.name], environment) for n, (a, _) in chosen.items()}
        with ThreadPoolExecutor(1) as pool:
            _start_reading(remote, judging, pool)
            yield remote
        return
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(1))
        forkers = {
            reseeded: stack.enter_context(
                Forker(replace(environment, hash_seed=environment.hash_seed + RESEED * reseeded))
            )
            for reseeded in {variant.reseeded for _, variant in chosen.values()}
        }
        started: dict[str, Server] = {}
        try:
            for name, (app, variant) in chosen.items():
                folder = site_fixture.lay_out(site_files(variant.site))
                forker, arguments = forkers[variant.reseeded], app.arguments(variant.interval)
                started[name] = Server(
                    script(app.name), forker.environment, folder, arguments, forker
                )
            _start_reading(started, judging, pool)
            yield started
            if judging.left[environment.name] <= 0:  # nobody interrupted it
                _replay(started, environment.server, judging.run(environment.name))
        finally:
            for name, server in started.items():
                if chosen[name][1].idle and not signals_cut_streams(environment):
                    server.kill()  # a stream that a spec left behind would hold it up
                else:
                    server.request_stop()
            faults = []
            for server in started.values():
                try:
                    server.stop_well()
                except DidNotStop as fault:
                    faults.append(str(fault))
            for forker in forkers.values():
                if left := forker.kill_left_processes():
                    who = f"apps on {forker.environment}"
                    faults.append(
                        f"{who} left processes behind, which were killed: {', '.join(left)}"
                    )
            if faults:  # pytest would put an error down to the first spec of the next stack
                judging.stayed(environment.name, "; ".join(faults))


def _replay(servers: Mapping[str, Server], adapter: Adapter, run: Run) -> None:
    """Send what `diff` sends in another way, and record the responses."""
    recorded = load(run.path)
    assert recorded, "a run that was begun has a first line"
    of_client = dict.fromkeys(of_clients(recorded.exchanges))
    requests = to_replay(recorded.exchanges, of_client, ledger())
    variants_sent = {each.variant for each in requests}
    ports = {name: server.port() for name, server in servers.items() if name in variants_sent}
    for sent, raw in raw_responses(ports, adapter, requests).items():
        if not gone(raw.response):
            run.replay(replay_record(sent, raw, sent in of_client))


def _client(name: str) -> Callable[..., Client]:
    @pytest.fixture(scope="session", name=name)
    def client(servers: dict[str, Serving], judging: Judging) -> Client:
        def record(exchange: Exchange) -> None:
            judging.run(server.environment.name).exchange(judging.spec, exchange, name)

        server = servers[name]
        return Client(
            server.app, server.environment, server.port(), server.log, record, server.host
        )

    return client


globals().update({name: _client(name) for name in variants()})


def _start_reading(
    servers: Mapping[str, Serving], judging: Judging, pool: ThreadPoolExecutor
) -> None:
    if server := servers.get("documented_sse"):
        judging.ahead[server.environment.name] = pool.submit(_read_ahead, server)


def _read_ahead(server: Serving) -> Exchange:
    """The stream at its documented pace, which takes 3 s: read while other specs are judged."""
    client = Client(
        "sse", server.environment, server.port(), server.log, lambda _: None, server.host
    )
    return client.request("GET", "/stream", chunks=2)


@pytest.fixture
def documented_stream(documented_sse: Client, judging: Judging) -> Exchange:
    """Two events of the stream as documented, 1.5 s apart."""
    stack = documented_sse.environment.name
    exchange = judging.ahead[stack].result()
    judging.run(stack).exchange(judging.spec, exchange)
    return exchange


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Headless Chromium. Without one, a spec that needs it is skipped; where CI is set, it is a
    harness error.
    """
    for extra in absent("playwright"):
        pytest.skip(f"needs {extra}")
    if chromium_path() is None:
        lacking = "no Chromium on PATH: what a browser sees was not judged"
        if os.environ.get("CI"):
            raise Failure(lacking)
        pytest.skip(lacking)
    with scratch(short=True) as folder, chromium(folder) as found:
        yield found
