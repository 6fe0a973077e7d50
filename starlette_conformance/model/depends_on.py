"""The changes on which an expectation depends."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from starlette_conformance.model.chance import one_of
from starlette_conformance.model.changes import Change
from starlette_conformance.model.expectations import Response, by_parser, since


def changes_in(value: Any) -> set[Change]:
    """The changes on which an expectation may depend, on whatever stack."""
    match value:
        case since():
            return {value.change} | changes_in(value.now) | changes_in(value.before)
        case by_parser():
            return changes_in(value.h11) | changes_in(value.httptools)
        case Response():
            return changes_in([getattr(value, f.name) for f in fields(value)])
        case Mapping():
            return changes_in(list(value.values()))
        case one_of():
            return changes_in(value.values)
        case list() | tuple():
            return set().union(*map(changes_in, value))
        case _:
            return set()
