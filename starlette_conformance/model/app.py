"""A reference app as one row of a table: how it is started, what it is made of, what to send it.

The rows stand in `specs/ledger/apps.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Trait = Literal["routes", "cors", "files", "auth", "stream"]
"""What an app is made of: Route, CORSMiddleware, StaticFiles, AuthenticationMiddleware, or an
EventSourceResponse. The script of an app with a stream takes `--interval SECONDS`."""

Topic = Literal["cors", "conditions", "ranges", "authorization", "connection", "anything"]
"""Request headers that belong together (`explore/grammar.py`)."""

USUAL_SITE = "SITE"


@dataclass(frozen=True)
class Words:
    """What random requests to an app are made of.

    A path or topic that stands here twice is chosen twice as often. Of all requests the app gets
    `share` parts.
    """

    paths: Sequence[str]
    topics: Sequence[Topic] = ("cors", "conditions", "connection", "anything")
    share: int = 1


@dataclass(frozen=True)
class Variant:
    """How an app is started for the fixture that is named after the variant.

    `interval` is the seconds between two events, `site` names the files in its working directory.
    A `reseeded` one gets another hash seed, so that specs see both. An `idle` one waits longer
    between two events than a server has time to stop.
    """

    interval: float | None = None
    site: str = USUAL_SITE
    reseeded: bool = False
    idle: bool = False


@dataclass(frozen=True)
class App:
    """A row: the script is `apps/NAME.py`, and the fixture NAME starts the variant `usual`.

    `home` is the path that it is there for: every client asks for it. Without `words`, random
    requests are made of the routes that the script names.
    """

    name: str
    traits: tuple[Trait, ...]
    words: Words | None = None
    home: str = "/"
    usual: Variant = Variant()
    others: Mapping[str, Variant] = field(default_factory=dict)

    def arguments(self, interval: float | None) -> tuple[str, ...]:
        """What its script is given for a pace; an app without a stream has none."""
        paced = "stream" in self.traits and interval is not None
        return ("--interval", str(interval)) if paced else ()
