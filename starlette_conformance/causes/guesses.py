"""Which entries of a release's notes may be about a difference: those with rare words of it.

A guess proves nothing. What a package says is foreign text: it is shortened, and made inert.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from packaging.version import InvalidVersion, Version

from starlette_conformance.causes.release_notes import Notes, notes
from starlette_conformance.explain.cause import Cause, Culprit, Guess
from starlette_conformance.output.sanitize import plain

MOST = 3
"""Guesses of one release."""
LONGEST = 160
"""Characters of an entry that are shown."""
ENTRY = 2_000
"""Characters of an entry that are looked at."""
ENTRIES = 20_000
READ = 10_000
"""Characters of a value that words are taken from."""
WORDS = re.compile(r"[a-z][a-z0-9_]{0,39}(?:-[a-z0-9]{1,30}){0,4}|\b[1-5]\d\d\b")
SHORT = 3
"""Letters of a word that says nothing; a status has as many digits."""
USUAL = (
    "about accept also before body bytes change changed changes content data false field fixed "
    "from have header headers into item items json line lines more must name none null only other "
    "place places reason released request response return sent should status string text than that "
    "their them then they this true type value values version were what when where which will with "
    "without written your"
)
"""Words that say nothing about one difference."""
SAYS_NOTHING = frozenset(word.removesuffix("s") for word in USUAL.split())
VERSION = re.compile(
    r"(?<![\w.])v?(\d{1,6}(?:\.\d{1,9}){1,4}(?:[a-z]{1,4}\d{0,4}|\.post\d{1,3})?)(?![\w])"
)
MARKUP = re.compile(r"^(#{1,6}\s|\*\*.*\*\*\s*$)")
UNDERLINE = re.compile(r"[=~^\"'*+-]{3,}\s*")
BULLET = re.compile(r"\s{0,8}[*+-]\s+(?=\S)")
NUMBER = re.compile(r"(?:#|:(?:pr|pull|issue|gh):`)(\d{1,6})\b")
LINK = re.compile(r"https://github\.com/[\w.-]{1,60}/[\w.-]{1,60}/(?:pull|issues)/\d{1,6}")
MARKED = re.compile(r"\[([^\]\[]{0,200})\]\([^()\s]{0,300}\)|\(?https?://\S{1,300}")
"""Links, which are no words."""


@dataclass(frozen=True)
class Entry:
    """A bullet of a changelog, and the version whose it is; empty before the first one."""

    version: str
    text: str

    @property
    def words(self) -> frozenset[str]:
        return words(MARKED.sub(r" \1 ", NUMBER.sub(" ", self.text)))


def with_guesses(cause: Cause, values: Mapping[tuple[str, str], tuple[str, str]]) -> Cause:
    """With what the notes of each first release say that may be about its differences. `values` are
    those before and after, by difference. What a named change explains needs no guess.
    """
    wanted = frozenset(
        word
        for place in cause.differences
        for word in of_difference(place[1], *values.get(place, ("", "")))
    )
    if not wanted:
        return cause

    def guessed(culprit: Culprit) -> Culprit:
        if not culprit.first_release or culprit.changes:
            return culprit
        said = notes(culprit.package, culprit.first_release)
        found = tuple(guesses(said, culprit.first_release, wanted))
        links = (*culprit.links, *([said.page] if said.page else []))
        return replace(culprit, guesses=found, links=links)

    sufficient = tuple(
        replace(each, culprits=tuple(map(guessed, each.culprits))) for each in cause.sufficient
    )
    return replace(cause, sufficient=sufficient)


def of_difference(where: str, before: str = "", after: str = "") -> set[str]:
    """The words of a difference: where it is, and what only one side has."""
    was, now = words(before[:READ]), words(after[:READ])
    return {*words(where[:READ]), *(was ^ now)}


def guesses(said: Notes, version: str, wanted: frozenset[str]) -> Iterator[Guess]:
    """The entries of a release that mention words which few others do, the best first."""
    every = list(entries(said.text))
    common = Counter(word for entry in every for word in entry.words & wanted)
    rare = {word for word, count in common.items() if count <= max(2, len(every) // 20)}
    ranked = [
        (sum(1 / common[word] for word in found), found, entry)
        for entry in every
        if _is(entry.version, version) and (found := entry.words & rare)
    ]
    for _, found, entry in sorted(ranked, key=lambda each: -each[0])[:MOST]:
        text = " ".join(MARKED.sub(r"\1", entry.text).split())
        yield Guess(plain(text, LONGEST), _link(entry.text, said), tuple(sorted(found)))


def entries(text: str) -> Iterator[Entry]:
    """The bullets of a changelog."""
    version, bullet, lines = "", list[str](), text.splitlines()
    count = 0
    for number, line in enumerate([*lines, ""]):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        heading = MARKUP.match(line) or (line.strip() and UNDERLINE.fullmatch(below))
        if bullet and (heading or not line.strip() or BULLET.match(line)):
            yield Entry(version, " ".join(bullet)[:ENTRY])
            bullet, count = [], count + 1
        if count >= ENTRIES:
            return
        if heading and (found := VERSION.search(line[:200])):
            version = found[1]
        elif begin := BULLET.match(line):
            bullet = [line[begin.end() :]]
        elif bullet:
            bullet.append(line.strip())


def words(text: str) -> frozenset[str]:
    """The words of a text that may say something; of one with hyphens, its parts, too."""
    found = WORDS.findall(text.lower())
    parts = {part for word in found for part in (word, *word.split("-"))}
    telling = {part for part in parts if len(part) > SHORT or part.isdigit()}
    singular = {part.removesuffix("s") for part in telling}
    return frozenset(singular - SAYS_NOTHING)


def _is(version: str, wanted: str) -> bool:
    try:
        return bool(version) and Version(version) == Version(wanted)
    except InvalidVersion:
        return False


def _link(text: str, said: Notes) -> str:
    """Of the pull request, or issue, that an entry names."""
    if found := LINK.search(text):
        return found[0]
    number = NUMBER.search(text)
    return f"{said.repository}/pull/{number[1]}" if number and said.repository else ""
