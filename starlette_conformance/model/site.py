"""What stands in a working directory of `static_files`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """A symbolic link to a target, which is relative to the link's own folder."""

    target: str


@dataclass(frozen=True)
class Pipe:
    """A named pipe: whoever opens it to read waits for ever."""


Content = bytes | Link | Pipe | None
"""What stands at a path; None is an empty folder."""
