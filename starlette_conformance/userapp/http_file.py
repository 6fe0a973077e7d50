"""Requests from an `.http` file, as the REST Client of VS Code and the HTTP Client of JetBrains
read it.

What is accepted, and nothing else:
- requests, separated by lines that begin with `###`;
- before the first line of a request: empty lines, comments (`#` or `//`), and variables, which are
  `@name = value`; `{{name}}` is replaced by it from there on, in the rest of the file;
- the first line of a request: `METHOD TARGET`, or `TARGET` for GET, or either with `HTTP/1.1` at
  the end. A target is a path, which begins with `/`, or a URL of http or https; lines that begin
  with blanks and `?` or `&` continue it;
- headers, `Name: value` in a line each, and comments among them, up to an empty line. They are
  sent as written, those of the connection and Cookie, too; what is missing is added: Host, and
  Content-Length of a body. After `Transfer-Encoding: chunked` the body is sent as one chunk. User
  and password of `Authorization: Basic`, with a blank or a colon between them, are encoded;
- the body: everything after that, without the line ends at its end. The lines of a form
  (application/x-www-form-urlencoded) are put together, those of a multipart body end with CR LF.
- in a comment before or in a request: `# @name NAME`, and `# @while NAME`, upon which it is sent
  while the event stream of that name is open, which is read beside it;
- a line `?? status == 200`, below the headers or the body: the status that is expected.
Refused, with file and line: bodies and scripts from files (`<`, `>`), variables that the editor
makes up or asks for, directives in comments that change what is sent (`@prompt`, `@loop`), URLs of
WebSockets, GRAPHQL, GRPC and their like.
"""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.request import Request
from starlette_conformance.userapp.http_syntax import (
    COMMENT,
    CONTINUES,
    DIRECTIVES,
    FROM_FILE,
    LINE_END,
    NAME,
    REFUSED_METHODS,
    REQUEST_LINE,
    SEPARATOR,
    SHOWN,
    STATUS,
    VARIABLE,
    Lines,
    encoded,
)
from starlette_conformance.userapp.recorded_request import Step, file_bytes, written

REQUESTS = 20_000
"""Of one file; each is sent to both stacks several times."""

FILLED = 64 * 1024 * 1024
"""Characters that variables may come to in a whole file: a dozen of them, each twice in the next,
would be more than any memory."""


def requests(path: Path, app: str) -> list[Step]:
    """The requests in their order. Raises UsageError, with file and line."""
    try:
        text = file_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text, at byte {error.start}") from None
    reader = _Reader(path, app)
    parts: list[Lines] = [[]]
    for number, line in enumerate(LINE_END.split(text), 1):
        if line.startswith(SEPARATOR):
            parts.append([])
        else:
            parts[-1].append((number, line))
    found: list[Step] = []
    for part in parts:
        if step := reader.step(part):
            found.append(step)
        if len(found) > REQUESTS:
            raise UsageError(f"{path}: more than {REQUESTS:,} requests; make several files of it")
    if not found:
        raise UsageError(f"{path}: there is no request in it")
    return found


