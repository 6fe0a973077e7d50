"""What callgrind writes: instructions and system calls, by function.

The format: https://valgrind.org/docs/manual/cl-format.html
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from starlette_conformance.model.errors import Failure

TOTALS = re.compile(r"^totals: (\d+)", re.MULTILINE)
FUNCTION = re.compile(r"c?fn=\((\d+)\)(?: (.+))?")
OF_MEMORY = re.compile(r"brk|sbrk|mmap|munmap|mremap|madvise|clock_gettime|gettimeofday|time")
"""What the allocator calls now and then, and what is no system call outside valgrind."""


@dataclass(frozen=True)
class Reading:
    """What a process executed: instructions, and system calls by the name of libc's function."""

    instructions: int
    syscalls: Mapping[str, int]


def read_dump(text: str) -> Reading:
    """Raises Failure where it is not whole."""
    totals = TOTALS.search(text)
    if totals is None:
        raise Failure("callgrind wrote a file without totals")
    names: dict[str, str] = {}
    calls: Counter[str] = Counter()
    function, inclusive = "", False
    for line in text.splitlines():
        if named := FUNCTION.match(line):
            number, name = named.groups()
            if name:
                names[number] = name
            if line.startswith("fn="):
                function = number
        elif line.startswith("calls="):
            inclusive = True  # of the line that follows
        elif line[:1] in "+-*0123456789" and line:
            figures = line.split()
            if not inclusive and len(figures) > 2:
                calls[function] += int(figures[2])
            inclusive = False
    syscalls: Counter[str] = Counter()
    for number, times in calls.items():
        name = names.get(number, "?").partition("@")[0].removeprefix("__").partition("'")[0]
        if times and not OF_MEMORY.fullmatch(name):
            syscalls[name] += times
    return Reading(int(totals[1]), dict(syscalls))
