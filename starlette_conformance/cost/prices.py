"""What `costs` measured, as it stands in a file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.jsonlines import records


@dataclass(frozen=True)
class Price:
    """Instructions a unit by benchmark, but for broken ones, on a stack with these packages."""

    stack: str
    packages: Mapping[str, str]
    python: str
    instructions: Mapping[str, float]
    counted: str
    """The digest of the apps and of what counts, and the processor."""


def read_prices(file: Path) -> list[Price]:
    """What earlier runs wrote. Raises UsageError."""
    return records(file, Price, "costs")


def newest(file: Path) -> list[dict[str, Any]]:
    """Of each stack and its packages, the last. Raises UsageError."""
    if not file.is_file():
        raise UsageError(f"{file}: no such file; `starlette-conformance costs` writes one")
    prices = {}
    for price in read_prices(file):
        prices[price.stack, *sorted(price.packages.items())] = asdict(price)
    if not prices:
        raise UsageError(f"{file}: it holds no costs; `starlette-conformance costs` writes them")
    return list(prices.values())
