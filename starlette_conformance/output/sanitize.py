r"""Foreign text made inert: what a terminal or the log of a CI would obey is shown as its escape.

Foreign is whatever others wrote: bodies, headers, versions, names, run files, logs. A control
character, and one that nobody sees, becomes `\x1b` or `\u202e`. Of a command one character is
escaped: `:\x3aerror::`, `##\x5berror]`. SECURITY.md says what is promised.

The commands, wherever their parsers look for them:
    GitHub            `::` behind nothing but blanks; `##[` anywhere in a line
    Azure, TeamCity   `##vso[` and `##teamcity[`
    GitLab, Travis    need a carriage return and an escape, which are escaped always
A character of no width between them is no help: the runner compares as its culture has it, and
skips such.
"""

import re
from collections.abc import Callable

WIDTH = 400
COMMAND = re.compile(r"##\w{0,16}\[|^ *::", re.MULTILINE)
UNSEEN = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""What Unicode has as ignorable, though it calls it printable: it hides text, and commands."""
LONGEST = 24
"""More than any command, as far as COMMAND goes, is long."""


def plain(text: str, width: int = WIDTH) -> str:
    """The text on one line, in printable characters, cut off where it is long."""
    shown = broken(_seen(text[:width]).replace("\n", r"\n"))
    return f"{shown}... ({len(text):,} characters)" if len(text) > width else shown


def printable(text: str) -> str:
    """The text in lines as they are, in printable characters."""
    return broken(_seen(text))


def broken(text: str, escape: Callable[[str], str] = lambda char: f"\\x{ord(char):02x}") -> str:
    """The text without a command. A format that can say a character otherwise loses nothing."""
    return COMMAND.sub(lambda command: command[0][:-1] + escape(command[0][-1]), text)


class Lines:
    """Lines that are written piece by piece: a command may be made of several."""

    def __init__(self) -> None:
        self._line = ""

    def add(self, text: str) -> str:
        """The next piece, made printable."""
        whole = printable(self._line + text)
        added = whole[len(self._line) :]
        line = whole.rpartition("\n")[2]
        begun = line.strip(" ") in {"", ":"} or len(line) < LONGEST
        self._line = line if begun else f"_{line[-LONGEST:]}"
        return added


def _seen(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    shown = "".join(char if char == "\n" or char.isprintable() else _escaped(char) for char in text)
    return UNSEEN.sub(lambda found: _escaped(found[0]), shown)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
