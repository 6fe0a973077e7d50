"""That a comparison is of recorded data, and of which."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recorded:
    """Where the data are from, empty where they lie beside; the day on which they were made, and
    the version of starlette-conformance that made them.
    """

    source: str
    day: str
    tool: str
