"""What callgrind writes: instructions and system calls, by function.

The format: https://valgrind.org/docs/manual/cl-format.html
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from starlette_conformance.model.errors import Failure

TOTALS = re.compile(r"^totals: (\d+)", re.MULTILINE)
WITH_CALLS = re.compile(r"\n[-+*\d]\d* \d+ (\d+)")
"""Of the tens of thousands of lines, the few with more than a position and instructions."""
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
    calls: Counter[str] = Counter()
    for line in WITH_CALLS.finditer(text):
        begin = line.start()
        if text.startswith("\ncalls=", text.rfind("\n", 0, begin)):
            continue  # a function's whole, which counts where that stands
        function = text.rindex("\nfn=(", 0, begin) + len("\nfn=(")
        calls[text[function : text.index(")", function)]] += int(line[1])
    syscalls: Counter[str] = Counter()
    for number, times in calls.items():
        found = re.search(rf"fn=\({number}\) (.+)", text)
        whole = found[1] if found else "?"
        name = whole.partition("@")[0].removeprefix("__").partition("'")[0]
        if times and not OF_MEMORY.fullmatch(name):
            syscalls[name] += times
    return Reading(int(totals[1]), dict(syscalls))
