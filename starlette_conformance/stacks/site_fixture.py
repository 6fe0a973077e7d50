"""A working directory for `static_files`: files with fixed times, laid out once in the cache."""

import os
from collections.abc import Mapping
from pathlib import Path

from starlette_conformance.model.site import Content, Link, Pipe
from starlette_conformance.stacks.cache import FORMAT, in_utf8, key_of, made_once

DOCUMENTED_MTIME_NS = 1744419780_410443000
"""When the primer's page was last changed; its ETag and Last-Modified come from it."""


def lay_out(files: Mapping[str, Content]) -> Path:
    """The folder that holds just these files, by relative path, changed at the documented time."""
    key = key_of(FORMAT, sorted(files.items()))

    def build(folder: Path) -> None:
        for name, content in files.items():
            path = folder / in_utf8(name)
            (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
            if isinstance(content, Link):
                path.symlink_to(in_utf8(content.target))
            elif isinstance(content, Pipe):
                os.mkfifo(path)
            elif content is not None:
                path.write_bytes(content)
        for path in (folder, *folder.rglob("*")):
            times = (DOCUMENTED_MTIME_NS, DOCUMENTED_MTIME_NS)
            os.utime(path, ns=times, follow_symlinks=False)

    return made_once("sites", key, build)
