"""Operations that end a session, or the app itself, by the words of their paths."""

from collections.abc import Iterable, Iterator

from starlette_conformance.userapp.generate.cases import Operation
from starlette_conformance.userapp.generate.pages import LEAVES


def ends(path: str) -> bool:
    """Whether it ends a session, or the app itself."""
    return any(LEAVES.fullmatch(part) for part in path.split("/"))


def ends_session(path: str) -> bool:
    return ends(path) and any("out" in p or "off" in p for p in path.lower().split("/"))


def ends_the_app(operations: Iterable[Operation]) -> Iterator[str]:
    """Those that are not requested, for the app may not be there afterwards."""
    for each in operations:
        if ends(each.path) and not ends_session(each.path):
            yield each.operation
