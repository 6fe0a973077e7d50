"""What a Server-Sent Event costs the server, for each subscriber that gets it."""

from collections.abc import Callable


def test_event(listens: Callable[[], None]) -> None:
    listens()
