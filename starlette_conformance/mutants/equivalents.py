"""Mutants that are known to be equivalent: no request to the apps can show them, and why."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from starlette_conformance.model.decode import from_toml
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.stacks.project import ROOT

FILE = ROOT / "specs" / "ledger" / "equivalent.toml"


class Equivalent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mutants of a module that are alike, as `why` says; what is empty is left open.

    `function` is a qualified name, or a pattern for several; `operator` one, or several with |.
    `lines` are the texts of the lines that the mutants begin in, and `mutations` what is replaced
    by what, as they are printed, all without line breaks and doubled blanks.
    """

    module: str
    why: str
    function: str = ""
    operator: str = ""
    lines: tuple[str, ...] = ()
    mutations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.function or self.operator or self.lines or self.mutations):
            raise ValueError("it has none of function, operator, lines, mutations")

    def covers(self, mutant: Mutant) -> bool:
        return (
            mutant.module == self.module
            and (not self.function or fnmatchcase(mutant.function, self.function))
            and (not self.operator or mutant.operator in self.operator.split("|"))
            and _is_among(mutant.text, self.lines)
            and _is_among(mutant.summary(), self.mutations)
        )

    def __str__(self) -> str:
        said = (self.module, self.function, self.operator, *self.lines, *self.mutations)
        return " / ".join(part for part in said if part)


def _is_among(text: str, texts: tuple[str, ...]) -> bool:
    return not texts or " ".join(text.split()) in texts


class _File(msgspec.Struct, forbid_unknown_fields=True):
    equivalent: list[Equivalent]


def load(path: Path = FILE) -> list[Equivalent]:
    """The entries of the file. Raises UsageError, with the entry, counted from 0, and the field."""
    return from_toml(path, _File).equivalent


def known(entries: Iterable[Equivalent], made: Iterable[Mutant]) -> dict[Mutant, list[Equivalent]]:
    """The entries that cover each mutant that some entry covers."""
    entries = list(entries)
    found = {mutant: [entry for entry in entries if entry.covers(mutant)] for mutant in made}
    return {mutant: by for mutant, by in found.items() if by}
