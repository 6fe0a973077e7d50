"""The pages in the cache that have the whole of what a terminal shows the end of."""

import contextlib
import hashlib
from pathlib import Path

from starlette_conformance.model.errors import Failure
from starlette_conformance.output import output_files
from starlette_conformance.stacks.cache import cache_folder

PAGES = "pages"
KEPT = 20
"""Pages that the cache holds: those of the last commands that were run on a terminal."""


def keep(command: str, html: str) -> Path | None:
    """The page in the cache, named by its command, for this user's eyes only; none where the cache
    is full, or may not be written.
    """
    try:
        folder = cache_folder() / PAGES
        path = folder / f"{hashlib.sha256(command.encode()).hexdigest()[:12]}.html"
        output_files.write(path, html)
        path.chmod(0o600)
    except (Failure, OSError):
        return None
    with contextlib.suppress(OSError):  # another run removes them, too
        pages = sorted(folder.glob("*.html"), key=lambda page: page.stat().st_mtime)
        for old in pages[:-KEPT]:
            old.unlink(missing_ok=True)
    return path
