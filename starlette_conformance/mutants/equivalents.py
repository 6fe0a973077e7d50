"""Mutants that are known to be equivalent: no request to the apps can show them, and why."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.stacks.project import ROOT

FILE = ROOT / "specs" / "ledger" / "equivalent.toml"
LISTS = ("lines", "mutations")


@dataclass(frozen=True)
class Equivalent:
    """Mutants of a module that are alike, as `why` says; what is empty is left open.

    `function` is a qualified name, or a pattern for several; `operator` one, or several with |.
    `lines` are the texts of the lines that the mutants begin in, and `mutations` what is replaced
    by what, as they are told, all without line breaks and doubled blanks.
    """

    module: str
    why: str
    function: str = ""
    operator: str = ""
    lines: tuple[str, ...] = ()
    mutations: tuple[str, ...] = ()

    def covers(self, mutant: Mutant) -> bool:
        return (
            mutant.module == self.module
            and (not self.function or fnmatchcase(mutant.function, self.function))
            and (not self.operator or mutant.operator in self.operator.split("|"))
            and _is_among(mutant.text, self.lines)
            and _is_among(mutant.told(), self.mutations)
        )

    def __str__(self) -> str:
        said = (self.module, self.function, self.operator, *self.lines, *self.mutations)
        return " / ".join(part for part in said if part)


def _is_among(text: str, texts: tuple[str, ...]) -> bool:
    return not texts or " ".join(text.split()) in texts


def load(path: Path = FILE) -> list[Equivalent]:
    """The entries of the file. Raises UsageError."""
    try:
        entries = tomllib.loads(path.read_text("utf-8"))["equivalent"]
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{path}: no [[equivalent]] tables: {error}") from None
    found = []
    for entry in entries:
        if not (isinstance(entry, dict) and {"module", "why"} < entry.keys()) or not all(
            map(_is_meant, entry, entry.values())
        ):
            wanted = "module, why, and one or more of function, operator, lines, mutations"
            raise UsageError(f"{path}: {entry}: an entry has {wanted}; the last two are lists")
        lists = {name: tuple(entry[name]) for name in LISTS if name in entry}
        found.append(Equivalent(**entry | lists))
    return found


def _is_meant(name: str, value: object) -> bool:
    if name in LISTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return name in {each.name for each in fields(Equivalent)} and isinstance(value, str)


def known(entries: Iterable[Equivalent], made: Iterable[Mutant]) -> dict[Mutant, list[Equivalent]]:
    """The entries that cover each mutant that some entry covers."""
    entries = list(entries)
    found = {mutant: [entry for entry in entries if entry.covers(mutant)] for mutant in made}
    return {mutant: by for mutant, by in found.items() if by}