@dataclass
class _Reader:
    """Reads one request after the other, with the variables so far."""

    path: Path
    app: str
    variables: dict[str, str] = field(default_factory=dict)
    filled: int = 0
    names: set[str] = field(default_factory=set)
    name: str = ""
    during: str = ""
    recorded: int = 0

    def step(self, lines: Lines) -> Step | None:
        """The request of a part of the file; None where it has none."""
        self.name, self.during, self.recorded = "", "", 0
        rest = self._after_variables(lines)
        if not rest:
            return None
        (number, line), *rest = rest
        method, host, target, rest = self._request_line(number, line, rest)
        headers: list[tuple[str, str]] = []
        end = next((index for index, (_, line) in enumerate(rest) if not line.strip()), len(rest))
        for at, line in rest[:end]:
            if self._is_comment(at, line) or self._is_expected(at, line):
                continue
            name, colon, value = self._filled(at, line).partition(":")
            if not colon:
                raise self._refused(
                    at, f"not a header: {line[:SHOWN]!r}; a body follows an empty line"
                )
            headers.append((name.strip(), encoded(name.strip(), value)))
        named = {name.lower() for name, _ in headers}
        if "host" not in named:
            headers.insert(0, ("Host", host or "127.0.0.1:PORT"))
        kinds = [value.strip().lower() for name, value in headers if name.lower() == "content-type"]
        body = self._body(rest[end + 1 :], kinds[0] if kinds else "")
        if self.name:
            self.names.add(self.name)
        return Step(
            f"{self.path.name}:{number}",
            self._request(number, method, target, headers, body),
            "cookie" in named,
            self.name,
            self.during,
            self.recorded,
        )

    def _request(
        self,
        number: int,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        body: bytes,
    ) -> Request:
        try:
            return written(self.app, method, target, headers, body)
        except UsageError as error:
            raise self._refused(number, str(error)) from None

    def _after_variables(self, lines: Lines) -> Lines:
        """What begins with the first line that is neither empty, nor a comment, nor a variable."""
        for index, (number, line) in enumerate(lines):
            if variable := VARIABLE.fullmatch(line.strip()):
                self.variables[variable[1]] = self._filled(number, variable[2])
            elif line.strip() and not self._is_comment(number, line):
                return lines[index:]
        return []

    def _request_line(self, number: int, line: str, rest: Lines) -> tuple[str, str, str, Lines]:
        """Method, host (or nothing), target, and the lines that are left."""
        end = next((i for i, (_, more) in enumerate(rest) if not CONTINUES.match(more)), len(rest))
        if end:
            line = "".join([line.rstrip(), *(more.strip() for _, more in rest[:end])])
            rest = rest[end:]
        found = REQUEST_LINE.fullmatch(self._filled(number, line).strip())
        if found is None:
            raise self._refused(number, f"not a request line: {line[:SHOWN]!r}")
        method, url, version = found[1] or "GET", found[2], found[3]
        if method in REFUSED_METHODS:
            raise self._refused(number, f"{method[:SHOWN]} is not supported")
        if version not in {None, "HTTP/1.1", "HTTP/2", "HTTP/2.0"}:
            what = f"{version[:SHOWN]} is not supported: requests are HTTP/1.1"
            raise self._refused(number, what)
        if url.startswith("/"):
            return method, "", url.partition("#")[0], rest
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise self._refused(number, f"{url[:SHOWN]!r} is no URL: {error}") from None
        if parts.scheme in {"ws", "wss"}:
            what = f"a WebSocket, which is not supported: {url[:SHOWN]!r}; take the request out"
            raise self._refused(number, what)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise self._refused(
                number, f"{url[:SHOWN]!r} is neither a path nor a URL of http or https"
            )
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return method, parts.netloc.rpartition("@")[2], target, rest

    def _body(self, lines: Lines, kind: str) -> bytes:
        lines = [line for line in lines if not self._is_expected(*line)]
        for number, line in lines:
            if FROM_FILE.match(line):
                raise self._refused(
                    number,
                    f"bodies and scripts from files are not supported: {line.strip()[:SHOWN]!r}",
                )
        texts = [self._filled(number, line) for number, line in lines]
        while texts and not texts[-1].strip():
            texts.pop()
        if kind.startswith("application/x-www-form-urlencoded"):
            return "".join(text.strip() for text in texts).encode()
        if kind.startswith("multipart/"):
            return "".join(f"{text}\r\n" for text in texts).encode()
        return "\n".join(texts).encode()

    def _is_comment(self, number: int, line: str) -> bool:
        comment = COMMENT.fullmatch(line)
        if comment and comment[2]:
            self._follow(number, comment[2], comment[3].strip())
        return bool(comment)

    def _follow(self, number: int, directive: str, word: str) -> None:
        """Do what a comment says beyond a comment."""
        if directive == "@name":
            self.name = word.lstrip("=").strip()
        elif directive == "@while":
            if word not in self.names:
                what = f"no request above it has `# @name {word[:SHOWN]}`"
                raise self._refused(number, f"@while {word[:SHOWN]}: {what}")
            self.during = word
        elif directive not in DIRECTIVES:
            what = f"the directive {directive[:SHOWN]} is not supported"
            raise self._refused(number, f"{what}; a comment begins without @")

    def _is_expected(self, number: int, line: str) -> bool:
        """Whether a line says which status is expected, as httpyac has it."""
        if not line.startswith("??"):
            return False
        status = STATUS.fullmatch(line.strip())
        if status is None:
            what = f"only `?? status == 200` is supported: {line.strip()[:SHOWN]!r}"
            raise self._refused(number, what)
        self.recorded = int(status[1])
        return True

    def _filled(self, number: int, text: str) -> str:
        """The text with the variables' values in it."""
        parts, position = [], 0
        while (begin := text.find("{{", position)) >= 0 and (end := text.find("}}", begin)) >= 0:
            parts += [text[position:begin], self._value(number, text[begin + 2 : end].strip())]
            self.filled += len(parts[-1])
            if self.filled > FILLED:
                raise self._refused(number, f"variables come to more than {FILLED:,} characters")
            position = end + 2
        return "".join([*parts, text[position:]])

    def _value(self, number: int, name: str) -> str:
        if name not in self.variables:
            what = f"write `@{name[:SHOWN]} = ...` above"
            if not NAME.fullmatch(name):  # the editor makes it up, or has it from a response
                what = "write a value in its place, which is the same for both stacks"
            raise self._refused(number, f"{{{{{name[:SHOWN]}}}}} has no value: {what}")
        return self.variables[name]

    def _refused(self, number: int, why: str) -> UsageError:
        return UsageError(f"{self.path}:{number}: {why}")
