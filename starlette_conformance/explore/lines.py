"""Lines of the packages: which can run, which ran, and what is left."""

import warnings
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import CodeType

Line = tuple[str, int]
"""A file below the folder of packages, and a line of it."""

Lines = Mapping[Line, str]
"""Lines that can run, each with its function."""


def lines_that_can_run(folder: Path) -> dict[Line, str]:
    """Of the packages in a folder, in order; code in C has none."""
    found: dict[Line, str] = {}
    for path in sorted(folder.glob("*/**/*.py")):
        if "tests" not in path.parts:  # h11 brings its own
            with warnings.catch_warnings(action="ignore"):  # of what a newer Python dislikes
                code = compile(path.read_bytes(), str(path), "exec")
            file = str(path.relative_to(folder))
            found |= {(file, line): function for line, function in sorted(_lines(code))}
    return found


def _lines(code: CodeType) -> Iterator[tuple[int, str]]:
    for _, _, line in code.co_lines():
        if line:
            yield line, code.co_qualname
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _lines(constant)


def counts(known: Lines, reached: Collection[Line]) -> dict[str, tuple[int, int]]:
    """By package its lines, and how many of them were not reached."""
    every = Counter(_package(line) for line in known)
    unreached = Counter(_package(line) for line in known if line not in reached)
    return {package: (number, unreached[package]) for package, number in every.items()}


def _package(line: Line) -> str:
    return line[0].partition("/")[0]


def left(known: Lines, reached: Collection[Line]) -> list[str]:
    """What was not reached: a line of text for each function."""
    functions: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (file, line), function in known.items():
        if (file, line) not in reached:
            functions[file, function].append(line)
    return [
        f"{file} {function}: {', '.join(map(str, lines))}"
        for (file, function), lines in functions.items()
    ]
