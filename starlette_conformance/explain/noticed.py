"""What clients make of streams that differ."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Noticed:
    """Who is given other events by streams that differ in more than values: `clients`, each with
    its version, of those that were `judged`. In `names` there is none where all of its versions do.
    `nothing` counts clients that were given no event by either. `streams` counts the pairs.
    """

    streams: int
    names: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    judged: int = 0
    nothing: int = 0
    not_judged: int = 0
