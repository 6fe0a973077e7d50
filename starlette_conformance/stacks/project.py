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
from starlette_conformance.model.site import Content
from starlette_conformance.stacks.catalogue import Catalogue, load
from starlette_conformance.stacks.ledger import Ledger

PACKAGE = Path(__file__).parent.parent
CARRIED = PACKAGE / "_project"
"""What a wheel has of the project; a clone lacks it, for there the clone's own files count."""
INSTALLED = CARRIED.is_dir()
ROOT = CARRIED if INSTALLED else PACKAGE.parent


def script(app: str) -> Path:
    return ROOT / "apps" / f"{app}.py"


def digest(*patterns: str) -> str:
    """Of the project's files that the patterns mean: another one where any of them changes."""
    found = hashlib.sha256()
    for name, path in sorted(files_of(*patterns).items()):
        found.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def files_of(*patterns: str) -> dict[str, Path]:
    """The files that the patterns mean, by name; those of the package lie where it does."""
    found: dict[str, Path] = {}
    for pattern in patterns:
        base = PACKAGE.parent if pattern.startswith(f"{PACKAGE.name}/") else ROOT
        found |= {str(path.relative_to(base)): path for path in base.glob(pattern)}
    return {n: p for n, p in found.items() if p.is_file() and "__pycache__" not in p.parts}


@cache
def catalogue() -> Catalogue:
    """The stacks. Raises UsageError, too, where the files of the project are not there."""
    file = ROOT / "specs" / "stacks.toml"
    if not file.is_file():
        raise UsageError(f"there is no {file}: install starlette-conformance again")
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
    """A module of our own `specs`, even where a user has a package of that name."""
    theirs = _specs_of_others()
    for name in theirs:
        del sys.modules[name]
    sys.path.insert(0, str(ROOT))
    try:
        return importlib.import_module(f"specs.ledger.{module}")
    finally:
        sys.path.remove(str(ROOT))
        if theirs:
            for name in [name for name in sys.modules if name.partition(".")[0] == "specs"]:
                del sys.modules[name]
            sys.modules.update(theirs)


def yield_name_of_specs() -> None:
    """Let a user's own folder be imported as `specs`, once what ours register is here."""
    ledger()
    apps()
    for name in [name for name in sys.modules if name.partition(".")[0] == "specs"]:
        del sys.modules[name]


def _specs_of_others() -> dict[str, ModuleType]:
    """What is imported as `specs` already, and is not ours."""
    places = getattr(sys.modules.get("specs"), "__path__", None)
    if places is None or str(ROOT / "specs") in places:
        return {}
    return {n: module for n, module in sys.modules.items() if n.partition(".")[0] == "specs"}


def site_files(name: str = "SITE") -> Mapping[str, Content]:
    """The working directory of `static_files`, by path; SITE_404 has a page of its own for 404."""
    return ledger().sites[name]


def modules(*folders: str) -> tuple[str, ...]:
    """Patterns for `digest`: every module in these folders of the package."""
    return tuple(f"starlette_conformance/{folder}/*.py" for folder in folders)
