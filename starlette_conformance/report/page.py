"""The page: the data, packed, beside the script and the style that show it, in one file.

Nothing of the data is in its markup: it is base64, which cannot end an element, and the script
makes text nodes of it. The page's own policy lets nothing else run, and nothing be fetched.
"""

import base64
import gzip
import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

PARTS = Path(__file__).parent / "page"
SCRIPTS = ("text", "lookup", "exchanges", "matrix", "cell", "upgrade", "lists", "clients", "main")


def packed(data: dict[str, Any]) -> str:
    """The data as gzipped JSON in base64; the same data give the same text."""
    text = json.dumps(data, separators=(",", ":")).encode("ascii")
    return base64.b64encode(gzip.compress(text, 9, mtime=0)).decode("ascii")


def page(data: dict[str, Any]) -> str:
    """The whole page as HTML."""
    script = "".join((PARTS / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    style = (PARTS / "page.css").read_text("utf-8")
    assert "</" not in script + style, "it would end its element"
    templates = Environment(
        loader=FileSystemLoader(PARTS), autoescape=True, undefined=StrictUndefined
    )
    template = templates.get_template("page.html.j2")
    tool = version("starlette-conformance")
    return template.render(data=packed(data), script=script, style=style, hash=_hash, tool=tool)


def _hash(text: str) -> str:
    """How a Content-Security-Policy names the one script, or style, that may be used."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()
