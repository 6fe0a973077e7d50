"""The requests to an app of which nobody wrote any: as an `.http` file."""

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette_conformance.explain.openapi_places import is_document
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError, of_output
from starlette_conformance.stacks.tempdirs import scratch
from starlette_conformance.userapp.generate import cases as document_cases
from starlette_conformance.userapp.generate import routes
from starlette_conformance.userapp.generate.cases import Cases
from starlette_conformance.userapp.generate.ending import ends_the_app
from starlette_conformance.userapp.generate.limits import Limits
from starlette_conformance.userapp.generate.planned import Planned, write
from starlette_conformance.userapp.generate.sending import Sending
from starlette_conformance.userapp.repetitions import SEEDS
from starlette_conformance.userapp.user_app import App, port

DOCUMENTS = ("/openapi.json", "/api/openapi.json", "/api/v1/openapi.json", "/swagger.json")
"""Where apps have their document, whose routes do not say it."""
STREAMS = 8
FACTORY = "--factory"
HEAD = """\
# Made by starlette-conformance of {source},
# with the statuses of OLD. Send them again by --requests; change what you like.
"""


@dataclass(frozen=True)
class Made:
    """The requests, the operations that they are for, and what there is to say, a sentence each."""

    requests: tuple[Planned, ...]
    operations: tuple[str, ...]
    source: str
    sentences: tuple[str, ...] = ()

    @property
    def places(self) -> list[str]:
        """What each was made of, and which of those it is."""
        seen: Counter[str] = Counter()
        found = []
        for each in self.requests:
            seen[each.of] += 1
            found.append(f"request {seen[each.of]} of {each.of or 'pages'}")
        return found

    def write(self, path: Path) -> None:
        """Raises UsageError, and Failure on a full disk."""
        try:
            write(path, self.requests, HEAD.format(source=self.source))
        except OSError as error:
            raise of_output(error, f"--write-requests {path}: cannot be written") from None


def make(
    app: App, environment: Environment, limits: Limits, advance: Callable[[], None] = lambda: None
) -> Made:
    """Raises UsageError where there is nothing to request, and DidNotStart."""
    with scratch() as folder, ThreadPoolExecutor(STREAMS) as pool:
        listed = folder / "routes.json"
        server = _with_routes(app, environment, listed).start(environment, SEEDS[0])
        try:
            sending = Sending(
                app.name,
                port(server),
                environment.server,
                limits.requests,
                time.monotonic() + limits.seconds,
                pool,
                advance,
                limits.values,
                limits.headers,
            )
            found = routes.read(listed)
            at, document = _document(sending, found.openapi_url)
            cases, source = _cases(found, document, limits)
            sending.deadline = time.monotonic() + limits.seconds
            sending.send_all(cases, ["/", *found.about_the_document])
        finally:
            server.kill()
    missing = {*DOCUMENTS} - {at}  # where there is no document
    requests = [each for each in sending.requests if each.of or each.target not in missing]
    if not any(each.status for each in requests):
        raise UsageError(
            f"{app.name}: no request can be made: it has no OpenAPI document at "
            f"{', '.join(DOCUMENTS[:2])}, no route that could be read, and no page at /; write "
            "some, and name the file by --requests"
        )
    return Made(
        tuple(requests),
        tuple(each.operation for each in cases.operations),
        source,
        tuple(_sentences(cases, sending)),
    )


def _with_routes(app: App, environment: Environment, file: Path) -> App:
    """The app, whose routes are written to a file before it starts."""
    starting = app.starting
    if starting.command:
        return app
    factory = FACTORY in starting.options
    listing = routes.command(app.name, environment.interpreter, file, factory)
    return replace(app, starting=replace(starting, before=(*starting.before, listing)))


def _document(sending: Sending, url: str) -> tuple[str, dict[str, Any] | None]:
    """Where the app has its OpenAPI document, and the document."""
    for target in [url] if url else DOCUMENTS:
        response = sending.send("", "GET", target, (("Accept", "application/json"),), b"")
        if response and response.status == 200:
            try:
                value = json.loads(response.body)
            except (ValueError, RecursionError):
                continue
            if is_document(value):
                return target, value
    return "", None


def _cases(
    found: routes.Routes, document: dict[str, Any] | None, limits: Limits
) -> tuple[Cases, str]:
    """Requests of the document, and to routes that are not in it; and what they are made of."""
    if document is None:
        return routes.cases(found, limits.values), "its routes and pages"
    of_document = document_cases.of_document(document, limits)
    known = {each.operation for each in of_document.operations}
    others = routes.cases(found, limits.values, known)
    pages = [each for each in others.operations if each.method == "GET"]
    return (
        Cases(
            (*of_document.operations, *pages),
            {**others.by_operation, **of_document.by_operation},
            (*of_document.skipped, *others.skipped),
        ),
        "its OpenAPI document, routes and pages",
    )


def _sentences(cases: Cases, sending: Sending) -> list[str]:
    found = [*cases.skipped]
    if ending := [*ends_the_app(cases.operations)]:
        found.append(f"not requested, since it may end the app: {', '.join(ending)}")
    if sending.is_over:
        found.append(
            f"requests were made until there were {len(sending.requests):,}, or time was over; "
            "--most-requests and --making-seconds allow more"
        )
    return found
