"""How many requests are made."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from starlette_conformance.model.errors import UsageError
from starlette_conformance.runs.rerun_commands import option_words

REQUESTS = 500
SECONDS = 60.0
USUAL = {"--most-requests": REQUESTS, "--making-seconds": SECONDS, "--seed=": 0}
HEADER = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)


@dataclass(frozen=True)
class Limits:
    """How many requests are made, within how many seconds, from which seed; `values` are those of
    parameters, and of fields of a body or a form, by their names, and `headers` those of each.
    """

    requests: int = REQUESTS
    seconds: float = SECONDS
    seed: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()

    def words(self) -> list[str]:
        """The options that say so, where they are not the usual ones."""
        values = {
            "--most-requests": self.requests,
            "--making-seconds": self.seconds,
            "--seed=": self.seed,
            "--header=": [f"{name}: {value}" for name, value in self.headers],
            "--value=": [f"{name}={value}" for name, value in self.values.items()],
        }
        return option_words(values, USUAL)


def headers_of(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The headers of --header. Raises UsageError."""
    pairs = [text.partition(":") for text in texts]
    for text, (name, colon, value) in zip(texts, pairs, strict=True):
        if not (
            HEADER.fullmatch(name) and colon and value.isascii() and value.strip().isprintable()
        ):
            raise UsageError(f"--header {text!r}: write 'NAME: VALUE'")
    return tuple((name, value.strip()) for name, _, value in pairs)


def values_of(texts: Iterable[str]) -> dict[str, str]:
    """The values of --value by name. Raises UsageError."""
    for text in texts:
        if not text.partition("=")[0].strip() or "=" not in text:
            raise UsageError(f"--value {text}: write NAME=VALUE")
    return {name.strip(): value for name, _, value in (text.partition("=") for text in texts)}
