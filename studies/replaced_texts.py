"""Changes of behaviour to plant in installed packages: texts of `replaced_texts.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.stacks.patched_copies import copied, replace_text

FILE = Path(__file__).with_name("replaced_texts.toml")


@dataclass(frozen=True)
class Edit:
    """A text of an installed file, which stands there once, and what is put for it."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Replaced:
    """Texts that are replaced in a copy of a stack, which is given by its requirements."""

    kind: str
    name: str
    stack: str
    edits: tuple[Edit, ...]

    @property
    def title(self) -> str:
        return f"{self.kind}: {self.name}"

    def plant(self, interpreter: Path, folder: Path) -> Path:
        """The interpreter of a copy in `folder`. Raises Failure where a text is not there once."""
        python = copied(interpreter, folder)
        for edit in self.edits:
            replace_text(folder, edit.file, edit.old, edit.new)
        return python


def replaced() -> list[Replaced]:
    found = tomllib.loads(FILE.read_text("utf-8"))
    return [
        Replaced(
            each["kind"],
            each["name"],
            found["stacks"][each["stack"]],
            tuple(Edit(**edit) for edit in each["edits"]),
        )
        for each in found["plants"]
    ]
