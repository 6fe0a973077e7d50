"""Requests from lines of curl, as browsers and documentation have them ("Copy as cURL").

A line that ends with a backslash goes on in the next one; empty lines, and those that begin with
`#`, are nothing. Options that say what is sent are read, and those that say how curl prints or
connects are left out; of any other the line is refused. `@FILE` after data names a file beside.
"""

import re
import shlex
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.form_bodies import CONTENT_TYPE, FORM, multipart, part
from starlette_conformance.userapp.har_format import Header, Post, Sent
from starlette_conformance.userapp.recorded_entries import Entry, steps_of
from starlette_conformance.userapp.recorded_request import Step, file_text

ANSI = re.compile(r"(?<=\s)\$'((?:[^'\\]|\\.)*)'")
"""A word of bash with escapes, as Chromium writes bodies."""
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
OF_SHELL = re.compile(r"""'[^']*'|"((?:\\.|[^"\\])*)"|\\.|([^'"\\]+)""", re.DOTALL)
"""What stands in double quotes, and what in none: there a shell replaces variables and commands."""
REPLACED = re.compile(r"(?:\\.)|(\$[A-Za-z_{(][^\s\"]*|`)", re.DOTALL)
ALONE = {
    *("-s", "--silent", "-S", "--show-error", "-k", "--insecure", "-L", "--location", "-i"),
    *("--include", "-v", "--verbose", "-f", "--fail", "-g", "--globoff", "-#", "-N", "--no-buffer"),
    *("--compressed", "--http1.1", "--http2", "--path-as-is", "-O", "--remote-name"),
}
"""Options without a value that are left out."""
WITH_VALUE = {
    *("-o", "--output", "-m", "--max-time", "--connect-timeout", "-w", "--write-out", "--retry"),
    *("-c", "--cookie-jar", "--cacert", "--cert", "--key", "--resolve", "-x", "--proxy"),
}
"""Options with a value that are left out."""
LONG = {
    "-X": "--request", "-H": "--header", "-d": "--data", "-F": "--form", "-u": "--user",
    "-b": "--cookie", "-A": "--user-agent", "-e": "--referer", "-G": "--get", "-I": "--head",
    "--data-ascii": "--data",
}  # fmt: skip
TAKEN = {
    *("--request", "--header", "--data", "--data-raw", "--data-binary", "--data-urlencode"),
    *("--json", "--form", "--user", "--cookie", "--user-agent", "--referer", "--url"),
}


@dataclass
class _Line:
    """What one line says so far."""

    folder: Path
    method: str = ""
    urls: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    query: bool = False

    def take(self, option: str, value: str) -> None:
        """Raises UsageError."""
        match option:
            case "--request":
                self.method = value
            case "--header":
                name, _, text = value.partition(":")
                self.headers.append((name.strip(), text.strip()))
            case "--data" | "--data-binary":
                self.data.append(self._of_a_file(value, option))
            case "--data-raw":
                self.data.append(value)
            case "--data-urlencode":
                name, equals, text = value.partition("=")
                encoded = quote_plus(text if equals else name)
                self.data.append(f"{name}={encoded}" if equals and name else encoded)
            case "--json":
                self.data.append(self._of_a_file(value, option))
                for name in ("Content-Type", "Accept"):
                    self._default(name, "application/json")
            case "--form":
                self.parts.append(self._part(value))
            case "--user":
                self._default("Authorization", f"Basic {b64encode(value.encode()).decode()}")
            case "--url":
                self.urls.append(value)
            case _:
                self._default(option.removeprefix("--").title(), value)

    def _default(self, name: str, value: str) -> None:
        if name.lower() not in {each.lower() for each, _ in self.headers}:
            self.headers.append((name, value))

    def _of_a_file(self, value: str, option: str) -> str:
        if not value.startswith("@"):
            return value
        text = file_text(self.folder / value[1:])
        return text if option == "--data-binary" else text.replace("\r", "").replace("\n", "")

    def _part(self, value: str) -> str:
        name, equals, text = value.partition("=")
        if not equals:
            raise UsageError(f"--form {value[:80]!r}: write NAME=VALUE")
        kind = attributes = ""
        if text[:1] in {"@", "<"}:
            file, _, kind = text[1:].partition(";type=")
            if text[0] == "@":
                attributes = f'; filename="{Path(file).name}"'
                kind = kind or "application/octet-stream"
            text = file_text(self.folder / file)
        return part(name, text, attributes, kind)

    def sent(self) -> tuple[str, Sent]:
        """The URL, and the request. Raises UsageError."""
        if len(self.urls) != 1:
            raise UsageError(f"one URL is wanted, and there are {len(self.urls)}")
        url = self.urls[0] if "://" in self.urls[0] else f"http://{self.urls[0]}"
        text: str | None = "&".join(self.data) if self.data else None
        if self.query and text is not None:
            url, text = f"{url}{'&' if '?' in url else '?'}{text}", None
        if self.parts:
            text = multipart(self.parts)
            self._default("Content-Type", CONTENT_TYPE)
        elif text is not None:
            self._default("Content-Type", FORM)
        self._default("Accept", "*/*")
        method = self.method or ("GET" if text is None else "POST")
        headers = tuple(Header(name, value) for name, value in self.headers)
        return url, Sent(method, url, headers, Post(text=text) if text is not None else None)


