"""What this process knows of the run that is under way."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any

from locust.env import Environment
from locust.runners import MasterRunner, Runner, WorkerRunner

from _fanout import Fanout
from _metrics import Metrics
from _profiles import PROFILES, Profile
from _raw import Raw
from _schedule import NullRequests, Schedule, turn
from _servers import Loaded
from starlette_conformance.load.cpu_clocks import Stopwatch
from starlette_conformance.load.results_file import Results

if TYPE_CHECKING:  # which imports this module
    from _stops import Restarting

STREAMS = "SseUser"
"""The User class that subscribes; all others send requests."""

SIDES = ("OLD", "NEW")
"""Of two stacks."""


class Run:
    environment: Environment

    def __init__(self) -> None:
        self.servers: dict[str, Loaded] = {}
        self.crashed: list[str] = []
        self.stopping = False
        self.interrupted = 0
        self.codes: list[int] = []
        self.clear()

    def clear(self) -> None:
        """A new test begins; the servers stay."""
        self.metrics = Metrics()
        self.of_workers: dict[str, dict[str, Any]] = {}
        self.reported: set[str] = set()
        self.windows = 0
        self.spawned = 0
        self.notes: list[str] = []
        self.faults: list[str] = []
        self.fanout: Fanout | None = None
        self.raw: Raw | None = None
        self.restarting: Restarting | None = None
        self.schedules: set[Schedule] = set()
        self.nulls: NullRequests | None = None
        self.null: Loaded | None = None
        self.window_began = 0.0
        self.results: Results | None = None
        self.watch = Stopwatch(os.getpid())

    @property
    def under_way(self) -> bool:
        return self.fanout is not None or bool(self.metrics.counts)

    @property
    def runner(self) -> Runner:
        assert self.environment.runner is not None
        return self.environment.runner

    @property
    def options(self) -> argparse.Namespace:
        options = self.environment.parsed_options
        assert isinstance(options, argparse.Namespace)
        return options

    @property
    def profile(self) -> Profile:
        return PROFILES[self.options.sse_profile]

    @property
    def stacks(self) -> list[str]:
        return self.options.stack or ["latest"]

    def keys(self, name: str) -> list[str]:
        """What a User class's figures are kept by: its name, and with two stacks its side."""
        return [f"{name} {side}" for side in SIDES] if len(self.stacks) > 1 else [name]

    def key(self, name: str) -> str:
        """By which its figures are kept now."""
        return self.keys(name)[turn(len(self.stacks))]

    @property
    def leads(self) -> bool:
        """Whether this is where the servers are started and the verdict is given."""
        return not isinstance(self.environment.runner, WorkerRunner)

    @property
    def generates(self) -> bool:
        return not isinstance(self.environment.runner, MasterRunner)

    @property
    def has_streams(self) -> bool:
        return any(each.__name__ == STREAMS for each in self.environment.user_classes)

    @property
    def names(self) -> list[str]:
        """The User classes that send requests, those of an app together."""
        plain = [each for each in self.environment.user_classes if each.__name__ != STREAMS]
        plain.sort(key=lambda each: (str(vars(each)["app"]), each.__name__))
        return [each.__name__ for each in plain]

    @property
    def wanted(self) -> int:
        """The subscribers that all generators have together."""
        return int(self.runner.target_user_classes_count.get(STREAMS, 0))

    @property
    def workers(self) -> int:
        found = self.environment.runner
        return len(found.clients.all) if isinstance(found, MasterRunner) else 0

    @property
    def connections(self) -> int:
        """Those of the busiest process, which is the server, where it is started here."""
        users = int(self.options.num_users or 1)
        if self.environment.host:
            return -(-users // max(1, int(self.options.expect_workers)))
        return users

    def use(self, hosts: dict[str, str]) -> None:
        """Let each User class load its own server."""
        for each in self.environment.user_classes:
            key = self.keys(each.__name__)[0]
            if key in hosts:
                each.host = hosts[key]

    def entered(self) -> Metrics:
        """The metrics of this process, or those of all workers together."""
        if self.generates:
            return self.metrics
        return Metrics.merged(self.of_workers.values())


run = Run()
