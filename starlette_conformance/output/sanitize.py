"""Text of servers and run files made plain: what a terminal could obey, or cannot show, is written
out.
"""

WIDTH = 400


def plain(text: str, width: int = WIDTH) -> str:
    """The text on one line, in printable characters, cut off where it is long."""
    shown = "".join(char if char.isprintable() else _escaped(char) for char in text[:width])
    return f"{shown}... ({len(text):,} characters)" if len(text) > width else shown


def printable(text: str) -> str:
    """The text in lines as they are, in printable characters."""
    return "\n".join(plain(line, len(line)) for line in text.split("\n"))


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
