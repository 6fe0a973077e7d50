"""The files of a command, and the page in the cache that has the whole of what a terminal shows the
end of.
"""

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from starlette_conformance.model.errors import Failure
from starlette_conformance.output import output_files
from starlette_conformance.output.output_files import Unwritten
from starlette_conformance.output.sanitize import plain
from starlette_conformance.output.verbosity import verbose
from starlette_conformance.stacks.cache import cache_folder, keep_newest

PAGES = "pages"
KEPT = 20
"""Pages that the cache holds: those of the last commands that were run on a terminal."""


def conclude(
    files: Mapping[str, Path],
    text: Callable[[str], str],
    command: str,
    to: Console,
    whole: Callable[[], None],
    brief: Callable[[Sequence[str]], None],
    unwritten: Unwritten | None = None,
) -> None:
    """Write the files, then print: a pipe that breaks loses none. On a terminal `brief` fits, and
    is given the lines that name the files, the last one a page in the cache that has the whole;
    elsewhere, as with -v, `whole` prints all. Raises Failure, with all printed, where a file could
    not be written, or is in `unwritten` already.
    """
    unwritten = unwritten or Unwritten()
    prints_all = verbose() or not to.file.isatty()
    named = _write(files, text, unwritten, command, prints_all)
    if prints_all:
        whole()
        for line in named:
            to.print(Text(line, "dim"), soft_wrap=True)
    else:
        brief(named)
    unwritten.report()


def _write(
    files: Mapping[str, Path],
    text: Callable[[str], str],
    unwritten: Unwritten,
    command: str,
    whole: bool,
) -> list[str]:
    """Write each of the files, whose `text` is given by its name, and, where a terminal does not
    show the whole, a page to the cache if none is among them. A line that names each, the page
    last.
    """
    written = {}
    for name, path in files.items():
        with unwritten.attempt():
            output_files.write(path, text(name))
            if path != output_files.STDOUT:
                written[name] = path
    if not whole and "html" not in written and (page := keep(command, text("html"))):
        written["html"] = page
    last = sorted(written, key=lambda name: name == "html")
    return [f"{name}: {plain(str(written[name]), 4096)}" for name in last]


def keep(command: str, text: str, kind: str = "html") -> Path | None:
    """The page in the cache, named by its command, for this user's eyes only; none where the cache
    is full, or may not be written.
    """
    try:
        folder = cache_folder() / PAGES
        path = folder / f"{hashlib.sha256(command.encode()).hexdigest()[:12]}.{kind}"
        output_files.write(path, text)
        path.chmod(0o600)
    except (Failure, OSError):
        return None
    with contextlib.suppress(OSError):
        keep_newest(folder, "*", KEPT)
    return path
