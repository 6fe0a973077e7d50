"""Files that are written whole or not at all."""

import os
import tempfile
from functools import cache
from pathlib import Path

from starlette_conformance.model.errors import of_cache


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    made(path.parent)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.{os.getpid()}-", dir=path.parent)
    aside = Path(name)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123  (a descriptor)
            file.write(content.encode() if isinstance(content, str) else content)
        aside.chmod(0o666 & ~_umask())
        aside.rename(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


@cache
def _umask() -> int:
    status = Path("/proc/self/status").read_text("ascii")  # os.umask would change it for a while
    return int(status.partition("Umask:")[2].split()[0], 8)


def made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise of_cache(error, f"the cache folder {folder} cannot be made") from None
    return folder
