"""How much a command prints, by -q and -v: one setting a process, since every console heeds it."""

LEVEL = [0]
"""Below 0: no progress. Above 0: more detail."""


def quieter() -> None:
    LEVEL[0] -= 1


def louder() -> None:
    LEVEL[0] += 1


def reset() -> None:
    LEVEL[0] = 0


def quiet() -> bool:
    return LEVEL[0] < 0


def verbose() -> bool:
    return LEVEL[0] > 0
