"""A copy of the project to which a test adds what CONTRIBUTING.md shows, as it shows it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from starlette_conformance.stacks.project import ROOT
from tests.miniatures import quick_pytest

COPIED = (
    *("apps", "loadtests", "specs", "starlette_conformance"),
    *("pyproject.toml", "CONTRIBUTING.md", "locust_plugins.py"),
)
BLOCK = re.compile(
    r"```(?:python|toml)\n# (?P<path>\S+\.(?:py|toml))(?:: [^\n]*)?\n(?P<code>.*?)```", re.DOTALL
)


class ProjectCopy:
    """A copy in a folder, in which commands run as they do in the project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / name)

    def example(self, path: str) -> str:
        """The code that CONTRIBUTING.md shows for a file."""
        text = (self.folder / "CONTRIBUTING.md").read_text("utf-8")
        return next(found["code"] for found in BLOCK.finditer(text) if found["path"] == path)

    def add(self, path: str, code: str = "") -> None:
        file = self.folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(code or self.example(path), "utf-8")

    def insert(self, path: str, before: str) -> None:
        """Put what CONTRIBUTING.md shows for a file before a text that stands there once."""
        file = self.folder / path
        text = file.read_text("utf-8")
        assert text.count(before) == 1, f"{path}: {text.count(before)} times {before!r}"
        file.write_text(text.replace(before, self.example(path) + before), "utf-8")

    def run(self, *words: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """`python -m ...` in the copy."""
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env=os.environ | quick_pytest.VARIABLES | {"COLUMNS": "120"},
        )
