"""What is kept in the cache is made anew when anything changes that it depends on."""

import ast
import shutil
from collections.abc import Iterable
from pathlib import Path

import grimp
import pytest

from starlette_conformance.cost import costs
from starlette_conformance.mutants import coverage
from starlette_conformance.replay import corpus
from starlette_conformance.stacks import project

PACKAGE = "starlette_conformance"
ROOT = project.ROOT
FOLDER = Path(project.__file__).parent.parent
GRAPH = grimp.build_graph(PACKAGE, cache_dir=None)
PLUGIN = {each for each in GRAPH.modules if each.startswith(f"{PACKAGE}.pytest_plugin")}
NO_TEST_OF_A_STACK = {f"{PACKAGE}.pytest_plugin.mutant_worker"}
BY_PATH = ("process/_die_with_parent.py", "process/_forkserver_child.py")
"""Modules that are run as scripts, in a process of their own, so nobody imports them."""


def closure(roots: Iterable[str]) -> set[Path]:
    """The files of these modules, and of all that they import from the package.

    Servers are found by their folder, and not imported by name.
    """
    found = set(roots)
    for root in tuple(found):
        found |= GRAPH.find_upstream_modules(root)
    paths = {FOLDER.joinpath(*name.split(".")[1:]) for name in found}
    files = {path / "__init__.py" if path.is_dir() else path.with_suffix(".py") for path in paths}
    return files | {*(FOLDER / "servers").glob("*.py")} | {FOLDER / path for path in BY_PATH}


def imported_by(paths: Iterable[Path]) -> set[str]:
    """The modules of the package that files of the project import."""
    names = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
            elif isinstance(node, ast.Import):
                names |= {each.name for each in node.names}
    return names & GRAPH.modules


def files_below(*folders: str) -> set[Path]:
    """What the project has there, but for what Python and tools leave."""
    return {
        path
        for folder in folders
        for path in (project.ROOT / folder).rglob("*")
        if path.is_file() and not any(p.startswith(("__pycache__", ".")) for p in path.parts[-2:])
    }


RECORDING = closure(
    PLUGIN - NO_TEST_OF_A_STACK
    | {f"{PACKAGE}.runs.sessions", f"{PACKAGE}.replay.corpus"}
    | imported_by((project.ROOT / "specs").rglob("*.py"))
) | files_below("specs", "apps")
TRACING = (
    RECORDING
    | closure(PLUGIN | {f"{PACKAGE}.mutants.coverage"})
    | {FOLDER / "mutants" / "_tracer.py"}
)
COUNTING = (
    closure({f"{PACKAGE}.cost.counts"})
    | files_below("apps")
    | {FOLDER / "cost" / "_deterministic_runner.py"}
    | {project.ROOT / "specs" / "ledger" / name for name in ("apps.py", "site.py")}
)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, the specs and the apps, which a test may change."""
    root = tmp_path_factory.mktemp("project")
    leaving = shutil.ignore_patterns("__pycache__")
    shutil.copytree(FOLDER, root / PACKAGE, ignore=leaving)
    for name in ("specs", "apps"):
        shutil.copytree(project.ROOT / name, root / name, dirs_exist_ok=True, ignore=leaving)
    return root


@pytest.mark.parametrize(
    ("patterns", "needed"),
    [
        pytest.param(corpus.SOURCES, RECORDING, id="corpus"),
        pytest.param(coverage.SOURCES, TRACING, id="coverage"),
        pytest.param(costs.SOURCES, COUNTING, id="costs"),
    ],
)
def test_each_file_that_something_kept_depends_on_changes_its_key(
    copied: Path, monkeypatch: pytest.MonkeyPatch, patterns: tuple[str, ...], needed: set[Path]
) -> None:
    monkeypatch.setattr(project, "ROOT", copied)
    monkeypatch.setattr(project, "PACKAGE", copied / PACKAGE, raising=False)
    before = project.digest(*patterns)
    ineffective = []
    for original in sorted(needed):
        of_package = original.is_relative_to(FOLDER)
        below = original.relative_to(FOLDER.parent if of_package else ROOT)
        path, content = copied / below, original.read_bytes()
        path.write_bytes(content + b"\n")
        if project.digest(*patterns) == before:
            ineffective.append(str(below))
        path.write_bytes(content)
    assert ineffective == []
    assert project.digest(*patterns) == before
    assert len(needed) > 30


def test_what_nothing_kept_depends_on_changes_no_key(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "ROOT", copied)
    monkeypatch.setattr(project, "PACKAGE", copied / PACKAGE, raising=False)
    before = [project.digest(*each.SOURCES) for each in (corpus, coverage, costs)]
    (copied / PACKAGE / "report" / "page.py").write_text("another")
    (copied / "README.md").write_text("another")
    assert [project.digest(*each.SOURCES) for each in (corpus, coverage, costs)] == before
