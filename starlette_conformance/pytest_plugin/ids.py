"""How the cases of a parametrized spec are called, where pytest would only number them."""

from collections.abc import Mapping

from starlette_conformance.model.expectations import Response, by_parser, since
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.session import name_of

LONGEST = 60
"""Characters of a text that are shown whole."""


def pytest_make_parametrize_id(val: object) -> str | None:
    """A request, and of a response the status; None leaves it to pytest."""
    match val:
        case str():
            return _shortened(_escaped(val)) if len(val) > LONGEST else None
        case Mapping():
            lines = (f"{name}: {value}" for name, value in val.items())
            return _shortened(_escaped(", ".join(lines))) or "{}"
        case Scenario():
            return val.name
        case bytes() | list() | tuple():
            return _shortened(ascii(val))
        case _:
            return _response_id(val)


def _escaped(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def _shortened(text: str) -> str:
    return f"{text[:20]}...{len(text)}" if len(text) > LONGEST else text


def _response_id(value: object) -> str | None:
    """The status, or the text of what is part of a response; None of what is neither."""
    match value:
        case str():
            return value
        case Response():
            return str(value.status)
        case since():
            now = _response_id(value.now)
            return now and f"{now} since {name_of(value.change)}"
        case by_parser():
            h11, httptools = _response_id(value.h11), _response_id(value.httptools)
            return h11 and httptools and f"{h11} by h11, {httptools} by httptools"
        case _:
            return None
