"""Templates of pages and of Markdown: what they lack is an error, and no text has characters that
nobody sees.
"""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from starlette_conformance.output.sanitize import printable


def templates(escaped: bool, *folders: Path) -> Environment:
    """Those in these folders, and the style sheet beside this module."""
    return Environment(
        loader=FileSystemLoader([*folders, Path(__file__).parent]),
        autoescape=escaped,  # noqa: S701  (in Markdown, its filters escape)
        finalize=_seen if escaped else None,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _seen(value: Any) -> Any:
    """What a macro made is markup."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
