"""What a comparison of two stacks came to. It is all that the renderers get: text, nothing to look
up.

Text in it comes from servers and may be hostile: each renderer escapes it for where it goes.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from starlette_conformance.explain.cause import Causes
from starlette_conformance.explain.changes_between import NotShown, Security
from starlette_conformance.explain.counts import counts
from starlette_conformance.explain.kept import Kept
from starlette_conformance.explain.left_out import Accepted, Ignored
from starlette_conformance.explain.noticed import Noticed
from starlette_conformance.explain.recorded import Recorded
from starlette_conformance.explain.repetition import Repetition, Unconfirmed
from starlette_conformance.explain.severity import Severity, most_dangerous
from starlette_conformance.explain.side import Side
from starlette_conformance.explain.start import Start
from starlette_conformance.explain.statuses import Reached, Replayed, Statuses
from starlette_conformance.model.changes import Change


@dataclass(frozen=True)
class Difference:
    """One field in which two responses differ.

    `where` is a field, such as `status` or `header vary`, or a place in the body, such as
    `body $.total`; `before` and `after` are its values as text, None where there is no such field.
    `digest` is that of both whole values, where the texts are only a part of them, and empty
    elsewhere.
    """

    severity: Severity
    where: str
    before: str | None
    after: str | None
    digest: str = ""

    @property
    def field(self) -> str:
        """Of a response: `body` for `body $.total`."""
        return "body" if self.where.startswith("body ") else self.where


@dataclass(frozen=True)
class Line:
    """A line in the form of `curl -v`; `differs` says that the other response has it otherwise."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class Differing:
    """A request to which two stacks respond differently, in either order of them.

    `app` is the variant of the app, or of a user's app the request and its place in the file.
    `request` are the lines of it, `before` and `after` the lines of both responses that matter.
    `changes` are the names of those that account for it, `remaining` what is left when they have:
    where there is any, it is unexplained. `commands` are lines to paste that reproduce it: two that
    serve, one that sends. `accepted` are the differences that the user accepts, whoever explains
    them; they are not in `remaining`.

    Of a `scenario`, `request` has its name, and then what is done, and `before` and `after` have
    what was seen; `commands` are two lines that play it.
    """

    app: str
    request: tuple[str, ...]
    before: tuple[Line, ...]
    after: tuple[Line, ...]
    differences: tuple[Difference, ...]
    changes: tuple[str, ...] = ()
    remaining: tuple[Difference, ...] = ()
    commands: tuple[str, ...] = ()
    scenario: bool = False
    accepted: tuple[Difference, ...] = ()

    @property
    def place(self) -> str:
        """What tells it from all others: where it stands in the user's file, or all of it."""
        return self.app if " " in self.app else f"{self.app}: {' | '.join(self.request)}"

    @property
    def line(self) -> str:
        """The request line."""
        return self.request[0] if self.request else ""

    @property
    def severity(self) -> Severity:
        """The most dangerous one."""
        return most_dangerous(d.severity for d in (*self.remaining, *self.differences))


@dataclass(frozen=True)
class Group:
    """Exchanges that differ for one reason; the first is the example.

    With a `change`, it accounts for them, and `lost` says that NEW lacks it and OLD has it.
    Without, they look alike, and `name` is what they have in common: nobody explains them, or,
    where `explained`, what is known of the parsers does. An exchange may be in several groups; what
    remains of it is shared out among those that nobody explains. `severity` is the most dangerous
    one that is due to this reason, `fields` what it alters in any of them, the most dangerous
    first.
    """

    name: str
    change: Change | None
    severity: Severity
    exchanges: tuple[Differing, ...]
    fields: tuple[str, ...] = ()
    lost: bool = False
    explained: bool = True

    @property
    def example(self) -> Differing:
        return self.exchanges[0]

    @property
    def requests(self) -> int:
        """How many of the exchanges are single requests."""
        return sum(not each.scenario for each in self.exchanges)

    @property
    def scenarios(self) -> int:
        return len(self.exchanges) - self.requests

    @property
    def apps(self) -> tuple[str, ...]:
        """Each once, in the order of the exchanges."""
        return tuple(dict.fromkeys(exchange.app for exchange in self.exchanges))


