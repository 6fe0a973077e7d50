"""Which clients notice that a stream changed: those that are given other events by it."""

from dataclasses import replace

from starlette_conformance.clients.manifest import read
from starlette_conformance.clients.noticed import noticing, of_other_form
from starlette_conformance.explain.noticed import Noticed
from starlette_conformance.explain.result import Diff
from starlette_conformance.output.listed import listed

NAMED = 12
"""Clients that a sentence names."""
HOW = "`clients` installs them, `diff --clients` runs them"


def with_noticed(diff: Diff, run: bool) -> Diff:
    """The diff, with what clients were given of the streams that differ; with `run`, those that are
    installed read them now. Who shows bytes, as curl does, notices nothing.
    """
    pairs = of_other_form(diff.streams)
    if not pairs:
        return diff
    clients = [client for client in read()[0] if "bytes" not in client.table.shows]
    found = noticing(clients, pairs, run)
    judged = len(found.noticing) + len(found.alike)
    nothing = len(found.nothing)
    noticed = Noticed(
        len(pairs),
        tuple(found.names()),
        tuple(map(str, found.noticing)),
        judged,
        nothing,
        len(clients) - judged - nothing,
    )
    return replace(diff, noticed=noticed)


def noticed(found: Noticed) -> str:
    """Who is given other events by the streams that differ, and who was not tried."""
    which = "the stream that differs" if found.streams == 1 else f"{found.streams} changed streams"
    number = len(found.clients)
    parts = [f"{number or 'none'} of {found.judged} clients"] if found.judged else []
    if found.nothing:
        parts.append(f"{found.nothing} read neither side")
    if found.not_judged:
        parts.append(f"{found.not_judged} not judged ({HOW})")
    names = f": {listed(found.names, NAMED)}" if number else ""
    return f"who notices {which}, by experiment: {'; '.join(parts)}{names}"
