"""The mutants of a module: every operator at every place, but where nothing could come of it.

Left as they are: annotations, docstrings, decorators, `typing` and its like, asserts, what is
logged for debugging, warnings, representations, and conditions on the version of Python.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from starlette_conformance.mutants import expressions, statements
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.mutants.source_text import Edit, Text

OF_TYPES = {"TypeVar", "ParamSpec", "NewType", "ContextVar"}
NOT_CALLED = {"__repr__"}
FOR_DEBUGGING = {"debug", "warn"}
"""Methods that say what no server shows: uvicorn's logs begin with INFO, and Python hides what is
deprecated."""


@dataclass(frozen=True)
class Where:
    """Where the walk is: the function, the statement's lines, and what may use it at import."""

    function: str = ""
    first: int = 0
    last: int = 0
    runs_at_import: bool = True
    inner_first: int = 0
    inner_last: int = 0
    is_default: bool = False


def mutants(module: str, source: bytes) -> list[Mutant]:
    """In the order of the source."""
    text = Text(source)
    tree = ast.parse(source)
    whole = Where(inner_first=1, inner_last=len(source.splitlines()))
    found: list[Mutant] = []
    seen: dict[tuple[int, int, str], int] = {}
    for edit, where in _edits(tree.body, where=whole, text=text):
        line, column = text.place(edit.start)
        number = seen.get(place := (line, column, edit.operator), 0)
        seen[place] = number + 1
        before = text.at(edit.start, edit.end)
        found.append(
            Mutant(
                module,
                where.function,
                line,
                column,
                edit.operator,
                number,
                edit.start,
                edit.end,
                before,
                edit.after,
                text.line(line),
                where.first,
                where.last,
                where.runs_at_import,
                where.inner_first,
                where.inner_last,
                where.is_default,
            )
        )
    return sorted(found, key=lambda each: (each.start, each.end))


def _edits(body: list[ast.stmt], where: Where, text: Text) -> Iterator[tuple[Edit, Where]]:
    for node in body:
        if not _is_left_as_it_is(node):
            yield from _of_statement(node, where, text)


def _of_statement(node: ast.stmt, where: Where, text: Text) -> Iterator[tuple[Edit, Where]]:
    """Those of a statement's own text, and then those of the statements in it."""
    header = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    blocks = [
        block for name in ("body", "orelse", "finalbody") if (block := getattr(node, name, None))
    ]
    handlers = getattr(node, "handlers", [])
    last = node.end_lineno if not blocks else max([node.lineno, *map(_last, header)])
    here = replace(where, first=node.lineno, last=last or node.lineno)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield from _of_definition(node, where, text)
        return
    of_version = isinstance(node, ast.If) and "version_info" in ast.dump(node.test)
    if operator := None if of_version else statements.OPERATORS.get(type(node)):
        for edit in operator(node, text):
            yield edit, here if not handlers else _handling(edit, here, text)
    if not of_version:
        for child in header:
            if child is not getattr(node, "annotation", None):
                yield from ((edit, here) for edit in _of_expression(child, text))
        for item in getattr(node, "items", []):
            yield from ((edit, here) for edit in _of_expression(item.context_expr, text))
    for block in (*blocks, *(handler.body for handler in handlers)):
        yield from _edits(block, where, text)


def _handling(edit: Edit, here: Where, text: Text) -> Where:
    """The lines of the handler that catches less: without an exception none of them is reached."""
    line, _ = text.place(edit.start)
    return replace(here, first=line, last=line)


def _of_definition(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, where: Where, text: Text
) -> Iterator[tuple[Edit, Where]]:
    name = f"{where.function}.{node.name}".lstrip(".")
    inside = node.body[0].lineno, node.end_lineno or node.lineno
    inner = Where(name, node.lineno, node.lineno, where.runs_at_import, *inside)
    if isinstance(node, ast.ClassDef):
        yield from _edits(node.body, inner, text)
        return
    given = [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
    for default in given:
        line = replace(inner, first=default.lineno, last=_last(default), is_default=True)
        yield from ((edit, line) for edit in _of_expression(default, text))
    yield from _edits(node.body, replace(inner, runs_at_import=False), text)


def _of_expression(node: ast.expr, text: Text) -> Iterator[Edit]:
    if _is_of_types(node):
        return
    if operator := expressions.OPERATORS.get(type(node)):
        yield from operator(node, text)
    if isinstance(node, ast.JoinedStr):
        children = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        children = [child for child in children if _is_placed(child, text)]
    else:
        children = [
            part
            for child in ast.iter_child_nodes(node)
            for part in ([child] if isinstance(child, ast.expr) else _exprs(child))
        ]
    for child in children:
        yield from _of_expression(child, text)


def _exprs(node: ast.AST) -> list[ast.expr]:
    """Those of a keyword, a comprehension, or a lambda's arguments."""
    if isinstance(node, ast.arguments):
        return []
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def _is_placed(node: ast.expr, text: Text) -> bool:
    """Whether an expression in a string stands where Python 3.11 says that it does."""
    try:
        return ast.dump(ast.parse(text.of(node), mode="eval").body) == ast.dump(node)
    except (SyntaxError, ValueError):
        return False


def _is_left_as_it_is(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name in NOT_CALLED or "overload" in map(_name, node.decorator_list)
    if isinstance(node, ast.If):
        return _name(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return _name(node.value.func) in FOR_DEBUGGING
    if isinstance(node, ast.Assign):
        return _name(node.targets[0]) in {"__all__", "__slots__"} or _is_of_types(node.value)
    return isinstance(node, ast.Assert | ast.Import | ast.ImportFrom)


def _is_of_types(node: ast.expr) -> bool:
    """Whether it says of which type something is, and no more."""
    if isinstance(node, ast.Call):
        return _name(node.func) in OF_TYPES
    return isinstance(node, ast.Subscript) and _root(node.value) in {"typing", "dict", "list"}


def _name(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _root(node: ast.expr) -> str:
    return _root(node.value) if isinstance(node, ast.Attribute) else _name(node)


def _last(node: ast.expr) -> int:
    return node.end_lineno or node.lineno
