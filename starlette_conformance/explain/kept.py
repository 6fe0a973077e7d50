"""That what is compared of a stack was recorded by an earlier run, and when."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Kept:
    """`side` is OLD or NEW, `since` when the first of it was recorded; where it is not `whole`,
    some of it was recorded now.
    """

    side: str
    since: datetime
    whole: bool
