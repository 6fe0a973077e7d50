"""Operators on statements: what is left out, or forced."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

from starlette_conformance.mutants.expressions import COMPUTED, forced
from starlette_conformance.mutants.source_text import Edit, Text

LEFT_OUT = "pass"


def expression(node: ast.Expr, text: Text) -> Iterator[Edit]:
    yield text.replaced("statement", node, LEFT_OUT)


def assignment(node: ast.Assign | ast.AnnAssign, text: Text) -> Iterator[Edit]:
    """Without it, where what it sets is there already, or need not be."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if all(isinstance(target, ast.Attribute | ast.Subscript) for target in targets):
        yield text.replaced("statement", node, LEFT_OUT)


def computed(node: ast.AugAssign, text: Text) -> Iterator[Edit]:
    yield text.replaced("statement", node, LEFT_OUT)
    if type(node.op) in COMPUTED:
        pattern, other = COMPUTED[type(node.op)]
        end = text.start(node.value)
        yield from text.found("arithmetic", f"{pattern}=", text.end(node.target), end, f"{other}=")


def returned(node: ast.Return, text: Text) -> Iterator[Edit]:
    if node.value is not None and text.of(node.value) != "None":
        yield text.replaced("return", node.value, "None")


def left_out(node: ast.Raise | ast.Delete, text: Text) -> Iterator[Edit]:
    yield text.replaced("statement", node, LEFT_OUT)


def stopped(node: ast.Break, text: Text) -> Iterator[Edit]:
    yield text.replaced("loop", node, "continue")


def continued(node: ast.Continue, text: Text) -> Iterator[Edit]:
    yield text.replaced("loop", node, "break")


def conditioned(node: ast.If | ast.While, text: Text) -> Iterator[Edit]:
    yield from forced(node.test, text)


def caught(node: ast.Try, text: Text) -> Iterator[Edit]:
    """An exception that is not caught: none at all, and of several, each."""
    for handler in node.handlers:
        if handler.type is None:
            continue
        yield text.replaced("except", handler.type, "()")
        if isinstance(handler.type, ast.Tuple):
            names = [text.of(each) for each in handler.type.elts]
            for name in names:
                others = ", ".join(other for other in names if other != name)
                yield text.replaced("except", handler.type, f"({others},)")


OPERATORS: dict[type[ast.stmt], Callable[[Any, Text], Iterator[Edit]]] = {
    ast.Expr: expression,
    ast.Assign: assignment,
    ast.AnnAssign: assignment,
    ast.AugAssign: computed,
    ast.Return: returned,
    ast.Raise: left_out,
    ast.Delete: left_out,
    ast.Break: stopped,
    ast.Continue: continued,
    ast.If: conditioned,
    ast.While: conditioned,
    ast.Try: caught,
}
