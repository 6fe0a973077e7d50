"""Files of a page whose names hold a version or a hash, so that each side names others.

A recorded request for one that no response of this side names goes to what this side names instead:
the file with the same path without version, hash and query. Where several have it, they are taken
in the order in which the recorded response named them, if it named as many; where the file itself
is not named, but another one of the same folder, the folder is.
"""

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.unpacked import unpacked

SUFFIX = re.compile(
    r"\.(?:avif|css|eot|gif|ico|jpe?g|js|json|map|mjs|otf|png|svg|ttf|wasm|webmanifest|webp|woff2?)"
    r"(?![\w-])(?:\?[\w=&.%-]{1,200})?"
)
"""How the name of a file ends that a page loads, with its query."""
NAME = re.compile(r"[\w@%./~+:-]*")
LONGEST = 400
"""Characters of a name."""
NAMING = ("text/html", "text/css", "javascript", "json")
"""What stands in the media type of a response that may name files."""
VERSION = re.compile(
    r"(?<![\w.])v?\d+(?:\.\d+)+(?:[-.+]?(?:a|b|rc|dev|post|alpha|beta)\.?\d*)?(?!\w)"
)
END = re.compile(r"(?:\.(?:min|umd|esm|prod|module|global|bundle|chunk))*\.\w+\Z")
HEX = re.compile(r"[0-9a-f]{8,}")
OF_A_BUNDLER = 8
"""Characters of a hash that may itself have - and _."""
LONG, LONGER = 6, 16
"""Characters of a hash in a file's name, and of one that is a folder's."""


def is_asset(request: Request) -> bool:
    """Whether it is for a file that a page loads."""
    return request.method == "GET" and bool(SUFFIX.search(request.target[-LONGEST:]))


def key(target: str) -> str:
    """The path without versions and hashes."""
    *folders, name = VERSION.sub("*", target.partition("?")[0]).split("/")
    end = END.search(name)
    stem, suffix = (name[: end.start()], end[0]) if end else (name, "")
    without = ["*" if _is_hash(folder, LONGER) else folder for folder in folders]
    return "/".join([*without, _without_hash(stem) + suffix])


def _without_hash(stem: str) -> str:
    """A file's name without a hash at its end."""
    before, hashed = stem[:-OF_A_BUNDLER], stem[-OF_A_BUNDLER:]
    mixed = re.search(r"\d|_|[a-z][A-Z]|[A-Z]{2}[a-z]", hashed)
    if before.endswith(("-", ".")) and mixed and re.fullmatch(r"[\w-]*", hashed):
        return f"{before}*"
    words = re.split(r"([-._~])", stem)
    return "".join([*words[:-1], "*"]) if _is_hash(words[-1], LONG) else stem


def _is_hash(word: str, length: int) -> bool:
    """Whether a word is hexadecimal, or has digits and letters, and is so long."""
    has_digit, has_letter = (any(map(test, word)) for test in (str.isdigit, str.isalpha))
    return bool(HEX.fullmatch(word)) or (len(word) >= length and has_digit and has_letter)


class Assets:
    """What the responses of one side name so far; `recorded` are the targets in the recording."""

    def __init__(self, recorded: Sequence[str]) -> None:
        self._recorded = set(recorded)
        self._recorded_by_key = _by_key(recorded)
        self._unread: list[tuple[Step, str, Response]] = []
        self._same: dict[str, str] = {}
        self._named: dict[str, list[str]] = {}
        self._folders: dict[str, list[str]] = {}

    def note(self, step: Step, target: str, response: Response) -> None:
        """A response to a step, which was sent to a target."""
        media_type = str(response.headers.get("content-type", ""))
        if self._recorded and any(part in media_type for part in NAMING):
            self._unread.append((step, target, response))

    def of_this_side(self, request: Request) -> Request:
        """A request of the recording as this side's page would send it."""
        target = self._instead_of(request.target)
        if target is None:
            return request
        data = request.data.replace(request.target.encode("latin-1"), target.encode(), 1)
        return replace(request, data=data)

    def _instead_of(self, target: str) -> str | None:
        self._read()
        wanted = key(target)
        found = self._named.get(wanted, [])
        if target in found or target.partition("?")[0] in found:
            return None
        if target in self._same:
            return self._same[target]
        others = [name for name in found if name not in self._recorded]
        alike = [name for name in others if _file(name) == _file(target)]
        if len(alike) == 1:
            return alike[0]
        unnamed = [each for each in self._recorded_by_key.get(wanted, []) if each not in found]
        if len(others) == len(unnamed):
            return others[unnamed.index(target)]
        return self._in_another_folder(target) if not found else None

    def _in_another_folder(self, target: str) -> str | None:
        """The same file in the folder with another version that this side names."""
        folder, name = posixpath.split(target)
        wanted = key(f"{folder}/")
        others = self._folders.get(wanted, [])
        if folder in others or len(others) != 1 or key(f"/{name}") != f"/{_file(target)}":
            return None
        return f"{others[0]}/{name}"

    def _read(self) -> None:
        for step, target, response in self._unread:
            names = names_in(unpacked(response).body.decode("latin-1"))
            for base, recorded_base in ((target, step.request.target), ("/", "/")):
                mine = _by_key(_resolved(name, base) for name in names)
                recorded = _by_key(_resolved(name, recorded_base) for name in step.names)
                for path, named in mine.items():
                    known = self._named.setdefault(path, [])
                    known += [name for name in named if name not in known]
                    for folder in {posixpath.split(name)[0] for name in named}:
                        alike = self._folders.setdefault(key(f"{folder}/"), [])
                        alike += [folder] if folder not in alike else []
                    others = recorded.get(path, [])
                    if len(others) == len(named):
                        self._same |= dict(zip(others, named, strict=True))
        self._unread.clear()


def _by_key(names: Iterable[str]) -> dict[str, list[str]]:
    """Each once, in their order."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        found.setdefault(key(name), []).append(name)
    return found


def _resolved(name: str, base: str) -> str:
    """The target that a name means. Slashes at its begin stay as many as a browser leaves."""
    path, mark, query = name.partition("?")
    if "://" in path or path.startswith("//"):
        path = urlsplit(path).path
    elif not path.startswith("/"):
        folder = posixpath.dirname(base.partition("?")[0])
        path = posixpath.normpath(posixpath.join(folder, path))
    return path + mark + query


def _file(target: str) -> str:
    """The name without folders and query."""
    return posixpath.basename(target.partition("?")[0])


def names_in(text: str) -> tuple[str, ...]:
    """What in a text may be the names of files, each once, in their order."""
    found = []
    for end in SUFFIX.finditer(text):
        begun = NAME.match(text[max(0, end.start() - LONGEST) : end.start()][::-1])
        if begun and begun[0]:
            found.append(begun[0][::-1] + end[0])
    return tuple(dict.fromkeys(found))
