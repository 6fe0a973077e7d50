"""Where the project's own files lie, and what they hold."""

import hashlib
import importlib
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.stacks.catalogue import Catalogue, load
from starlette_conformance.stacks.ledger import Ledger
from starlette_conformance.stacks.site_fixture import Content

ROOT = Path(__file__).parent.parent.parent
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
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


@cache
def catalogue() -> Catalogue:
    """The stacks. Raises UsageError, too, where the harness is installed without the project."""
    file = ROOT / "specs" / "stacks.toml"
    if not file.is_file():
        raise UsageError(
            f"there is no {file}: run `starlette-conformance` in a clone of the project"
        )
    return load(file)


@cache
def ledger() -> Ledger:
    """What the specs have registered."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    found: Ledger = importlib.import_module("specs.ledger.registration").LEDGER
    return found


def site_files(name: str = "SITE") -> Mapping[str, Content]:
    """The working directory of `static_files`, by path; SITE_404 has a page of its own for 404."""
    return ledger().sites[name]
