"""Requests from an `.http` file, as the REST Client of VS Code and the HTTP Client of JetBrains
read it.

What is accepted, and nothing else:
- requests, separated by lines that begin with `###`;
- before the first line of a request: empty lines, comments (`#` or `//`), and variables, which are
  `@name = value`; `{{name}}` is replaced by it from there on, in the rest of the file;
- the first line of a request: `METHOD TARGET`, or `TARGET` for GET, or either with `HTTP/1.1` at
  the end. A target is a path, which begins with `/`, or a URL of http or https; lines that begin
  with blanks and `?` or `&` continue it;
- `HTTP/1.0` at the end is sent; `WEBSOCKET` with a path or a URL of ws or wss opens a WebSocket
  (`http_websocket.py` says how messages are written);
- headers, `Name: value` in a line each, and comments among them, up to an empty line. They are
  sent as written, those of the connection and Cookie, too; what is missing is added: Host, and
  Content-Length of a body. After `Transfer-Encoding: chunked` the body is sent as one chunk. User
  and password of `Authorization: Basic`, with a blank or a colon between them, are encoded;
- the body: everything after that, without the line ends at its end. The lines of a form
  (application/x-www-form-urlencoded) are put together, those of a multipart body end with CR LF.
- in a comment before or in a request: `# @name NAME`, and `# @while NAME`, upon which it is sent
  while the event stream of that name is open, which is read beside it;
- likewise how the client behaves, as `http_manner.py` says;
- a line `?? status == 200`, below the headers or the body: the status that is expected.
- `{{NAME.response.body.$.token}}` (or `body.*`, `headers.X-Token`, `fields.csrf` of a form,
  `events.0.data` of an event stream): what the response to the request NAME gave on the same
  stack; and below a request `> {% client.global.set("token", response.body.token) %}`, which sets
  a variable to it;
- in a body `< FILE`, or `<@ FILE` with variables in it.
Refused, with file and line: other scripts, variables that the editor makes up or asks for,
directives in comments that change what is sent (`@prompt`, `@loop`), GRAPHQL, GRPC and their like.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp import http_syntax
from starlette_conformance.userapp.http_body import body_of, without_scripts
from starlette_conformance.userapp.http_manner import OF_A_MANNER
from starlette_conformance.userapp.http_references import BOUND_TARGET, references
from starlette_conformance.userapp.http_variables import Variables
from starlette_conformance.userapp.http_websocket import NOT_SENT, handshake, script_of
from starlette_conformance.userapp.recorded_request import (
    HTTP_1_0,
    HTTP_1_1,
    SWITCHING_PROTOCOLS,
    WEBSOCKET,
    Manner,
    Step,
    file_text,
    written,
)

REQUESTS = 20_000
"""Of one file; each is sent to both stacks several times."""


def requests(path: Path, app: str) -> list[Step]:
    """The requests in their order. Raises UsageError, with file and line."""
    reader = _Reader(Variables(path), app)
    parts: list[http_syntax.Lines] = [[]]
    for number, line in enumerate(http_syntax.LINE_END.split(file_text(path)), 1):
        if line.startswith(http_syntax.SEPARATOR):
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

    variables: Variables
    app: str
    name: str = ""
    during: str = ""
    recorded: int = 0
    manner: Manner = field(default_factory=Manner)

    def step(self, lines: http_syntax.Lines) -> Step | None:
        """The request of a part of the file; None where it has none."""
        self.name, self.during, self.recorded, self.manner = "", "", 0, Manner()
        rest = self._after_variables(lines)
        if not rest:
            return None
        (number, line), *rest = rest
        method, host, target, version, rest = self._request_line(number, line, rest)
        headers: list[tuple[str, str]] = []
        end = next((index for index, (_, line) in enumerate(rest) if not line.strip()), len(rest))
        for at, line in rest[:end]:
            if self._is_comment(at, line) or self._is_expected(at, line):
                continue
            name, colon, value = self.variables.filled(at, line).partition(":")
            if not colon:
                raise self.variables.refused(
                    at, f"not a header: {line[: http_syntax.SHOWN]!r}; a body follows an empty line"
                )
            written_value = http_syntax.encoded(name.strip(), value)
            if "{{" in value and written_value != value:
                raise self.variables.refused(at, "user and password cannot be values of responses")
            headers.append((name.strip(), written_value))
        named = {name.lower() for name, _ in headers}
        if "host" not in named:
            headers.insert(0, ("Host", host or "127.0.0.1:PORT"))
        kinds = [value.strip().lower() for name, value in headers if name.lower() == "content-type"]
        below = [line for line in rest[end + 1 :] if not self._is_expected(*line)]
        below, sets = without_scripts(below, self.variables)
        if self.manner.websocket:
            if named & NOT_SENT:
                raise self.variables.refused(number, f"{', '.join(NOT_SENT)}: not supported")
            headers, body = handshake(headers), script_of(below, self.variables)
            self.recorded = self.recorded or SWITCHING_PROTOCOLS
        else:
            body = body_of(below, kinds[0] if kinds else "", self.variables)
        place = f"{self.variables.path.name}:{number}"
        with self.variables.line(number):
            framed = not self.manner.websocket
            request = written(self.app, method, target, headers, body, version, framed)
        bound = references(request, self.variables.places)
        if "transfer-encoding" in named and any(each.text.encode() in body for each in bound):
            raise self.variables.refused(number, "a chunked body cannot have values of responses")
        for variable, where in sets.items():
            self.variables.values[variable] = f"{{{{line-{number}.response.{where}}}}}"
        self.variables.places |= {f"line-{number}": place} | (
            {self.name: place} if self.name else {}
        )
        cookies = "cookie" in named
        return Step(
            place, request, cookies, self.name, self.during, self.recorded, bound, self.manner
        )

    def _after_variables(self, lines: http_syntax.Lines) -> http_syntax.Lines:
        """What begins with the first line that is neither empty, nor a comment, nor a variable."""
        for index, (number, line) in enumerate(lines):
            if variable := http_syntax.VARIABLE.fullmatch(line.strip()):
                self.variables.values[variable[1]] = self.variables.filled(number, variable[2])
            elif line.strip() and not self._is_comment(number, line):
                return lines[index:]
        return []

    def _request_line(
        self, number: int, line: str, rest: http_syntax.Lines
    ) -> tuple[str, str, str, str, http_syntax.Lines]:
        """Method, host (or nothing), target, version, and the lines that are left."""
        end = next(
            (i for i, (_, more) in enumerate(rest) if not http_syntax.CONTINUES.match(more)),
            len(rest),
        )
        if end:
            line = "".join([line.rstrip(), *(more.strip() for _, more in rest[:end])])
            rest = rest[end:]
        found = http_syntax.REQUEST_LINE.fullmatch(self.variables.filled(number, line).strip())
        if found is None:
            raise self.variables.refused(
                number, f"not a request line: {line[: http_syntax.SHOWN]!r}"
            )
        method, url, version = found[1] or "GET", found[2], found[3]
        if method in http_syntax.REFUSED_METHODS:
            raise self.variables.refused(number, f"{method[: http_syntax.SHOWN]} is not supported")
        if version not in {*http_syntax.OVER_HTTP_1_1, HTTP_1_0}:
            what = "is not supported: requests are HTTP/1.1, or HTTP/1.0"
            raise self.variables.refused(number, f"{version[: http_syntax.SHOWN]} {what}")
        sent = HTTP_1_0 if version == HTTP_1_0 else HTTP_1_1
        if method == WEBSOCKET or url.startswith(("ws://", "wss://")):
            method, self.manner = "GET", replace(self.manner, websocket=True)
        if url.startswith("/"):
            return method, "", url.partition("#")[0], sent, rest
        if bound := BOUND_TARGET.fullmatch(url):
            return method, bound[1] or "", bound[2], sent, rest
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise self.variables.refused(
                number, f"{url[: http_syntax.SHOWN]!r} is no URL: {error}"
            ) from None
        if parts.scheme not in {"http", "https", "ws", "wss"} or not parts.netloc:
            raise self.variables.refused(
                number, f"{url[: http_syntax.SHOWN]!r} is neither a path nor a URL of http or https"
            )
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return method, parts.netloc.rpartition("@")[2], target, sent, rest

    def _is_comment(self, number: int, line: str) -> bool:
        comment = http_syntax.COMMENT.fullmatch(line)
        if comment and comment[2]:
            self._follow(number, comment[2], comment[3].strip())
        return bool(comment)

    def _follow(self, number: int, directive: str, word: str) -> None:
        """Do what a comment says beyond a comment."""
        if directive == "@name":
            self.name = word.lstrip("=").strip()
        elif directive == "@while":
            if word not in self.variables.places:
                what = f"no request above it has `# @name {word[: http_syntax.SHOWN]}`"
                raise self.variables.refused(number, f"@while {word[: http_syntax.SHOWN]}: {what}")
            self.during = word
        elif directive in OF_A_MANNER:
            with self.variables.line(number):
                self.manner = OF_A_MANNER[directive](self.manner, word)
        elif directive not in http_syntax.DIRECTIVES:
            what = f"the directive {directive[: http_syntax.SHOWN]} is not supported"
            raise self.variables.refused(number, f"{what}; a comment begins without @")

    def _is_expected(self, number: int, line: str) -> bool:
        """Whether a line says which status is expected, as httpyac has it."""
        if not line.startswith("??"):
            return False
        status = http_syntax.STATUS.fullmatch(line.strip())
        if status is None:
            what = f"only `?? status == 200` is supported: {line.strip()[: http_syntax.SHOWN]!r}"
            raise self.variables.refused(number, what)
        self.recorded = int(status[1])
        return True
