"""Differences that the user has reviewed, and accepts: `accepted.toml` beside the app.

An entry accepts one difference of one request: the same place, with the same values before and
after, up to the day `until`. Whatever differs in any other way still counts.

    [[accepted]]
    request = "GET /me"                     # the method, and the target as the file of requests has
    place = "header www-authenticate"       # a field, as the report has it
    before = "..."                          # its values; left out where there is no such field
    after = "Bearer"
    digest = "9f2b51..."                    # of both whole values, where they are too long
    why = "credentials, not permission"
    who = "Ada"
    until = 2027-01-31
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from starlette_conformance.explain.differences import SLOWER
from starlette_conformance.explain.groups import clusters
from starlette_conformance.explain.left_out import Accepted
from starlette_conformance.explain.result import Diff, Difference, Differing
from starlette_conformance.model.decode import checked, text_of_toml, toml_text
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.toml_places import lines_of_tables, place_of
from starlette_conformance.output import output_files

NAME = "accepted.toml"
HEAD = """\
# Differences that were reviewed, and that `starlette-conformance diff` accepts.
# An entry holds as long as all of it is the same, up to the day `until = 2027-01-31` if it has one.
"""
SECONDS = re.compile(r"after (\d+\.\d) s")
"""How a difference says when the first byte came, which is not the same twice."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of the file; `line` is added, as `file:line`."""

    request: str
    place: str
    before: str | None = None
    after: str | None = None
    digest: str = ""
    why: str = ""
    who: str = ""
    until: date | None = None
    line: str = ""

    def accepts(self, request: str, difference: Difference) -> bool:
        if (self.request, self.place) != (request, difference.where):
            return False
        values = (self.before, self.after), (difference.before, difference.after)
        delays = [[SECONDS.fullmatch(str(value)) for value in pair] for pair in values]
        if all(each for pair in delays for each in pair):
            was, now = (float(b[1]) - float(a[1]) for a, b in delays if a and b)
            return abs(now - was) < SLOWER
        return values[0] == values[1] and self.digest == difference.digest


def entries(path: Path) -> list[Entry]:
    """The entries of a file. Raises UsageError, with file and line."""
    text = text_of_toml(path)
    table = toml_text(text, path)
    lines = lines_of_tables(text, "accepted")
    for key in table:
        if key != "accepted":
            where = place_of(path, lines_of_tables(text, key), 0)
            raise UsageError(f"{where}: {key[:80]!r} is not [[accepted]]")
    found = table.get("accepted", [])
    if not isinstance(found, list):
        raise UsageError(f"{path}: write each entry below [[accepted]]")
    return [_entry(value, place_of(path, lines, n)) for n, value in enumerate(found)]


def _entry(value: Any, place: str) -> Entry:
    entry = checked(value, Entry, place)
    if entry.line:
        raise UsageError(f"{place}: object contains unknown field line")
    if entry.before is None and entry.after is None:
        raise UsageError(f"{place}: write before or after, or both: the values that are accepted")
    return msgspec.structs.replace(entry, line=place)


def accept(found: Diff, accepted: Sequence[Entry], today: date) -> Diff:
    """The diff, without the differences that entries accept among what nobody explains."""
    valid = [entry for entry in accepted if not entry.until or entry.until >= today]
    used: dict[Entry, int] = {}

    def without(differing: Differing) -> Differing:
        request, taken = request_of(differing), []
        for difference in dict.fromkeys((*differing.differences, *differing.remaining)):
            entry = next((each for each in valid if each.accepts(request, difference)), None)
            if entry:
                used[entry] = used.get(entry, 0) + 1
                taken.append(difference)
        left = tuple(each for each in differing.remaining if each not in taken)
        return replace(differing, remaining=left, accepted=tuple(taken))

    differing = tuple(map(without, found.differing))
    whole = found.compared and not (found.starts or found.not_chosen or found.not_compared)
    return replace(
        found,
        differing=differing,
        unexplained=tuple(clusters(differing)),
        accepted=tuple(_shown(entry, cases) for entry, cases in used.items()),
        notes=(*found.notes, *_idle(accepted, valid, used if whole else valid)),
    )


def _idle(
    accepted: Iterable[Entry], valid: Sequence[Entry], used: Collection[Entry]
) -> Iterator[str]:
    """A sentence on each entry that is over, or accepts nothing."""
    for entry in accepted:
        what = f"{entry.line}: {entry.request}, {entry.place}"
        if entry not in valid:
            yield f"{what}: was accepted until {entry.until}, and no longer is"
        elif entry not in used:
            yield f"{what}: no longer occurs; take the entry out"


def _shown(entry: Entry, cases: int) -> Accepted:
    until = str(entry.until or "")
    return Accepted(
        entry.request, entry.place, entry.before, entry.after, entry.why, entry.who, until,
        entry.line, cases,
    )  # fmt: skip


def request_of(differing: Differing) -> str:
    """Its method and target, wherever it stands in the file of requests."""
    return differing.app.partition(" (")[0]


def write(path: Path, failing: Iterable[tuple[Differing, Difference]]) -> list[Entry]:
    """Append an entry for each difference, and return them. Raises UsageError."""
    new = [
        Entry(
            request=request_of(differing),
            place=difference.where,
            before=difference.before,
            after=difference.after,
            digest=difference.digest,
        )
        for differing, difference in failing
    ]
    new = list(dict.fromkeys(new))
    if new:
        before = path.read_text("utf-8").rstrip("\n") + "\n" if path.exists() else HEAD
        output_files.write(path, before + "".join(f"\n{_toml(entry)}" for entry in new))
    return entries(path)[-len(new) :] if new else []


def _toml(entry: Entry) -> str:
    fields = {"request": entry.request, "place": entry.place}
    fields |= {k: v for k in ("before", "after") if (v := getattr(entry, k)) is not None}
    fields |= {"digest": entry.digest} if entry.digest else {}
    fields |= {"why": "", "who": ""}
    lines = (f"{key} = {output_files.as_json(value)}\n" for key, value in fields.items())
    return "[[accepted]]\n" + "".join(lines)
