"""A working directory for `static_files`: files with fixed times, laid out once in the cache."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from harness.cache import made_once

DOCUMENTED_MTIME_NS = 1744419780_410443000
"""When the primer's page was last changed; its ETag and Last-Modified come from it."""


def lay_out(files: Mapping[str, bytes | None]) -> Path:
    """The folder that holds just these files, all changed at the documented time.

    `files` are contents by relative path; None makes an empty folder.
    """
    key = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16]

    def build(folder: Path) -> None:
        for name, content in files.items():
            path = folder / name
            (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
            if content is not None:
                path.write_bytes(content)
        for path in (folder, *folder.rglob("*")):
            os.utime(path, ns=(DOCUMENTED_MTIME_NS, DOCUMENTED_MTIME_NS))

    return made_once("sites", key, build)
