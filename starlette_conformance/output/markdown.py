"""Foreign text in Markdown: as code, in which no Markdown, link, mention or number of an issue is
read. Text of our own is `escaped`.
"""

import html
import re

from starlette_conformance.output.sanitize import plain, printable


def code(lines: list[str]) -> str:
    """Lines as a fenced block that they cannot end."""
    text = printable("\n".join(lines))
    fence = _fence(text, 3)
    return f"{fence}text\n{text}\n{fence}"


def inline(text: str) -> str:
    """Text as code within a line, on which it stays."""
    shown = plain(text, len(text))
    if not shown.strip(" "):
        return ""
    fence = _fence(shown, 1)
    blank = " " if {shown[0], shown[-1]} & set("` ") else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def cell(text: str) -> str:
    """Text as code in a cell of a table."""
    return inline(text).replace("|", r"\|")


def in_html(text: str) -> str:
    """Text as code in a block of HTML, such as the summary of details."""
    return f"<code>{html.escape(plain(text, len(text)), quote=False)}</code>"


def quoted(text: str) -> str:
    """Text of our own as it stands between words, and in a cell of a table."""
    shown = html.escape(plain(text, len(text)), quote=False)
    return re.sub(r"([\\`*_{}\[\]#+!|~@])", r"\\\1", shown)


def _fence(text: str, least: int) -> str:
    return "`" * max(least, *(len(run) + 1 for run in re.findall("`+", text) or [""]))
