"""Operators on expressions: what is changed in a comparison, a constant, a call, ..."""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from starlette_conformance.mutants.source_text import Edit, Text

COMPARED: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Eq: (r"==", ("!=",)),
    ast.NotEq: (r"!=", ("==",)),
    ast.Lt: (r"<", ("<=", ">=")),
    ast.LtE: (r"<=", ("<", ">")),
    ast.Gt: (r">", (">=", "<=")),
    ast.GtE: (r">=", (">", "<")),
    ast.Is: (r"\bis\b", ("is not",)),
    ast.IsNot: (r"\bis\s+not\b", ("is",)),
    ast.In: (r"\bin\b", ("not in",)),
    ast.NotIn: (r"\bnot\s+in\b", ("in",)),
}
"""How each comparison is written, and what it becomes: its opposite, and where it has one, what
differs at the boundary only."""

COMPUTED: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: (r"\+", "-"),
    ast.Sub: (r"-", "+"),
    ast.Mult: (r"\*", "//"),
    ast.Div: (r"/", "*"),
    ast.FloorDiv: (r"//", "*"),
    ast.Mod: (r"%", "*"),
}
SWAPPED = {"startswith": "endswith", "lower": "upper", "min": "max", "any": "all"}
SWAPPED |= {there: here for here, there in SWAPPED.items()}
OPENING = re.compile(r"[A-Za-z]*(\"\"\"|'''|\"|')")
CLOSING = re.compile(r"(\"\"\"|'''|\"|')$")
UNCHANGED = {"super", "cast", "hasattr", "len", "print"}
"""Functions whose argument cannot stand for what they give."""


def compare(node: ast.Compare, text: Text) -> Iterator[Edit]:
    for operator, (left, right) in zip(
        node.ops, pairwise([node.left, *node.comparators]), strict=True
    ):
        pattern, others = COMPARED[type(operator)]
        for other in others:
            yield from text.found("compare", pattern, text.end(left), text.start(right), other)


def boolean(node: ast.BoolOp, text: Text) -> Iterator[Edit]:
    """`and` for `or`, and each operand without a say."""
    joined, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in pairwise(node.values):
        yield from text.found("and-or", rf"\b{joined}\b", text.end(left), text.start(right), other)
    for value in node.values:
        yield text.replaced("operand", value, str(joined == "and"))


def negation(node: ast.UnaryOp, text: Text) -> Iterator[Edit]:
    if isinstance(node.op, ast.Not):
        yield Edit("not", text.start(node), text.start(node) + len("not"), "")


def computation(node: ast.BinOp, text: Text) -> Iterator[Edit]:
    if type(node.op) in COMPUTED:
        pattern, other = COMPUTED[type(node.op)]
        yield from text.found(
            "arithmetic", pattern, text.end(node.left), text.start(node.right), other
        )


def conditional(node: ast.IfExp, text: Text) -> Iterator[Edit]:
    yield from forced(node.test, text)


def forced(condition: ast.expr, text: Text) -> Iterator[Edit]:
    for value in ("True", "False"):
        if text.of(condition) != value:
            yield text.replaced("condition", condition, value)


def comprehension(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, text: Text
) -> Iterator[Edit]:
    for generator in node.generators:
        for condition in generator.ifs:
            yield from forced(condition, text)


def constant(node: ast.Constant, text: Text) -> Iterator[Edit]:
    """True for False, one more, one character more."""
    value = node.value
    if isinstance(value, bool):
        yield text.replaced("constant", node, str(not value))
    elif isinstance(value, int | float):
        yield text.replaced("number", node, str(value + 1))
    elif isinstance(value, str | bytes):
        yield from _longer(node, text, OPENING)


def formatted(node: ast.JoinedStr, text: Text) -> Iterator[Edit]:
    yield from _longer(node, text, OPENING)
    yield from _longer(node, text, CLOSING)


def _longer(node: ast.expr, text: Text, where: re.Pattern[str]) -> Iterator[Edit]:
    """An X more after the opening quotes of a string, or before the closing ones."""
    if found := where.search(text.of(node)):
        written = text.of(node)
        at = found.start() if where is CLOSING else found.end()
        yield text.replaced("string", node, f"{written[:at]}X{written[at:]}")


def call(node: ast.Call, text: Text) -> Iterator[Edit]:
    """Without the call, without one of its keyword arguments, and of a related function."""
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if isinstance(function, ast.Attribute) and not node.args and not node.keywords:
        yield text.replaced("call", node, text.of(function.value))
    elif len(node.args) == 1 and name.islower() and name not in UNCHANGED:
        (argument,) = node.args
        if not isinstance(argument, ast.Starred | ast.GeneratorExp):
            yield text.replaced("call", node, f"({text.of(argument)})")
    if name in SWAPPED:
        yield Edit("swap", text.end(function) - len(name), text.end(function), SWAPPED[name])
    given: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
    given.sort(key=text.start)
    for number, each in enumerate(given):
        if isinstance(each, ast.keyword) and each.arg:
            if number:
                start = text.source.index(b",", text.end(given[number - 1]))
                yield Edit("argument", start, text.end(each), "")
            elif len(given) > 1:
                yield Edit("argument", text.start(each), text.start(given[1]), "")
            else:
                yield text.replaced("argument", each, "")


def subscript(node: ast.Subscript, text: Text) -> Iterator[Edit]:
    if isinstance(node.slice, ast.Slice):
        for bound in (node.slice.lower, node.slice.upper):
            if bound:
                yield text.replaced("slice", bound, "")


def mapping(node: ast.Dict, text: Text) -> Iterator[Edit]:
    """Without one of its entries."""
    for key, value in zip(node.keys, node.values, strict=True):
        if key:
            end = text.end(value)
            comma = re.compile(rb"\s*,").match(text.source, end)
            yield Edit("entry", text.start(key), comma.end() if comma else end, "")


OPERATORS: dict[type[ast.expr], Callable[[Any, Text], Iterator[Edit]]] = {
    ast.Compare: compare,
    ast.BoolOp: boolean,
    ast.UnaryOp: negation,
    ast.BinOp: computation,
    ast.IfExp: conditional,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.DictComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.Constant: constant,
    ast.JoinedStr: formatted,
    ast.Call: call,
    ast.Subscript: subscript,
    ast.Dict: mapping,
}
