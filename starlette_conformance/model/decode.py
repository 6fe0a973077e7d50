"""Data from outside, checked against a type before any of our code touches it.

Only the data can be at fault here, so whatever is wrong with them is a `UsageError`, which names
the place and the field. A fault of our own code, which runs later, is never taken for one of them.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec

from starlette_conformance.model.errors import UsageError, shortened

Thing = TypeVar("Thing")

DIGITS = 30
"""So many an integer of JSON may have; it is a float beyond."""

SHOWN = 200
"""Characters of what is wrong: a value may be in it."""

PLACED = re.compile(r"(?s)(.*?)(?: - at (`key` in )?`(.*)`)?")
"""How msgspec writes what is wrong, and where."""


def from_json(text: str | bytes, kind: type[Thing], where: object) -> Thing:
    """JSON as a value of this type. Raises UsageError, which begins with `where`."""
    return checked(parsed(text, where), kind, where)


def parsed(text: str | bytes, where: object) -> Any:
    """JSON as Python has it, of whatever shape. Raises UsageError, which begins with `where`."""
    try:
        return json.loads(text, parse_constant=_no_number, parse_int=_number)
    except RecursionError:
        raise UsageError(f"{where}: not JSON that can be read: it is nested too deep") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not JSON: byte {error.start} is not UTF-8") from None
    except ValueError as error:
        raise UsageError(f"{where}: not JSON: {error}") from None


def checked(value: object, kind: type[Thing], where: object) -> Thing:
    """Plain data as a value of this type. Raises UsageError, which begins with `where`."""
    try:
        return msgspec.convert(value, kind, str_keys=True)  # as those of JSON are
    except msgspec.ValidationError as error:
        raise UsageError(f"{where}: {_sentence(str(error))}") from None
    except UnicodeEncodeError:
        raise UsageError(f"{where}: not text: half of a pair of surrogates is in it") from None


def from_toml(path: Path, kind: type[Thing]) -> Thing:
    """A TOML file as a value of this type. Raises UsageError, with the file and the field."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not TOML: byte {error.start} is not UTF-8") from None
    except RecursionError:
        raise UsageError(f"{path}: not TOML that can be read: it is nested too deep") from None
    except ValueError as error:
        raise UsageError(f"{path}: not TOML: {shortened(str(error), SHOWN)}") from None
    return checked(table, kind, path)


def _sentence(text: str) -> str:
    """`field a.b: expected text, got a number`, of what msgspec says."""
    found = PLACED.fullmatch(text)
    assert found
    what = shortened(found[1].replace("`", ""), SHOWN)
    what = what[:1].lower() + what[1:]
    field = (found[3] or "").removeprefix("$").removeprefix(".")
    if found[2]:
        return f"a key of {field or 'the object'}: {what}"
    return f"field {field}: {what}" if field else what


def _number(text: str) -> float:
    """A number, however many digits it has: Python takes long for many, and refuses 4,300."""
    return int(text) if len(text) <= DIGITS else float(text)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")
