"""A requirements file with a hash for each package, which names all of them: pip installs nothing
else with `--require-hashes`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from starlette_conformance.model.errors import UsageError, first_line
from starlette_conformance.stacks.locks.pin import Pin, beside_pypi, holds, once

HASH = re.compile(r"\s--hash[= ](\S+)")
COMMENT = re.compile(r"(^|\s)#.*")


def of_hashed_requirements(text: str, word: str) -> list[Pin]:
    """Raises UsageError."""
    pins, indexes = list[Pin](), list[str]()
    for number, line in _logical_lines(text):
        if line.startswith("-"):
            option, *value = re.split(r"[=\s]+", line, maxsplit=1)
            if option in {"-i", "--index-url", "--extra-index-url"}:
                indexes += beside_pypi("".join(value))
                continue
            if option in {"--trusted-host", "--only-binary", "--no-binary", "--prefer-binary"}:
                continue
            raise UsageError(f"{word}:{number}: {option} cannot be read beside hashes")
        hashes = tuple(f"--hash={found}" for found in HASH.findall(line))
        try:
            requirement = Requirement(HASH.sub("", line))
        except InvalidRequirement as error:
            raise UsageError(f"{word}:{number}: not a requirement: {first_line(error)}") from None
        marker = str(requirement.marker or "")
        if not holds(marker, (), f"{word}:{number}"):
            continue
        pinned = [each for each in requirement.specifier if each.operator in {"==", "==="}]
        if not requirement.url and (len(pinned) != 1 or "*" in pinned[0].version):
            raise UsageError(f"{word}:{number}: {requirement.name} is pinned to no version")
        source = f" @ {requirement.url}" if requirement.url else f"=={pinned[0].version}"
        pins.append(Pin(canonicalize_name(requirement.name), source, hashes))
    return [replace(pin, indexes=tuple(indexes)) for pin in once(pins, word)]


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, those that are continued put together, each with its number."""
    begin, parts, lines = 0, list[str](), text.splitlines()
    for number, line in enumerate(lines, 1):
        begin = begin if parts else number
        stripped = COMMENT.sub("", line)
        parts.append(stripped.removesuffix("\\"))
        if not stripped.endswith("\\") or number == len(lines):
            if whole := " ".join(parts).strip():
                yield begin, whole
            parts = []
