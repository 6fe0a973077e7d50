"""Lines that a server logged, with names in the place of numbers that each run has anew."""

import re
from collections.abc import Mapping

PID = re.compile(r"process \[\d+\]")


def without_numbers(line: str, names: Mapping[int, str]) -> str:
    """A line with names in the place of a process id and of ports."""
    line = PID.sub("process [PID]", line)
    for port, name in names.items():
        line = re.sub(rf"(?<=127\.0\.0\.1:){port}\b", name, line)
        line = re.sub(rf"(?<='127\.0\.0\.1', ){port}\b", name, line)
    return line
