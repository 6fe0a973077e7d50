"""What a run file holds: JSON Lines, each an object of one of these types, by its `kind`.

A file has one `run` first, then exchanges, outcomes and verdicts as they happen, then replays, and
one `end` last, which is missing where the run was cut off. Bytes are written as text in Latin-1:
one character a byte. Seconds count from the connection.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias, get_args

import msgspec

from starlette_conformance.model.stack import LONGEST_NAME

SCHEMA: Final = 2

Verdict: TypeAlias = Literal["pass", "fail", "not installable", "did not start", "harness error"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Time = Annotated[datetime, msgspec.Meta(tz=True)]
StackName = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]
Short = Annotated[str, msgspec.Meta(max_length=200)]
"""A version, the name of a package or of an app."""
Number = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Record(msgspec.Struct, frozen=True, tag_field="kind"):
    """A line."""


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """What the stack was. `hash_seed` is None where it was left to the environment."""

    python: Short
    implementation: Short
    """Of Python, such as CPython."""
    parser: Short
    loop: Short
    hash_seed: int | None
    packages: dict[Short, Short]


class Start(Record, frozen=True, tag="run", kw_only=True):
    """The first line. `installed` is None where the stack could not be provisioned.

    `complete` says whether every spec was selected, those that need a browser aside.
    `rerun_options` are the options by which pytest judges the stack once more, and `rerun_name` is
    what it then calls it; both are empty where a file of schema 1 does not say.
    """

    schema: Literal[2] = SCHEMA
    stack: StackName
    started: Time
    complete: bool
    installed: Installed | None
    rerun_options: tuple[str, ...]
    rerun_name: str


class Segment(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Bytes, and when they were sent or received."""

    at: float
    text: str

    def __post_init__(self) -> None:
        if not self.text.isascii() and max(self.text) > "\xff":
            raise ValueError("a character of the segment is no byte")


class ExchangeRecord(Record, frozen=True, tag="exchange", kw_only=True, omit_defaults=True):
    """A request and what came back. `id` counts from 1 in a file.

    `variant` is the variant of the app that got the request, where that is not the one with the
    usual files; its key in the file is `served`. `closes` says whether the server closed by
    itself. `port` is the server's; 0 in files that were written before it was noted.
    """

    id: Number
    spec: str
    app: Short
    method: str
    sent: tuple[Segment, ...]
    received: tuple[Segment, ...]
    ended: str
    closes: bool
    port: int = 0
    variant: str | None = msgspec.field(default=None, name="served")

    @property
    def sent_bytes(self) -> bytes:
        return joined(self.sent)

    @property
    def received_bytes(self) -> bytes:
        return joined(self.received)


class ReplayRecord(Record, frozen=True, tag="replay", kw_only=True, omit_defaults=True):
    """A request as `diff` sends it, and what came back, after the specs of a stack.

    Stacks are compared by it where specs send that request in another way, or where it is
    `of_client`: none sends it, but a client does. Or another request gets its response. In `sent`,
    the port is written PORT. `closed` tells whether the server closed, `closes` whether by itself.
    """

    variant: Short = msgspec.field(name="served")
    app: Short
    port: int
    sent: str
    received: tuple[Segment, ...]
    ended: str
    closed: bool
    closes: bool
    of_client: bool = False


Values: TypeAlias = str | tuple[str, ...]
"""Those of a header, by its name; a tuple where it is repeated."""


class ResponseRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A `Response` that a scenario observed; of a chunked body, each chunk. `at` is in seconds
    since the epoch.
    """

    status: int
    headers: dict[str, Values]
    body: Values
    reason: str
    version: str
    ending: str
    closes: bool
    lines: tuple[str, ...]
    at: float
    interim: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    trailers: dict[str, Values] = {}


Seen: TypeAlias = str | ResponseRecord | tuple[str | ResponseRecord, ...] | None
"""A text, a response, or a list of either."""


class OutcomeRecord(Record, frozen=True, tag="outcome", kw_only=True):
    """What a scenario came to, by the names of what is observed."""

    scenario: Annotated[str, msgspec.Meta(max_length=400)]
    observed: dict[str, Seen]


class VerdictRecord(Record, frozen=True, tag="verdict", kw_only=True, omit_defaults=True):
    """What a spec came to. `exchanges` are the ids of its exchanges, all of them above.

    `changes` are those that it asserted, and whether they applied. `browser` says whether it
    needed one. `failed_first` is with what it failed before it passed, alone.
    """

    spec: str
    app: Short
    verdict: Verdict
    reason: str
    exchanges: tuple[Number, ...]
    changes: dict[str, bool]
    seconds: Seconds
    browser: bool = False
    failed_first: str = ""

    @property
    def headline(self) -> str:
        """The reason on a line of at most 200 characters."""
        return self.reason.partition("\n")[0][:200]


class End(Record, frozen=True, tag="end", kw_only=True):
    """The last line of a run that gave every verdict."""

    finished: Time


def joined(segments: Sequence[Segment]) -> bytes:
    return "".join(segment.text for segment in segments).encode("latin-1")
