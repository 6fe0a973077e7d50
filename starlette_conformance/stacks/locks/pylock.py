"""pylock.toml (PEP 751), which uv writes of its own lock and of requirements, too."""

from pathlib import Path

from packaging import pylock

from starlette_conformance.model.decode import toml_text
from starlette_conformance.model.errors import UsageError, first_line
from starlette_conformance.stacks.locks.pin import Chosen, Pin, beside_pypi, of_vcs


def of_pylock(text: str, word: str, folder: Path, chosen: Chosen) -> list[Pin]:
    """Raises UsageError."""
    try:
        lock = pylock.Pylock.from_dict(toml_text(text, word))
        selected = lock.select(extras=chosen.extras, dependency_groups=chosen.groups or None)
        return [_of_package(package, word, folder) for package, _ in selected]
    except (
        pylock.PylockValidationError,
        pylock.PylockUnsupportedVersionError,
        pylock.PylockSelectError,
    ) as error:
        raise UsageError(f"{word}: {first_line(error)}") from None


def _of_package(package: pylock.Package, word: str, folder: Path) -> Pin:
    name = str(package.name)
    if package.directory:
        below = package.directory.subdirectory or ""
        return Pin(name, "", folder=folder / package.directory.path / below)
    if package.vcs:
        return Pin(
            name,
            of_vcs(
                package.vcs.type,
                package.vcs.url or package.vcs.path or "",
                package.vcs.commit_id,
                package.vcs.subdirectory,
            ),
        )
    if package.archive:
        where = package.archive.url or (folder / (package.archive.path or "")).absolute().as_uri()
        return Pin(name, f" @ {where}")
    files: list[pylock.PackageWheel | pylock.PackageSdist] = [*(package.wheels or ())]
    files += [package.sdist] if package.sdist else []
    hashes = [f"--hash={kind}:{value}" for file in files for kind, value in file.hashes.items()]
    if package.version is None:
        raise UsageError(f"{word}: {name} has no version")
    return Pin(name, f"=={package.version}", tuple(hashes), beside_pypi(package.index))
