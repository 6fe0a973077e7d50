"""Requests to a user's app as benchmarks.

What a request needs, a login or an id, the file's other requests give: they are sent once to each
server, in order, before anything is measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from starlette_conformance.cost.benchmark import USUALLY, Alike, Sending
from starlette_conformance.cost.traffic import SECONDS
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.launch import NOTHING, Under
from starlette_conformance.userapp.reading import Limits
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.send_in_order import Sent, send_in_order
from starlette_conformance.userapp.user_app import App

SEED = 0


@dataclass(frozen=True, eq=False)
class Group:
    """Requests that one server can be measured by, one after the other, what may change something
    last.

    `apps` has the app by the name of its environment, and `statuses` those of the responses to
    `steps`, which are sent before.
    """

    name: str
    apps: Mapping[str, App]
    steps: Sequence[Step]
    statuses: Mapping[str, Mapping[Step, int]]
    _sent: WeakKeyDictionary[Server, Sent] = field(default_factory=WeakKeyDictionary)

    def start(
        self, environment: Environment, under: Under = NOTHING, own: Path | None = None
    ) -> Server:
        return self.apps[environment.name].start(environment, SEED, under, own)

    def sent(self, server: Server, port: int) -> Sent:
        """What was sent to a server, with the values that its responses gave. Raises CannotTell."""
        if server not in self._sent:
            environment = server.environment
            responses, sent = send_in_order(
                self.steps,
                port,
                environment.server,
                Limits(SECONDS),
            )
            for step, status in self.statuses[environment.name].items():
                found = responses[step].response.status if step in responses else 0
                if step in self.steps and found != status:
                    how = f"responded with {found} instead of {status}, before anything is measured"
                    raise CannotTell(f"{step} on {environment}: {how}")
            self._sent[server] = sent
        return self._sent[server]


@dataclass(frozen=True)
class AppRequest:
    """One of them."""

    name: str
    group: Group
    step: Step
    status: int
    alike: Alike
    weight: int = 1
    shares: bool = True
    forks: bool = False
    streams: bool = False
    sending: Sending = USUALLY

    @property
    def app(self) -> str:
        return self.group.name

    def start(
        self,
        environment: Environment,
        under: Under,
        interval: float | None = None,  # noqa: ARG002  (it has no stream)
        own: Path | None = None,
        forker: Forker | None = None,  # noqa: ARG002  (its packages may do anything as it starts)
    ) -> Server:
        return self.group.start(environment, under, own)

    def request(self, server: Server, port: int) -> bytes:
        return self.group.sent(server, port)[self.step].to(port)
