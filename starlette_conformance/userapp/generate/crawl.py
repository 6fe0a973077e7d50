"""Pages by what leads to them: links, forms, redirects; and who logs in by a form."""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from starlette_conformance.model.expectations import Response
from starlette_conformance.userapp.generate.pages import Next, leads_to, redirects_to
from starlette_conformance.userapp.generate.planned import Planned

PAGES = 40
"""That are requested, since others lead to them."""
OF_A_PATH = 3
"""Of those, how many with other queries."""
FORMS = 6
"""With a password, that are sent."""
ENTRANCE = re.compile(r"(?i)\b(log|sign)[-_]?(in|on|up)\b|\bregister|\bauth|\baccounts?\b")
REGISTERS = re.compile(r"(?i)register|sign[-_]?up|create|new")
ACCEPT = ("Accept", "text/html,*/*")


class Sends(Protocol):
    """What sends requests, and has sent some: `leading` are the targets of pages, and of what
    redirects, by the names of their requests.
    """

    port: int
    values: Mapping[str, str]
    requests: list[Planned]
    responses: dict[str, Response]
    leading: dict[str, str]

    @property
    def is_over(self) -> bool: ...

    def send(
        self,
        operation: str,
        method: str,
        target: str,
        headers: tuple[tuple[str, str], ...],
        body: bytes,
    ) -> Response | None: ...


def enter(sends: Sends) -> int:
    """Send the forms that have a password, whoever registers first, from the pages so far and those
    that these name as the entrance. How many requests there were before someone was let in.
    """
    for _ in range(2):  # a page redirects, or links, to the one with the form
        for each in _all(sends):
            if each.method == "GET" and ENTRANCE.search(each.target):
                _follow(sends, each)
    forms = [each for each in _all(sends) if each.enters]
    for each in sorted(forms, key=lambda form: not REGISTERS.search(form.target))[:FORMS]:
        _follow(sends, each)
    return len(sends.requests) if forms else 0


def crawl(sends: Sends, since: int) -> None:
    """Follow links and redirects, and send forms, from the pages that there are. What was requested
    before `since` is requested again, since it may be another page now.
    """
    waiting, by_path, number = [*sends.leading], dict[str, int](), 0
    seen = {each.target for each in sends.requests[since:] if each.method == "GET"}
    while waiting and number < PAGES and not sends.is_over:
        for each in _from(sends, waiting.pop(0)):
            path = f"{each.method} {each.target.partition('?')[0]}"
            if by_path.get(path, 0) >= OF_A_PATH or number >= PAGES:
                continue
            if (each.method == "GET" and each.target in seen) or (each.enters and since):
                continue
            if _follow(sends, each):
                by_path[path] = by_path.get(path, 0) + 1
                number += 1
                last = sends.requests[-1].name
                waiting += [last] if last in sends.leading else []


def _all(sends: Sends) -> list[Next]:
    found = (each for name in [*sends.leading] for each in _from(sends, name))
    return list(dict.fromkeys(found))


def _from(sends: Sends, name: str) -> Iterable[Next]:
    origins = {f"127.0.0.1:{sends.port}", "127.0.0.1:PORT"}
    target, response = sends.leading[name], sends.responses[name]
    if response.status != 200:
        return redirects_to(str(response.headers.get("location", "")), target, origins)
    text = response.body.decode("utf-8", "replace")
    return leads_to(text, target, name, origins, sends.values)


def _follow(sends: Sends, to: Next) -> Response | None:
    return sends.send("", to.method, to.target, (ACCEPT, *to.headers), to.body)
