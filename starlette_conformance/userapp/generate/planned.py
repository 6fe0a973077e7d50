"""A request as it is sent, and as it stands in an `.http` file."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.model.request import Request
from starlette_conformance.userapp.bound_values import Binding
from starlette_conformance.userapp.http_references import REFERENCES
from starlette_conformance.userapp.http_syntax import FILE, FROM_FILE, SEPARATOR
from starlette_conformance.userapp.recorded_request import written

HOST = "127.0.0.1:PORT"
JSON = "json"
MULTIPART = "multipart/"
WORD = re.compile(r"[^a-zA-Z0-9]+")


@dataclass(frozen=True)
class Planned:
    """A request with references to earlier responses in it. `of` is its operation, or nothing
    where a page named it; `status` is what it got.
    """

    name: str
    of: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    status: int = 0

    def request(self, app: str) -> Request:
        """Raises UsageError, where it cannot be sent."""
        return written(app, self.method, self.target, [("Host", HOST), *self.headers], self.body)

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """What of it earlier responses give, by their names."""
        head = "\n".join([self.target, *(value for _, value in self.headers)]).encode("latin-1")
        return tuple(
            Binding(text.decode(), name.decode(), where.decode())
            for text, name, where in dict.fromkeys(REFERENCES.findall(head + b"\n" + self.body))
        )

    @property
    def kind(self) -> str:
        """Its media type."""
        return next((v.strip().lower() for n, v in self.headers if n.lower() == "content-type"), "")

    def text(self, body_file: str) -> str:
        """As in an `.http` file; a body that cannot stand there is in a file of that name."""
        lines = [f"{SEPARATOR} {self.of}".rstrip(), f"# @name {self.name}"]
        lines += [f"{self.method} {self.target}", *(f"{n}: {v}" for n, v in self.headers)]
        if self.body:
            body = self.body.decode("ascii", "replace").removesuffix("\r\n")
            in_it = self.stands_in_the_file
            lines += ["", *(body.split("\r\n") if in_it else [f"< {body_file}"])]
        return "\n".join([*lines, "", f"?? status == {self.status}" if self.status else "", ""])

    @property
    def stands_in_the_file(self) -> bool:
        """Whether the body means there what it is."""
        if not self.body.isascii() or not self.body.decode().replace("\r\n", "").isprintable():
            return False
        text = self.body.decode()
        lines = text.split("\r\n") if self.kind.startswith(MULTIPART) else [text]
        if self.kind.startswith(MULTIPART):
            lines = lines[:-1] if lines[-1] == "" else [""]  # every line has an end there
        elif "\r\n" in text or text != text.strip():
            return False
        bare = REFERENCES.sub(b"", self.body)
        return b"{{" not in bare and bool(lines[-1].strip()) and not any(map(_is_more, lines))


def _is_more(line: str) -> bool:
    """Whether a line says something in an `.http` file, and is no line of a body."""
    return bool(
        FILE.fullmatch(line) or FROM_FILE.match(line) or line.lstrip().startswith((">", "??"))
    ) or line.startswith(SEPARATOR)


def name_of(of: str, method: str, target: str, taken: Container[str]) -> str:
    """A name that says what is requested, and that no other request has."""
    text = of or f"{method} {target.partition('?')[0]}"
    name = WORD.sub("_", text.lower()).strip("_")[:60] or "request"
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def write(path: Path, requests: Sequence[Planned], head: str) -> None:
    """An `.http` file of them, and bodies that cannot stand in it beside. Raises OSError."""
    folder = path.with_name(f"{path.stem}-bodies")
    texts = [head]
    for each in requests:
        if each.body and not each.stands_in_the_file:
            folder.mkdir(exist_ok=True)
            line_end = b"\r\n" if each.kind.startswith(MULTIPART) else b""  # which a reader adds
            (folder / each.name).write_bytes(each.body.removesuffix(line_end))
        texts.append(each.text(f"./{folder.name}/{each.name}"))
    path.write_text("\n".join(texts), "utf-8")
