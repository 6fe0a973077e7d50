"""What the user does not want to be compared: `[[tool.starlette-conformance.ignore]]`.

    [[tool.starlette-conformance.ignore]]
    header = "x-build"              # a header by its name, or a pattern such as `x-*`
    request = "GET /api/*"          # only of these requests; of all, if left out
    why = "names the build"

    json = "$.items[*].etag"        # or a place in a JSON body, `.*` and `[*]` being any
    pattern = "build-[0-9a-f]{8}"   # or what of bodies and header values fits

What a rule hides is counted.
"""

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from starlette_conformance.model.decode import checked
from starlette_conformance.model.errors import UsageError

IGNORED = "[ignored]"
PATH = re.compile(r"\$(?:\.(?:\*|[\w-]+)|\[(?:\*|\d+|'[^']*')\])+")
STEP = re.compile(r"\.(\*|[\w-]+)|\[(\*|\d+)\]|\['([^']*)'\]")
BLANK = re.compile(r"[ \t\r\n]*")
DECODER = json.JSONDecoder()


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule as it stands in the file."""

    header: str = ""
    json: str = ""
    pattern: str = ""
    request: str = "*"
    why: str = ""


@dataclass(frozen=True)
class Rule:
    """One of header, json and pattern; `place` is `file:line`."""

    written: Written
    place: str

    @classmethod
    def of(cls, value: Any, place: str) -> "Rule":
        """Raises UsageError."""
        written = checked(value, Written, place)
        kinds = [each for each in (written.header, written.json, written.pattern) if each]
        if len(kinds) != 1:
            raise UsageError(f"{place}: a rule has one of header, json and pattern")
        if written.json and not PATH.fullmatch(written.json):
            raise UsageError(f"{place}: json {written.json[:80]!r}: write a path as $.items[*].id")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", FutureWarning)
                re.compile(written.pattern)
        except (ValueError, OverflowError):
            why = "the repetition number is too large"
            raise UsageError(f"{place}: pattern {written.pattern[:80]!r}: {why}") from None
        except (re.error, RecursionError, FutureWarning) as error:
            raise UsageError(f"{place}: pattern {written.pattern[:80]!r}: {error}") from None
        return cls(written, place)

    def __str__(self) -> str:
        written = self.written
        kind = next(name for name in ("header", "json", "pattern") if getattr(written, name))
        of = "" if written.request == "*" else f" of {written.request}"
        return f"{kind} {getattr(written, kind)}{of}"

    def is_for(self, request: str) -> bool:
        """Of a request by its method and target."""
        return fnmatchcase(request, self.written.request)

    def hides_header(self, name: str) -> bool:
        return fnmatchcase(name, self.written.header.lower())

    def value(self, text: str) -> str:
        """The value of a header without what is ignored."""
        return self._pattern.sub(IGNORED, text) if self.written.pattern else text

    def body(self, text: str) -> str:
        """A body without what is ignored."""
        if self.written.json:
            parts, last = [], 0
            for begin, end in spans(text, self.written.json):
                parts += [text[last:begin], f'"{IGNORED}"']
                last = end
            return "".join([*parts, text[last:]])
        return self.value(text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.written.pattern)


def rules(values: Any, places: Sequence[str], path: Path) -> list[Rule]:
    """Those of a project; `places` are the lines of each. Raises UsageError."""
    if not isinstance(values, list):
        raise UsageError(f"{path}: write each rule below [[tool.starlette-conformance.ignore]]")
    return [Rule.of(value, place) for value, place in zip(values, places, strict=True)]


def spans(text: str, path: str) -> Iterator[tuple[int, int]]:
    """Where in the text of JSON the values at a path begin and end; nowhere if it is no JSON."""
    steps = [next(filter(None, step.groups()), "") for step in STEP.finditer(path)]
    try:
        json.loads(text)
        yield from _spans(text, _after_blanks(text, 0), steps)
    except (ValueError, RecursionError):
        return


def _spans(text: str, begin: int, steps: Sequence[str]) -> Iterator[tuple[int, int]]:
    if not steps:
        yield begin, _end(text, begin)
        return
    for key, at in _members(text, begin):
        if steps[0] in {"*", key}:
            yield from _spans(text, at, steps[1:])


def _members(text: str, begin: int) -> Iterator[tuple[str, int]]:
    """The keys, or the numbers, of what is in an object or a list, and where each value begins."""
    kind, number = text[begin], 0
    at = _after_blanks(text, begin + 1)
    while kind in "{[" and text[at] not in "}]":
        key = str(number)
        if kind == "{":
            key, at = DECODER.raw_decode(text, at)
            at = _after_blanks(text, _after_blanks(text, at) + 1)
        yield key, at
        number, at = number + 1, _after_blanks(text, _end(text, at))
        at = _after_blanks(text, at + 1) if text[at] == "," else at


def _end(text: str, begin: int) -> int:
    return DECODER.raw_decode(text, begin)[1]


def _after_blanks(text: str, at: int) -> int:
    found = BLANK.match(text, at)
    assert found
    return found.end()
