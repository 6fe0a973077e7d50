"""How often requests were sent, and which of them did not give the same result again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Repetition:
    """How often requests were sent again to the same server; `after` is 0 where none was.

    Each app got `after` of them, up to `crowds` at once, and then its exchanges a last time.
    `responses` counts those of each app, on the stack that gave fewer.
    """

    after: int
    crowds: tuple[int, ...]
    seed: int
    responses: tuple[tuple[str, int], ...]

    def missed(self, rate: float) -> tuple[tuple[str, float], ...]:
        """By app, the odds that a defect in so many of its responses came in none of them."""
        return tuple((served, (1 - rate) ** count) for served, count in self.responses)


@dataclass(frozen=True)
class Unconfirmed:
    """A request whose responses differed, in `fields`, and did not when it was sent again."""

    request: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.request + (f": {', '.join(self.fields)}" if self.fields else "")
