"""Where the project's own files lie, and what they hold."""

import hashlib
import runpy
import sys
from functools import cache
from pathlib import Path

from rich.console import Console

from harness import changes, effects
from harness.catalogue import Catalogue, load
from harness.failures import UsageError
from harness.plain import PlainConsole
from harness.site import Content

ROOT = Path(__file__).parent.parent
APPS = ("hello", "json_cors", "static_files", "basic_auth", "sse")
"""In the order of tables."""
SITES = {"static_files_404": ("static_files", "SITE_404")}
"""What is an app with other files than the usual ones: the app, and the name of its files."""


def script(app: str) -> Path:
    return ROOT / "apps" / f"{app}.py"


def digest(*patterns: str) -> str:
    """Of the project's files that the patterns mean: another one where any of them changes."""
    found = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern)}):
        found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


@cache
def catalogue() -> Catalogue:
    """The stacks. Raises UsageError, too, where the harness is installed without the project."""
    file = ROOT / "specs" / "stacks.toml"
    if not file.is_file():
        raise UsageError(f"there is no {file}: run `python -m harness` in a clone of the project")
    return load(file)


def named_changes() -> dict[str, changes.Change]:
    return changes.load(ROOT / "specs" / "changes.py")


def known_effects() -> list[effects.Effect]:
    return effects.load(ROOT / "specs" / "predictions.py")


def site_files(name: str = "SITE") -> dict[str, Content]:
    """The working directory of `static_files`, by path; SITE_404 has a page of its own for 404."""
    files: dict[str, Content] = runpy.run_path(str(ROOT / "specs" / "site.py"))[name]
    return files


def console(stderr: bool = False) -> Console:
    """Wide enough for the tables where the output is no terminal, whose width is not known.

    What is printed is shown as it is: no markup, no control characters.
    """
    stream = sys.stderr if stderr else sys.stdout
    return PlainConsole(stderr, None if stream.isatty() else 120)
