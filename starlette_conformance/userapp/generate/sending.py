"""Requests sent to the app on OLD, one after the other, each made of what came before: what is sent
here is what both stacks are sent.

An operation is requested until it responds with 2xx, and once more; what did not, after forms with
a password were sent, too. Then what the document does not allow, then pages by what leads to them,
and at last what deletes, or ends a session.
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.expectations import Response
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.userapp.bound_values import Binding, filled, value_at
from starlette_conformance.userapp.cookies import CookieJar
from starlette_conformance.userapp.generate import given
from starlette_conformance.userapp.generate.case_values import GIVEN, WORD
from starlette_conformance.userapp.generate.cases import Case, Cases, Operation
from starlette_conformance.userapp.generate.crawl import crawl, enter
from starlette_conformance.userapp.generate.ending import ends, ends_session
from starlette_conformance.userapp.generate.given import Exchange
from starlette_conformance.userapp.generate.planned import Planned, name_of
from starlette_conformance.userapp.reading import Limits, Reading
from starlette_conformance.userapp.send_in_order import STUCK

ATTEMPTS = 4
"""Requests of an operation until one succeeds."""
AGAIN = 2
"""The same, once all others were requested."""
CHOICES = 12
"""Requests of an operation, while responses give other values for its path."""
SECONDS = 5.0
"""How long a response may take."""
FIRST_SECONDS = 30.0
"""How long the first ones may, for which an app has something to load, or to make."""
FIRST = 3
LAST = "DELETE"
REDIRECTS = {301, 302, 303, 307, 308}


@dataclass
class Sending:
    """What was sent so far. `most` requests, and until `deadline`; `values` are what the user says
    that fields are, and `headers` what each request has.
    """

    app: str
    port: int
    server: Adapter
    most: int
    deadline: float
    pool: Executor
    advance: Callable[[], None] = lambda: None
    values: given.Values = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    requests: list[Planned] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    responses: dict[str, Response] = field(default_factory=dict)
    leading: dict[str, str] = field(default_factory=dict)
    _cookies: CookieJar = field(default_factory=CookieJar)
    _sent: set[tuple[object, ...]] = field(default_factory=set)
    _known: list[tuple[str, re.Pattern[str], str]] = field(default_factory=list)
    _token: str = ""
    _guess: str = ""
    _silent: int = 0

    def send_all(self, cases: Cases, first: Iterable[str] = ()) -> None:
        """`first` are targets that are requested before all else."""
        self._known = [
            (each.method, _pattern(each.path), each.operation) for each in cases.operations
        ]
        for target in first:
            self.send("", "GET", target, (("Accept", "*/*"),), b"")
        operations = [each for each in cases.operations if not ends(each.path)]
        keeping = [each for each in operations if each.method != LAST]
        for operation in keeping:
            self._attempt(operation, cases)
        entered = enter(self)
        self._sent.clear()  # the same request may succeed, now that what it needs is there
        self._guess = WORD  # an app may accept any token
        for operation in keeping:
            if operation.operation not in self.reached:
                self._attempt(operation, cases, AGAIN)
        self._guess = ""
        for operation in keeping:
            self._send_first(operation, self._of(cases, operation, negative=True))
        crawl(self, entered)
        deleting = [each for each in operations if each.method == LAST]
        ending = [each for each in cases.operations if ends_session(each.path)]
        for operation in [*sorted(deleting, key=lambda each: -each.path.count("/")), *ending]:
            self._attempt(operation, cases)

    @property
    def is_over(self) -> bool:
        full = len(self.requests) >= self.most
        return full or time.monotonic() > self.deadline or self._silent >= STUCK

    def send(
        self,
        operation: str,
        method: str,
        target: str,
        headers: tuple[tuple[str, str], ...],
        body: bytes,
        path: str = "",
        values: given.Values = given.NONE,
    ) -> Response | None:
        """The response; None where it was sent before, cannot be sent, or time is over."""
        key = (method, target, dict(headers).get("Authorization"), body)
        if key in self._sent or self.is_over:
            return None
        self._sent.add(key)
        named = {each.lower() for each, _ in headers}
        headers += tuple(each for each in self.headers if each[0].lower() not in named)
        operation = operation or self._operation_of(method, target)
        name = name_of(operation, method, target, self.responses)
        planned = Planned(name, operation, method, target, headers, body)
        try:
            request = planned.request(self.app)
        except UsageError:
            return None
        strange = any(each.place not in self.responses for each in planned.bindings)
        if strange or "{{" in _without_references(planned):  # a page has it so
            return None
        bound = filled(request, planned.bindings, self._value)
        sent = self._cookies.add_to(bound)
        seconds = FIRST_SECONDS if len(self.requests) < FIRST else SECONDS
        reading = Reading(sent, self.port, self.server, Limits(seconds), lambda: False)
        reading.read(self.pool)
        response = reading.finish().response
        self._silent = 0 if response.status else self._silent + 1
        self._cookies.store(sent, response)
        self.responses[name] = response
        self.requests.append(replace(planned, status=response.status))
        found = Exchange(name, operation, path, method, response, values)
        self.exchanges.append(found)
        if found.succeeded:
            self.reached.add(operation)
        if _is_page(response) or response.status in REDIRECTS:
            self.leading[name] = target
        self.advance()
        return response

    def _operation_of(self, method: str, target: str) -> str:
        """The operation to which a page's link, or form, is a request; nothing where to none."""
        path = target.partition("?")[0]
        found = (
            operation
            for verb, pattern, operation in self._known
            if verb == method and pattern.fullmatch(path)
        )
        return next(found, "")

    def _attempt(self, operation: Operation, cases: Cases, attempts: int = ATTEMPTS) -> None:
        """Until it succeeds, and once more: each time by another case, and by other values in the
        path until they are right.
        """
        every = self._of(cases, operation, negative=False)
        above = operation.path.rpartition("{")[0]
        is_root = not self._operation_of(operation.method, above)  # and no other operation
        extra = turn = 0
        for attempt in range(max(attempts, CHOICES) if every else 0):
            case = every[attempt % len(every)]
            found = given.choices(case, operation, self.exchanges, is_root)
            if attempt >= attempts and turn >= len(found):
                return
            response = self._send_case(operation, case, found[min(turn, len(found) - 1)])
            if response and 200 <= response.status < 300:
                self._note_token(case, response)
            if operation.operation not in self.reached:
                turn += 1
            elif response:
                extra += 1
            if extra > 1 or (extra and attempt >= attempts):
                return

    def _send_first(self, operation: Operation, cases: Sequence[Case]) -> None:
        """One that is new."""
        for case in cases:
            if self._send_case(operation, case):
                return

    def _send_case(
        self, operation: Operation, case: Case, values: given.Values = given.NONE
    ) -> Response | None:
        target, body = given.filled(case, operation, self.exchanges, values)
        headers = case.headers
        token = self._token or self._guess
        if operation.secured and token:
            headers = (*headers, ("Authorization", f"Bearer {token}"))
        stood = given.stood(case, values)
        response = self.send(
            operation.operation, case.method, target, headers, body, operation.path, stood
        )
        if operation.secured and response and 200 <= response.status < 300:
            self._token = token
        return response

    def _note_token(self, case: Case, response: Response) -> None:
        """Of whoever logs in: what has a password got it."""
        if GIVEN["password"].encode() in case.body and (place := given.token(response)):
            self._token = self.exchanges[-1].reference(place)

    @staticmethod
    def _of(cases: Cases, operation: Operation, negative: bool) -> list[Case]:
        every = cases.by_operation.get(operation.operation, ())
        return [each for each in every if (each.kind == "negative") == negative]

    def _value(self, binding: Binding) -> str | None:
        return value_at(self.responses[binding.place], binding.where)


def _pattern(path: str) -> re.Pattern[str]:
    """What a path with parameters matches."""
    parts = re.split(r"\{[^}]*\}", path)
    return re.compile("[^/]+".join(map(re.escape, parts)))


def _is_page(response: Response) -> bool:
    kind = str(response.headers.get("content-type", ""))
    return response.status == 200 and "html" in kind


def _without_references(planned: Planned) -> str:
    """What of a request is its own."""
    own = planned.target + " ".join(value for _, value in planned.headers)
    for binding in planned.bindings:
        own = own.replace(binding.text, "")
    return own
