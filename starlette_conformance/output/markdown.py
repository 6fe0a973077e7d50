"""Foreign text in Markdown: escaped, so that it is shown and never rendered."""

import html
import re

from starlette_conformance.output.sanitize import printable


def code(lines: list[str]) -> str:
    """Lines as a fenced block that they cannot end."""
    text = printable("\n".join(lines))
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text) or [""]))
    return f"{fence}text\n{text}\n{fence}"


def quoted(text: str) -> str:
    """Text as it stands between words in Markdown, and in a cell of a table."""
    return re.sub(r"([\\`*_{}\[\]#+!|~@])", r"\\\1", html.escape(printable(text), quote=False))
