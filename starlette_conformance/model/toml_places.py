"""At which line of a TOML file something stands: its parser says so only of what is no TOML."""

import re


def line_of_key(text: str, table: str, key: str) -> int:
    """The line of a key below `[table]`, or that of the table; 0 where neither is found."""
    lines = text.splitlines()
    header = re.compile(rf"\s*\[\s*{re.escape(table)}\s*\]\s*(#.*)?")
    begin = next((n for n, line in enumerate(lines, 1) if header.fullmatch(line)), 0)
    entry = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""")
    for number, line in enumerate(lines[begin:], begin + 1):
        if begin and line.lstrip().startswith("["):
            break
        if entry.match(line):
            return number
    return begin


def lines_of_tables(text: str, name: str) -> list[int]:
    """The lines of each `[[name]]`, in their order."""
    header = re.compile(rf"\s*\[\[\s*{re.escape(name)}\s*\]\]\s*(#.*)?")
    return [n for n, line in enumerate(text.splitlines(), 1) if header.fullmatch(line)]


def place_of(path: object, lines: list[int], number: int) -> str:
    """`file:line` of one of several tables, or the file where it is written otherwise."""
    return f"{path}:{lines[number]}" if number < len(lines) else f"{path}"