@dataclass(frozen=True)
class Unstable:
    """Requests to one app to which one stack does not respond the same each time, and in the same
    fields.

    `stack` is its name. `count` of the `total` responses of the app are not the usual ones, and
    `circumstances` tell how many of them came when: "8 at once". The example has the usual response
    in `before`, and the other one in `after`.
    """

    stack: str
    example: Differing
    requests: int
    count: int
    total: int
    circumstances: tuple[tuple[str, int], ...]
    severity: Severity = "unstable"

    @property
    def app(self) -> str:
        return self.example.app

    @property
    def fields(self) -> tuple[str, ...]:
        """Each once, wherever in the body it is."""
        return tuple(dict.fromkeys(each.field for each in self.example.differences))


@dataclass(frozen=True)
class Diff:
    """Everything that a comparison of two stacks found.

    `compared` counts the requests that were sent to both, `differing` has those whose responses
    differ, each once; `played` and `outcomes` are the same of scenarios. `unconfirmed` are requests
    and scenarios whose difference did not reproduce on retry, `unstable` those to which one stack
    responds otherwise from time to time; `repetition` is None where that is found out otherwise.
    `masked` says what was left out of the comparison as random, and `not_compared` what could not
    be compared and why, a sentence each, `left_out` which apps run on neither stack; `notes` say
    what a reader of the result should know of the run. `command` makes the same diff again.
    `statuses` are those of a user's app, `replayed` says what its requests did, and `inconclusive`
    says why its run proves nothing, a sentence each. `starts` are how that app starts on OLD and on
    NEW, where it does not on both, and `left_behind` says that it left processes. `accepted` are
    the differences that do not count since the user accepts them, `ignored` the rules by which
    others were hidden, and `not_chosen` counts the requests that were sent, and whose responses the
    user did not want to be compared. `recorded` says of which data the comparison is, where nothing
    was run for it. `reached` says of requests that nobody wrote which operations they are for.
    `not_played` counts the slow scenarios that the user did not want to be played, and `fails_on`
    are the words of `--fail-on` by which alone the diff fails. `streams` are the bodies of event
    streams that differ, and `noticed` says who notices; it is None where none differ in more than
    values. `kept` says of which stacks an earlier run has recorded what is compared.
    """

    older: Side
    newer: Side
    compared: int
    differing: tuple[Differing, ...] = ()
    seconds: float = 0.0
    security: tuple[Security, ...] = ()
    unexplained: tuple[Group, ...] = ()
    explained: tuple[Group, ...] = ()
    not_shown: tuple[NotShown, ...] = ()
    unconfirmed: tuple[Unconfirmed, ...] = ()
    unstable: tuple[Unstable, ...] = ()
    repetition: Repetition | None = None
    masked: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    command: str = ""
    played: int = 0
    outcomes: tuple[Differing, ...] = ()
    statuses: Statuses | None = None
    replayed: Replayed | None = None
    inconclusive: tuple[str, ...] = ()
    starts: tuple[Start, Start] | None = None
    causes: Causes | None = None
    left_behind: bool = False
    accepted: tuple[Accepted, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    not_chosen: int = 0
    recorded: Recorded | None = None
    reached: Reached | None = None
    not_played: int = 0
    fails_on: tuple[str, ...] = ()
    streams: tuple[tuple[bytes, bytes], ...] = ()
    noticed: Noticed | None = None
    kept: tuple[Kept, ...] = ()

    @property
    def only_new_fails_to_start(self) -> bool:
        if self.starts is None or self.inconclusive:
            return False
        older, newer = self.starts
        return bool(newer.failure) and not older.failure

    @property
    def counts(self) -> dict[str, Any]:
        """Requests: compared, differing, unexplained, by severity, and by change."""
        return counts(
            self.compared,
            Counter(exchange.severity for exchange in self.differing),
            sum(bool(exchange.remaining) for exchange in self.differing),
            Counter({group.name: group.requests for group in self.explained if group.requests}),
        )

    @property
    def counts_of_scenarios(self) -> dict[str, Any]:
        """The same of scenarios."""
        return counts(
            self.played,
            Counter(outcome.severity for outcome in self.outcomes),
            sum(bool(outcome.remaining) for outcome in self.outcomes),
            Counter({group.name: group.scenarios for group in self.explained if group.scenarios}),
        )
