"""What `--app module:attribute` may have meant, where there is no such module or attribute: read of
the source, nothing of it is run.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from starlette_conformance.output.listed import listed

NO_ATTRIBUTE = re.compile(r'Attribute "([\w.]+)" not found in module "([\w.]+)"')
NO_MODULE = re.compile(r'Could not import module "([\w.]+)"')
"""How uvicorn says so."""
FRAMEWORKS = {"FastAPI", "Litestar", "Quart", "Starlette"}
FACTORY = re.compile(r"(create|make|get|build)_(\w+_)?app(lication)?")
LARGEST = 1_000_000
"""Bytes of a file that is read."""
SHOWN = 3


def meant(log: str, folder: Path) -> Iterator[str]:
    """A sentence on what there is in its place."""
    if match := NO_ATTRIBUTE.search(log):
        attribute, module = match.groups()
        path = folder.joinpath(*module.split("."))
        file = next(
            (each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()),
            None,
        )
        if file:
            yield from _attributes(file, module, attribute, str(file.relative_to(folder)))
    elif match := NO_MODULE.search(log):
        modules = {each.stem for each in folder.glob("*.py")}
        modules |= {each.parent.name for each in folder.glob("*/__init__.py")}
        if near := get_close_matches(match[1], sorted(modules)):
            yield f"there is a module {listed(near, SHOWN)}"


def _attributes(file: Path, module: str, attribute: str, name: str) -> Iterator[str]:
    try:
        with file.open("rb") as source:
            tree = ast.parse(source.read(LARGEST))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    apps, factories, every = _found(tree)
    if apps:
        yield f"{name} has {listed(apps, SHOWN)}: --app {module}:{apps[0]}"
    elif factories:
        yield f"{name} has {listed(factories, SHOWN)}(): --app {module}:{factories[0]} --factory"
    elif near := get_close_matches(attribute, every):
        yield f"{name} has {listed(near, SHOWN)}: --app {module}:{near[0]}"


def _found(tree: ast.Module) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """The names of a module: apps of a framework, functions that make one, and all."""
    apps, factories, every = list[str](), list[str](), list[str]()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            every.append(node.name)
            if isinstance(node, ast.FunctionDef) and FACTORY.fullmatch(node.name):
                factories.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [each.id for each in targets if isinstance(each, ast.Name)]
            every += names
            apps += names if _makes_an_app(node.value) else []
    return apps, factories, every


def _makes_an_app(value: ast.expr | None) -> bool:
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in FRAMEWORKS
