"""What the site has for programs, beside `schema/index.json` and `schema/release.json`.

`index.json` lists the stacks that were judged. `release/PACKAGE/VERSION.json` is one release: what
it changed, what fails, and how it compares with the release before and with the newest one.
`run.path` is the run file of a stack, an xz file of JSON Lines: `diff --published` compares two.
`schema` is another number where a key goes away, or means something else. Paths are relative to
`index.json`.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec

from starlette_conformance.model.changes import Kind
from starlette_conformance.runs.records import Short, StackName, Time, Verdict

SCHEMA: Final = 1
TOOL = "starlette-conformance"

Count = Annotated[int, msgspec.Meta(ge=0)]
Page = Annotated[str, msgspec.Meta(max_length=1000)]
"""A path below the folder of `index.json`."""
RunPath = Annotated[str, msgspec.Meta(pattern=r"^runs/[A-Za-z0-9_.+=!-]{1,120}\.jsonl\.xz$")]
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class RunLink(msgspec.Struct, frozen=True, kw_only=True):
    """A run file, its SHA-256 and its size as it lies there."""

    path: RunPath
    sha256: Digest
    bytes: Count


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A stack that was judged. `finished` is null where the run was cut off, `complete` says
    whether every spec was selected. `package` and `version` say of which release it is, and are
    null where it is of none. `python`, `parser`, `loop`, `packages` and `run` are null where the
    stack could not be provisioned. `release` is the path of its JSON.
    """

    name: StackName
    package: Short | None
    version: Short | None
    python: Short | None
    parser: Short | None
    loop: Short | None
    packages: dict[Short, Short] | None
    started: Time
    finished: Time | None
    complete: bool
    verdicts: dict[Verdict, Count]
    run: RunLink | None
    release: Page | None

    @property
    def specs(self) -> int:
        return sum(self.verdicts.values())

    @property
    def passed(self) -> int:
        return self.verdicts.get("pass", 0)


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """What there is. `tool` is the version of starlette-conformance that made it."""

    schema: Literal[1] = SCHEMA
    made: Time
    tool: Short
    stacks: tuple[Judged, ...]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    compared: Count
    differing: Count
    unexplained: Count


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The release as NEW, or as OLD beside the newest one. `changes` are the names of those that
    show, `page` has the whole, and `exit_code` is that of `diff`.
    """

    older: Short
    newer: Short
    page: Page
    summary: str
    exit_code: int
    responses: Counts
    scenarios: Counts
    changes: tuple[str, ...]


class NamedChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change that came with the release, or, where `lost`, went away with it."""

    name: str
    kind: Kind
    sentence: str
    link: str
    noticed_by: tuple[str, ...]
    lost: bool
    page: Page


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """A spec that fails on the release, and the first line of why."""

    spec: str
    reason: str


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One release. `previous` and `newest` are null where there is no such release in the data;
    `lacking` are the names of security fixes that it does not have.
    """

    schema: Literal[1] = SCHEMA
    made: Time
    tool: Short
    package: Short
    version: Short
    judged: Judged
    changes: tuple[NamedChange, ...]
    lacking: tuple[str, ...]
    failed: tuple[Failed, ...]
    previous: Compared | None
    newest: Compared | None

    @property
    def parser(self) -> str:
        """Where the stacks of a series vary in it: it is a part of the version then."""
        parser = self.judged.parser or ""
        return parser if parser and self.version.endswith(f"-{parser}") else ""

    @property
    def name(self) -> str:
        """In words: `uvicorn 0.54.0 with h11`."""
        beside = f" with {self.parser}" if self.parser else ""
        return f"{self.package} {self.version.removesuffix(f'-{self.parser}')}{beside}"


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `history/DAY.jsonl`: a run that was not there before. Lines are only added."""

    schema: Literal[1] = SCHEMA
    stack: StackName
    package: Short | None
    version: Short | None
    packages: dict[Short, Short] | None
    started: datetime
    tool: Short
    verdicts: dict[Verdict, Count]


def schema_of(kind: type[msgspec.Struct], title: str) -> dict[str, Any]:
    """The JSON Schema of a document, of its types here."""
    (reference,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **reference,
        "$defs": components,
    }
