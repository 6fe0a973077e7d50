"""Requests made of requests: a thing or a few in one of them changed, by chance."""

from collections.abc import Callable, Sequence
from random import Random

from starlette_conformance.explore import grammar, odd_words
from starlette_conformance.explore.generator import client_headers, damaged, target, value_of
from starlette_conformance.model.app import Words
from starlette_conformance.model.request import Request

END = b"\r\n\r\n"
FRAMING = ("content-length:", "transfer-encoding:", "expect:")
MORE = 0.5
"""How often one more thing is changed."""
DAMAGED = 0.1
"""How often a byte of the head is changed as well."""
LIMIT = 20_000
"""Bytes up to which one request is sent behind another: what is kept is changed again."""


def mutated(request: Request, pool: Sequence[Request], known: Words, random: Random) -> Request:
    """The request with something changed, perhaps by what stands in another one of the pool."""
    draft = Draft(request, pool, known, random)
    random.choice(MUTATIONS)(draft)
    while random.random() < MORE:
        random.choice(MUTATIONS)(draft)
    return Request(request.app, draft.data(), request.files)


class Draft:
    """A request in its parts, whose methods change one each."""

    def __init__(
        self, request: Request, pool: Sequence[Request], known: Words, random: Random
    ) -> None:
        self._pool, self._known, self._random = pool, known, random
        head, _, self.rest = request.data.partition(END)
        first, *self.lines = head.decode("latin-1").split("\r\n")
        self.method, _, others = first.partition(" ")
        self.target, _, self.version = others.rpartition(" ")

    def data(self) -> bytes:
        lines = (f"{self.method} {self.target} {self.version}", *self.lines, "")
        head = "\r\n".join(lines).encode("latin-1")
        if self._random.random() < DAMAGED:
            head = damaged(head, self._random)
        return head + b"\r\n" + self.rest

    def other_method(self) -> None:
        self.method = self._random.choice(grammar.METHODS)

    def other_target(self) -> None:
        self.target = _in_utf8(target(self._known.paths, self._random))

    def other_version(self) -> None:
        self.version = self._random.choice(odd_words.VERSIONS)

    def other_body(self) -> None:
        framing, self.rest = self._random.choice(odd_words.FRAMINGS)
        others = [line for line in self.lines if not line.lower().startswith(FRAMING)]
        self.lines = [*others, *framing]

    def other_value(self) -> None:
        """Something more, or less, in a header line."""
        if self.lines:
            number = self._random.randrange(len(self.lines))
            line = self.lines[number]
            place = self._random.randrange(len(line) + 1)
            piece = self._random.choice(("", ",", ";", '"', "=", *grammar.PIECES))
            end = line[place + self._random.randrange(3) :]
            self.lines[number] = line[:place] + _in_utf8(piece) + end

    def more_headers(self) -> None:
        topic = self._random.choice([*grammar.TOPICS.values()])
        for name, values in self._random.choice(topic):
            self._insert(_in_utf8(f"{name}: {value_of(values, self._random)}"))

    def odd_line(self) -> None:
        self._insert(self._random.choice(odd_words.LINES))

    def line_twice(self) -> None:
        if self.lines:
            self._insert(self._random.choice(self.lines))

    def line_less(self) -> None:
        if self.lines:
            del self.lines[self._random.randrange(len(self.lines))]

    def lines_of_a_client(self) -> None:
        framing = [line for line in self.lines if line.lower().startswith(FRAMING)]
        theirs = [f"{name}: {value}" for name, value in client_headers(self._random)]
        self.lines = [*theirs, *framing]

    def lines_of_another(self) -> None:
        chosen = self._random.choice(self._pool)
        lines = Draft(chosen, self._pool, self._known, self._random).lines
        for line in self._random.sample(lines, k=min(len(lines), self._random.randint(1, 3))):
            self._insert(line)

    def another_behind_it(self) -> None:
        other = self._random.choice(self._pool).data
        if len(self.rest) + len(other) < LIMIT:
            self.rest += other

    def _insert(self, line: str) -> None:
        self.lines.insert(self._random.randrange(len(self.lines) + 1), line)


def _in_utf8(text: str) -> str:
    """The text in UTF-8, a character for each byte."""
    return text.encode().decode("latin-1")


MUTATIONS: Sequence[Callable[[Draft], None]] = (
    Draft.other_method,
    Draft.other_target,
    Draft.other_version,
    *[Draft.other_body] * 2,
    *[Draft.other_value] * 2,
    *[Draft.more_headers] * 2,
    Draft.odd_line,
    Draft.line_twice,
    Draft.line_less,
    Draft.lines_of_a_client,
    Draft.lines_of_another,
    Draft.another_behind_it,
)
"""What comes twice is chosen twice as often."""
