"""How a user's app starts on a stack."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Start:
    """`failure` says that it does not start, and is empty where it does; `exception` is the last
    one of its log with its place, `log` its last lines, and `hints` say what to do.
    """

    failure: str = ""
    exception: str = ""
    log: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
