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
TOML = 256 * 1024
"""Bytes of a TOML file."""
KEY_PARTS = 64
"""Of a dotted key: tomllib takes time by the square of them."""
APART = re.compile(r"[,\[\]{}=#\"']")
"""What no key has between its dots, but within quotes."""
BESIDE_QUOTE = re.compile(r"[\"'][ \t]*\.|\.[ \t]*[\"']")

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


def read_bytes(path: Path, limit: int, where: object, advice: str = "") -> bytes:
    """A file of no more than so many bytes. Raises UsageError, which begins with `where`."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror}") from None
    if len(data) > limit:
        raise UsageError(f"{where}: longer than {limit:,} bytes{advice}")
    return data


def from_toml(path: Path, kind: type[Thing]) -> Thing:
    """A TOML file as a value of this type. Raises UsageError, with the file and the field."""
    return checked(toml_text(text_of_toml(path), path), kind, path)


def text_of_toml(path: Path) -> str:
    """What `toml_text` takes. Raises UsageError, which begins with the file."""
    try:
        return read_bytes(path, TOML, path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not TOML: byte {error.start} is not UTF-8") from None


def toml_text(text: str, where: object) -> dict[str, Any]:
    """TOML as Python has it. Raises UsageError, which begins with `where`."""
    for number, line in enumerate(text.splitlines(), 1):
        if _most_parts(line) > KEY_PARTS:
            raise UsageError(f"{where}:{number}: a key of more than {KEY_PARTS} parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{where}: not TOML that can be read: it is nested too deep") from None
    except ValueError as error:
        raise UsageError(f"{where}: not TOML: {shortened(str(error), SHOWN)}") from None


def _most_parts(line: str) -> int:
    """As many parts as a key in a line may have at the most, wherever its strings begin and end."""
    return max(part.count(".") for part in APART.split(line)) + len(BESIDE_QUOTE.findall(line))


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
