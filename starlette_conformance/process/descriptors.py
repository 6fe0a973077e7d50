"""File descriptors: one for each connection, at either end."""

import resource

from starlette_conformance.model.errors import UsageError

SPARE = 200
"""What a process needs beside its connections, rather too many."""


def enough_for(connections: int, what: str) -> None:
    """Raise the soft limit of this process to its hard one. Raises UsageError if that is too low.

    A child gets the limits of this process with it.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and connections + SPARE > hard:
        fewer = f", or ask for at most {hard - SPARE}" if hard > SPARE else ""
        raise UsageError(
            f"{connections} {what} need {connections + SPARE} file descriptors in one process, and "
            f"{hard} are allowed: raise `ulimit -Hn` to {connections + SPARE}{fewer}"
        )
