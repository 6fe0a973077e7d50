"""What of a diff does not count, since the user says so."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Accepted:
    """A difference that the user accepts: its request and place (`status`, `header vary`), its
    values, None where there is no such field, and by whom it is accepted, why, and until which day,
    as far as that is known. `place` is where the user says so. `cases` counts the responses.
    """

    request: str
    where: str
    before: str | None
    after: str | None
    why: str
    who: str
    until: str
    place: str
    cases: int


@dataclass(frozen=True)
class Ignored:
    """A rule of what the user does not want to be compared, in words; `place` is where it stands,
    and `cases` counts the differences that it hides.
    """

    rule: str
    why: str
    place: str
    cases: int
