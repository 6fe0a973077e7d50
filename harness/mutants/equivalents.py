"""Mutants that are known to be equivalent: no request to the apps can show them, and why."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path

from harness.failures import UsageError
from harness.mutants.model import Mutant
from harness.project import ROOT

FILE = ROOT / "specs" / "equivalent.toml"


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
    known = {each.name for each in fields(Equivalent)}
    found = []
    for entry in entries:
        if not {"module", "why"} < entry.keys() <= known:
            wanted = "module, why, and one or more of function, operator, lines, mutations"
            raise UsageError(f"{path}: {entry}: an entry has {wanted}")
        lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
        found.append(Equivalent(**entry | lists))
    return found


def known(entries: Iterable[Equivalent], made: Iterable[Mutant]) -> dict[Mutant, list[Equivalent]]:
    """The entries that cover each mutant that some entry covers."""
    entries = list(entries)
    found = {mutant: [entry for entry in entries if entry.covers(mutant)] for mutant in made}
    return {mutant: by for mutant, by in found.items() if by}