def requests(path: Path, app: str, origin: str | None) -> tuple[list[Step], list[str]]:
    """The requests in the order of the file, and a sentence on what is left out. Raises UsageError,
    with file and line.
    """
    return steps_of(path, _entries(path), app, origin)


def _entries(path: Path) -> Iterator[Entry]:
    for number, command in _commands(path):
        try:
            url, sent = _request(command, path.parent)
            yield Entry(f":{number}", urlsplit(url), sent)
        except (UsageError, ValueError) as error:
            raise UsageError(f"{path}:{number}: {error}") from None


def _commands(path: Path) -> Iterator[tuple[int, str]]:
    """The commands, with the line that each begins in."""
    number, parts, began = 0, list[str](), 0
    for number, line in enumerate(file_text(path).split("\n"), 1):
        text = line.rstrip("\r")
        if not parts and (not text.strip() or text.lstrip().startswith("#")):
            continue
        began = began if parts else number
        goes_on = text.endswith("\\")
        parts.append(text.removesuffix("\\"))
        if not goes_on:
            yield began, " ".join(parts)
            parts = []
    if parts:
        yield began, " ".join(parts)


def _request(command: str, folder: Path) -> tuple[str, Sent]:
    """Raises UsageError, ValueError."""
    _check_nothing_is_replaced(command)
    words = shlex.split(ANSI.sub(lambda found: shlex.quote(_unescaped(found[1])), f" {command}"))
    words = words[1:] if words[:1] == ["$"] else words
    if words[:1] != ["curl"]:
        raise UsageError(f"not a line of curl: {command.strip()[:80]!r}")
    line, rest = _Line(folder), iter(words[1:])
    for word in rest:
        for option, attached in _options(word):
            if option in ALONE:
                continue
            if option in {"--get", "--head"}:
                line.query |= option == "--get"
                line.method = line.method or ("HEAD" if option == "--head" else "GET")
            elif not option.startswith("-"):
                line.take("--url", option)
            elif option in TAKEN or option in WITH_VALUE:
                value = attached if attached is not None else next(rest, None)
                if value is None:
                    raise UsageError(f"{option} has no value")
                if option in TAKEN:
                    line.take(option, value)
            else:
                raise UsageError(f"the option {option[:40]} of curl is not supported")
    return line.sent()


def _check_nothing_is_replaced(command: str) -> None:
    """Raises UsageError: what a shell would put there is not known."""
    for word in OF_SHELL.finditer(ANSI.sub(" ", f" {command}")):
        for found in REPLACED.finditer(word[1] or word[2] or ""):
            if found[1]:
                raise UsageError(f"{found[1][:40]!r}: no shell replaces that; write what to send")


def _options(word: str) -> Iterator[tuple[str, str | None]]:
    """What a word of a command says: `-XPOST` is `-X POST`, and `-sk` is `-s -k`."""
    if not word.startswith("-") or word == "-":
        yield word, None
    elif word.startswith("--"):
        yield LONG.get(word, word), None
    else:
        for number, letter in enumerate(word[1:], 2):
            option = LONG.get(f"-{letter}", f"-{letter}")
            takes = option in TAKEN or option in WITH_VALUE
            yield option, word[number:] or None if takes else None
            if takes:
                return


def _unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        code = found[1]
        return chr(int(code[1:], 16)) if code[0] in "ux" and code[1:] else ESCAPED.get(code, code)

    return ESCAPE.sub(one, text)
