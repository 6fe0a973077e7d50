"""A scenario: what clients and signals do to one server, step by step, and what is seen of it.

It is plain data; `steps.py` has its steps, and `observations.py` what is seen.
`starlette_conformance/scenarios/` plays it on a stack. The scenarios themselves, each with the
outcome that it has on every stack, stand in `specs/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.observations import (
    ExitStatus,
    Kept,
    LogLines,
    Observation,
    Printed,
)
from starlette_conformance.model.steps import Signal, SignalBeside, Step


@dataclass(frozen=True, eq=False)
class Scenario:
    """What is done to a server, and what is expected of it: `expected` says what is observed.

    `name` is unique, and finishes the sentence "the server, where ...". `variant` is the app, or a
    variant of it; `interval` the seconds between two events of its stream, where others are wanted.
    `start` is how it is started, as the server's adapter calls it, where not by its own script.
    Where `taken`, it cannot listen where it is to: somebody else has the port, a file the name of
    the Unix socket, or what it inherits is no socket. Where the app is `missing`, no module has the
    name that it is to import. One that is `alone` has a server of its own, whose log it sees from
    the start on. `slow` says that it takes more than a second or two, and `seconds` is how long a
    connection may last. Two stacks are compared `by_change`: only where one lies between that it
    shows. One that is `paced` is played again where `interval` was half as long again: on its
    stream something comes each time.
    `script` is a file of the project that is run in the place of the app's own script, around that
    app or another one; `options` are added to its command, or to that which `start` names. `needs`
    are requirements, such as `starlette>=0.15`: of a stack with none of them nothing is promised.
    """

    name: str
    variant: str
    steps: tuple[Step, ...]
    expected: Mapping[Observation, Any]
    interval: float | None = None
    start: str = ""
    taken: bool = False
    missing: bool = False
    by_change: bool = False
    alone: bool = False
    slow: bool = False
    seconds: float = 10.0
    paced: bool = False
    script: str = ""
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def suits(self, environment: Environment) -> bool:
        """Whether a stack has one of what it needs."""
        return not self.needs or any(map(environment.satisfies, self.needs))

    @property
    def comes_up(self) -> bool:
        """Whether its server is to listen at all."""
        return not (self.taken or self.missing)

    @property
    def ends_its_server(self) -> bool:
        """Whether its server is not to run on."""
        signals = any(isinstance(step, Signal | SignalBeside) for step in self.steps)
        return signals or self.taken or any(isinstance(o, ExitStatus) for o in self.expected)

    @property
    def prints_apart(self) -> bool:
        """Whether it looks at standard output without standard error."""
        return any(isinstance(observation, Printed) for observation in self.expected)

    @property
    def has_own_server(self) -> bool:
        own = self.alone or bool(self.start) or self.prints_apart
        return own or self.ends_its_server or self.is_probe

    @property
    def is_apart(self) -> bool:
        """Whether most stacks and servers do not show what it shows, or are not made to."""
        return bool(self.needs) or (self.is_probe and self.slow)

    @property
    def counts(self) -> bool:
        """Whether its server is to say what it keeps."""
        return any(isinstance(observation, Kept) for observation in self.expected)

    @property
    def is_probe(self) -> bool:
        """Whether no reference app runs as usual."""
        return self.counts or bool(self.script)

    @property
    def waits_for_change(self) -> bool:
        """Whether two stacks are compared by it only where a change lies between that it shows."""
        return self.by_change or (self.is_probe and self.slow)

    @property
    def sends_to_apps(self) -> bool:
        """Whether a reference app of any stack gets its requests, as it usually runs."""
        return not (self.is_probe or self.needs)

    @property
    def shares_its_server(self) -> bool:
        """Whether any server of its variant will do, whoever else uses it."""
        return not self.has_own_server and not self.reads_log and self.interval is None

    @property
    def reads_log(self) -> bool:
        return any(isinstance(observation, LogLines) for observation in self.expected)

    @property
    def words(self) -> tuple[str, ...]:
        """What is done, a line each."""
        paced = f" with {self.interval:g} s between two events" if self.interval else ""
        taken = " where its address is taken" if self.taken else ""
        taken += " where its app is missing" if self.missing else ""
        options = " ".join(self.options)
        by = f" by `{f'{self.start} {options}'.strip()}`" if self.start else ""
        by += f" with `{options}`" if options and not self.start else ""
        started = f"{self.script} ({self.variant})" if self.script else self.variant
        return (f"start {started}{by}{paced}{taken}", *map(str, self.steps))
