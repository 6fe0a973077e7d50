"""Where the project's own files lie, and what they hold."""

import hashlib
import importlib
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType

from starlette_conformance.model.app import App, Variant
from starlette_conformance.model.errors import UsageError
from starlette_conformance.stacks.catalogue import Catalogue, load
from starlette_conformance.stacks.ledger import Ledger
from starlette_conformance.stacks.site_fixture import Content

ROOT = Path(__file__).parent.parent.parent


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
def apps() -> Mapping[str, App]:
    """The reference apps by name, in the order of tables.

    They are registered apart from the ledger, which takes 0.4 s to import.
    """
    rows: Sequence[App] = _registered("apps").APPS
    return MappingProxyType({row.name: row for row in rows})


@cache
def variants() -> Mapping[str, tuple[App, Variant]]:
    """What can be started, by the name of its fixture: each app as usual, and its variants."""
    found: dict[str, tuple[App, Variant]] = {}
    for app in apps().values():
        found |= {app.name: (app, app.usual)}
        found |= {name: (app, variant) for name, variant in app.others.items()}
    return MappingProxyType(found)


@cache
def ledger() -> Ledger:
    """What the specs have registered."""
    found: Ledger = _registered("registration").LEDGER
    return found


def _registered(module: str) -> ModuleType:
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return importlib.import_module(f"specs.ledger.{module}")


def site_files(name: str = "SITE") -> Mapping[str, Content]:
    """The working directory of `static_files`, by path; SITE_404 has a page of its own for 404."""
    return ledger().sites[name]
