"""Which clients are given other events by one stream than by another, by experiment."""

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from starlette_conformance.clients.compare import received
from starlette_conformance.clients.environments import is_installed
from starlette_conformance.clients.interpret import events
from starlette_conformance.clients.kept import Kept, read
from starlette_conformance.clients.manifest import Client, ClientTable
from starlette_conformance.clients.run_client import AT_ONCE, Given
from starlette_conformance.clients.streams import Replayed, ends_of_events
from starlette_conformance.model.errors import CannotTell, NotInstallable

VALUE = re.compile(rb"(?m)^(data: ?)([^\r\n]*)")

Pair = tuple[bytes, bytes]


@dataclass(frozen=True)
class Noticing:
    """The clients that notice, that do not, and that were given no event of either stream. Others
    are not judged.
    """

    noticing: list[Client]
    alike: list[Client]
    nothing: list[Client]

    def names(self) -> list[str]:
        """Those that notice: without a version where every one that was judged does."""
        others = {client.name for client in (*self.alike, *self.nothing)}
        named = (c.name if c.name not in others else str(c) for c in self.noticing)
        return list(dict.fromkeys(named))


def of_other_form(pairs: Sequence[Pair]) -> list[Pair]:
    """Those that differ in more than values; the values of the first one are put into both."""
    found: dict[Pair, None] = {}
    for before, after in pairs:
        values = [value for _, value in VALUE.findall(before)]
        is_as_long = len(values) == len(VALUE.findall(after))
        alike = _with(values, after) if is_as_long else after
        if before != alike:
            found[before, alike] = None
    return list(found)


def _with(values: Sequence[bytes], body: bytes) -> bytes:
    left = iter(values)
    return VALUE.sub(lambda match: match[1] + next(left), body)


def noticing(clients: Sequence[Client], pairs: Sequence[Pair], run: bool) -> Noticing:
    """Who notices any of these pairs. Unless they are to `run`, clients are judged by what is kept
    alone; no client is installed for it.
    """
    found = Noticing([], [], [])

    def one(client: Client) -> None:
        kept = Kept(client)
        table = client.table
        scripts = [(_sent(table, body),) for pair in pairs for body in pair]
        fresh = any(kept.given(script, None) is None for script in scripts)
        if fresh and not (run and is_installed(client)):
            return
        with suppress(NotInstallable, CannotTell):
            given = read(client, scripts, None, kept)
            if fresh and _differ(table, given):
                given = read(client, scripts, None, kept, fresh=True)  # or a core was busy
            kept.save()
            if _differ(table, given):
                found.noticing.append(client)
            else:
                has_events = any(each.lines for each in given)
                (found.alike if has_events else found.nothing).append(client)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, clients))
    for those in (found.noticing, found.alike, found.nothing):
        those.sort(key=clients.index)
    return found


def _differ(table: ClientTable, given: Sequence[Given]) -> bool:
    """Whether the second of two streams gives other events than the first, of any pair."""
    found = [received(table, each) for each in given]
    return found[::2] != found[1::2]


def _sent(table: ClientTable, body: bytes) -> Replayed:
    """The stream, each event in a segment of its own; where a client takes nothing but messages of
    its protocol, each value that is none stands in one.
    """
    before, after = (text.encode() for text in table.around)

    def message(found: re.Match[bytes]) -> bytes:
        return found[1] + before + found[2] + after if _is_value(found[2]) else found[0]

    text = VALUE.sub(message, body) if before else body
    return Replayed(text, ends_of_events(text), expected=events(text))


def _is_value(text: bytes) -> bool:
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return not (isinstance(value, dict) and "jsonrpc" in value)
