"""Text of servers made plain: what a terminal could obey, or cannot show, is written out."""

WIDTH = 400


def plain(text: str, width: int = WIDTH) -> str:
    """The text on one line, in printable characters, cut off where it is long."""
    shown = "".join(char if char.isprintable() else _escaped(char) for char in text[:width])
    return f"{shown}... ({len(text):,} characters)" if len(text) > width else shown


def _escaped(char: str) -> str:
    return {"\r": "\\r", "\n": "\\n", "\t": "\\t"}.get(char, f"\\x{ord(char):02x}")
