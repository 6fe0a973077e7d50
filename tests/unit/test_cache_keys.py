"""What is kept in the cache is made anew when anything changes that it depends on."""

import ast
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import grimp
import pytest

from starlette_conformance.cost import kept_counts
from starlette_conformance.mutants import coverage
from starlette_conformance.replay import corpus
from starlette_conformance.stacks import project

PACKAGE = "starlette_conformance"
FOLDER = Path(project.__file__).parent.parent
GRAPH = grimp.build_graph(PACKAGE, cache_dir=None)
PLUGIN = {each for each in GRAPH.modules if each.startswith(f"{PACKAGE}.pytest_plugin")}
NO_TEST_OF_A_STACK = {f"{PACKAGE}.pytest_plugin.mutant_worker"}
READ_BY_OTHERS = {"advisories.md", "equivalent.toml"}
"""Files of the ledger that no spec reads: an entry there must not make mutants be judged anew."""
BY_PATH = (
    "process/_die_with_parent.py",
    "process/_forkserver_child.py",
    "process/_supervisor.py",
)
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


@cache
def recording() -> set[Path]:
    modules = (
        PLUGIN - NO_TEST_OF_A_STACK
        | {f"{PACKAGE}.runs.sessions", f"{PACKAGE}.replay.corpus"}
        | imported_by((project.ROOT / "specs").rglob("*.py"))
    )
    files = files_below("specs", "apps")
    return closure(modules) | {path for path in files if path.name not in READ_BY_OTHERS}


def tracing() -> set[Path]:
    modules = PLUGIN | {f"{PACKAGE}.mutants.coverage"}
    return recording() | closure(modules) | {FOLDER / "stacks" / "_tracer.py"}


def counting() -> set[Path]:
    return (
        closure({f"{PACKAGE}.cost.counts"})
        | files_below("apps")
        | {FOLDER / "cost" / "_deterministic_runner.py"}
        | {project.ROOT / "specs" / "ledger" / name for name in ("apps.py", "site.py")}
    )


def comparing() -> set[Path]:
    return closure({f"{PACKAGE}.replay.recording"}) | files_below("apps")


KEYS = [
    pytest.param(corpus.SOURCES, comparing, id="recordings"),
    pytest.param(corpus.SOURCES, recording, id="corpus"),
    pytest.param(coverage.SOURCES, tracing, id="coverage"),
    pytest.param(kept_counts.SOURCES, counting, id="costs"),
]


@pytest.mark.parametrize(("patterns", "files"), KEYS)
def test_each_file_that_something_kept_depends_on_is_in_its_key(
    patterns: tuple[str, ...], files: Callable[[], set[Path]]
) -> None:
    needed = files()
    assert len(needed) > 30
    assert needed - {*project.files_of(*patterns).values()} == set()


@pytest.mark.parametrize("patterns", [corpus.SOURCES, coverage.SOURCES, kept_counts.SOURCES])
def test_what_nothing_kept_depends_on_is_in_no_key(patterns: tuple[str, ...]) -> None:
    known = {*project.files_of(*patterns)}
    assert not known & {"README.md", f"{PACKAGE}/report/page.py", f"{PACKAGE}/cli/main.py"}


def test_each_file_of_a_key_changes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "ROOT", tmp_path)
    monkeypatch.setattr(project, "PACKAGE", tmp_path / "lib" / PACKAGE)
    files = [
        tmp_path / "apps" / "html" / "index.html",
        tmp_path / "specs" / "test_a.py",
        tmp_path / "lib" / PACKAGE / "http" / "client.py",
    ]
    for file in files:
        file.parent.mkdir(parents=True)
        file.write_text("a")
    digests = [project.digest(*corpus.SOURCES)]
    for file in files:
        file.write_text("b")
        digests.append(project.digest(*corpus.SOURCES))
        file.rename(file.with_stem("other"))
        digests.append(project.digest(*corpus.SOURCES))
    (tmp_path / "specs" / "__pycache__").mkdir()
    (tmp_path / "specs" / "__pycache__" / "a.pyc").write_text("b")
    assert project.digest(*corpus.SOURCES) == digests[-1]
    assert len(set(digests)) == len(digests)
