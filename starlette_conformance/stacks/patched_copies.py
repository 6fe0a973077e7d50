"""Copies of an environment in which one thing of what is installed is another: a text, a version.

DEFECTS and COST are what `selftest` plants in the documented stack.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.model.errors import Failure


@dataclass(frozen=True)
class Defect:
    """A text of an installed file that is replaced, and the app, or benchmark, where it shows."""

    name: str
    where: str
    file: str
    old: str
    new: str


DEFECTS = (
    Defect(
        "a status: 404 for 405",
        "hello",
        "starlette/routing.py",
        "raise HTTPException(status_code=405, headers=headers)",
        "raise HTTPException(status_code=404, headers=headers)",
    ),
    Defect(
        "a header: another origin is allowed",
        "json_cors",
        "starlette/middleware/cors.py",
        'simple_headers["Access-Control-Allow-Origin"] = "*"',
        'simple_headers["Access-Control-Allow-Origin"] = "null"',
    ),
    Defect(
        "a body: the last byte of a file is lost",
        "static_files",
        "starlette/responses.py",
        "                    more_body = len(chunk) == self.chunk_size\n",
        "                    more_body = len(chunk) == self.chunk_size\n"
        "                    chunk = chunk if more_body else chunk[:-1]\n",
    ),
    Defect(
        "a refusal: 401 for 400",
        "basic_auth",
        "starlette/middleware/authentication.py",
        "return PlainTextResponse(str(exc), status_code=400)",
        "return PlainTextResponse(str(exc), status_code=401)",
    ),
    Defect(
        "a stream: events end with LF",
        "sse",
        "sse_starlette/sse.py",
        'DEFAULT_SEPARATOR = "\\r\\n"',
        'DEFAULT_SEPARATOR = "\\n"',
    ),
)
COST = Defect(
    "more work for each request",
    "hello",
    "starlette/applications.py",
    '        scope["app"] = self\n',
    '        scope["app"] = self\n        for _ in range(350):\n            pass\n',
)
"""About a tenth more work for each request."""


COMPILING = shutil.ignore_patterns("*.pyc.*")
"""Files that a Python which runs there has for a moment, until it renames them."""


def copied(interpreter: Path, folder: Path) -> Path:
    """The interpreter of a copy, in `folder`, of an environment."""
    shutil.copytree(interpreter.parent.parent, folder, symlinks=True, ignore=COMPILING)
    return folder / "bin" / "python"


def plant(interpreter: Path, folder: Path, defect: Defect) -> Path:
    """The interpreter of a copy, in `folder`, with the defect in it. Raises Failure."""
    python = copied(interpreter, folder)
    replace_text(folder, defect.file, defect.old, defect.new)
    return python


def replace_text(folder: Path, file: str, old: str, new: str) -> None:
    """Put `new` for `old` in an installed file of the environment in `folder`.

    Raises Failure unless `old` stands there once.
    """
    path = packages(folder) / file
    text = path.read_text("utf-8") if path.is_file() else ""
    if text.count(old) != 1:
        raise Failure(f"{path}: {old.strip()!r} stands there {text.count(old)} times")
    path.write_text(text.replace(old, new), "utf-8")
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


def called(interpreter: Path, folder: Path, package: str, version: str) -> Path:
    """The interpreter of a copy, in `folder`, where a package says that it is another release."""
    python = copied(interpreter, folder)
    found = list(packages(folder).glob(f"{package.replace('-', '_')}-*.dist-info"))
    if len(found) != 1:
        raise Failure(f"{folder}: {package} is installed there {len(found)} times")
    metadata = found[0] / "METADATA"
    lines = metadata.read_text("utf-8").split("\n")
    place = next(n for n, line in enumerate(lines) if line.startswith("Version: "))
    lines[place] = f"Version: {version}"
    metadata.write_text("\n".join(lines), "utf-8")
    found[0].rename(found[0].with_name(f"{package.replace('-', '_')}-{version}.dist-info"))
    return python


def packages(folder: Path) -> Path:
    """Where the environment in `folder` has its packages."""
    (packages,) = folder.glob("lib/python*/site-packages")
    return packages
