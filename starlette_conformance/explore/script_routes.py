"""The words of an app whose row has none: the paths that its script gives to routes."""

import ast
import re
from pathlib import Path

from starlette_conformance.model.app import App, Words
from starlette_conformance.stacks.project import script

ROUTES = {"Route", "Mount", "route", "add_route", "mount", "get", "post"}
PARAMETER = re.compile(r"\{\w+(:\w+)?\}")
SAMPLES = {":int": "7", ":float": "2.5", ":uuid": "12345678-1234-5678-1234-567812345678"}
"""What stands for a path parameter, by its convertor; a word for the others."""


def words_of(app: App) -> Words | None:
    """The words of a row, or else of its script; None where that names no route."""
    if app.words:
        return app.words
    paths = _paths(script(app.name))
    near = [f"{path.rstrip('/')}/" for path in paths]
    return Words([*paths, *paths, *near, "/missing"]) if paths else None


def _paths(file: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in ROUTES:
            path = node.args[0]
            if isinstance(path, ast.Constant) and str(path.value).startswith("/"):
                found.append(PARAMETER.sub(_sample, str(path.value)))
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def _sample(parameter: re.Match[str]) -> str:
    return SAMPLES.get(parameter[1] or "", "word")
