"""Pages by what leads to them: links, forms, redirects; and who logs in by a form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from starlette_conformance.model.expectations import Response
from starlette_conformance.userapp.generate.pages import Next, leads_to, redirects_to

if TYPE_CHECKING:  # which imports this module
    from starlette_conformance.userapp.generate.sending import Sending

PAGES = 40
"""That are requested, since others lead to them."""
OF_A_PATH = 3
"""Of those, how many with other queries."""
FORMS = 6
"""With a password, that are sent."""
ENTRANCE = re.compile(r"(?i)\b(log|sign)[-_]?(in|on|up)\b|\bregister|\bauth|\baccounts?\b")
REGISTERS = re.compile(r"(?i)register|sign[-_]?up|create|new")
ACCEPT = ("Accept", "text/html,*/*")


def enter(sending: Sending) -> int:
    """Send the forms that have a password, whoever registers first, from the pages so far and those
    that these name as the entrance. How many requests there were before someone was let in.
    """
    for _ in range(2):  # a page redirects, or links, to the one with the form
        for each in _all(sending):
            if each.method == "GET" and ENTRANCE.search(each.target):
                _follow(sending, each)
    forms = [each for each in _all(sending) if each.enters]
    for each in sorted(forms, key=lambda form: not REGISTERS.search(form.target))[:FORMS]:
        _follow(sending, each)
    return len(sending.requests) if forms else 0


def crawl(sending: Sending, since: int) -> None:
    """Follow links and redirects, and send forms, from the pages that there are. What was requested
    before `since` is requested again, since it may be another page now.
    """
    waiting, by_path, number = [*sending.leading], dict[str, int](), 0
    seen = {each.target for each in sending.requests[since:] if each.method == "GET"}
    while waiting and number < PAGES and not sending.is_over:
        for each in _from(sending, waiting.pop(0)):
            path = f"{each.method} {each.target.partition('?')[0]}"
            if by_path.get(path, 0) >= OF_A_PATH or number >= PAGES:
                continue
            if (each.method == "GET" and each.target in seen) or (each.enters and since):
                continue
            if _follow(sending, each):
                by_path[path] = by_path.get(path, 0) + 1
                number += 1
                last = sending.requests[-1].name
                waiting += [last] if last in sending.leading else []


def _all(sending: Sending) -> list[Next]:
    found = (each for name in [*sending.leading] for each in _from(sending, name))
    return list(dict.fromkeys(found))


def _from(sending: Sending, name: str) -> Iterable[Next]:
    origins = {f"127.0.0.1:{sending.port}", "127.0.0.1:PORT"}
    target, response = sending.leading[name], sending.responses[name]
    if response.status != 200:
        return redirects_to(str(response.headers.get("location", "")), target, origins)
    text = response.body.decode("utf-8", "replace")
    return leads_to(text, target, name, origins, sending.values)


def _follow(sending: Sending, to: Next) -> Response | None:
    return sending.send("", to.method, to.target, (ACCEPT, *to.headers), to.body)
