"""Who may import whom, and how the folders look."""

import ast
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from starlette_conformance.stacks.project import apps

ROOT = Path(__file__).parent.parent.parent
NOT_OF_THE_HARNESS = {"pytest", "locust", "starlette", "sse-starlette", "uvicorn"}


@cache
def declared() -> set[str]:
    """The modules of what pyproject.toml declares, but for what the harness must not import."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    given = [*project["dependencies"], *project["optional-dependencies"]["measure"]]
    given += project["optional-dependencies"]["browser"]
    names = {canonicalize_name(Requirement(text).name) for text in given}
    return {
        module
        for module, distributions in packages_distributions().items()
        if {canonicalize_name(name) for name in distributions} & (names - NOT_OF_THE_HARNESS)
    }


PACKAGE = "starlette_conformance"
DECLARED = "what pyproject.toml declares"
MAY_IMPORT = {
    "apps": {"starlette", "sse_starlette", "uvicorn"},
    "benchmarks": {"benchmarks", PACKAGE, "pytest", "pytest_benchmark", "rich"},
    "docs": {PACKAGE, "click", "mkdocs"},
    "examples": {"fastapi", "pydantic"},
    "harness.py": set(),
    "hatch_build.py": {"hatchling"},
    "examples/own_specs": {PACKAGE, "starlette"},
    PACKAGE: {PACKAGE, DECLARED},
    f"{PACKAGE}/process/_forkserver_child.py": set(),
    f"{PACKAGE}/process/_die_with_parent.py": set(),
    f"{PACKAGE}/process/_supervisor.py": set(),
    f"{PACKAGE}/stacks/_tracer.py": set(),
    f"{PACKAGE}/userapp/generate/_cases.py": {PACKAGE, "hypothesis", "requests", "schemathesis"},
    f"{PACKAGE}/userapp/generate/_routes.py": set(),
    f"{PACKAGE}/userapp/yaml_file.py": {PACKAGE, "yaml"},
    f"{PACKAGE}/pytest_plugin": {PACKAGE, "packaging", "playwright", "pytest", "rich", "xdist"},
    "loadtests": {
        "gevent",
        PACKAGE,
        "hdrh",
        "locust",
        "psutil",
        "rich",
        *(path.stem for path in ROOT.glob("loadtests/_*.py")),
    },
    "loadtests/_padded_sse.py": {"uvicorn"},
    "loadtests/_without_auth.py": {"starlette", "uvicorn"},
    "specs": {
        "h11",
        PACKAGE,
        "httptools",
        "packaging",
        "playwright",
        "pytest",
        "specs",
    },
    "benchmarks/apps": {"sse_starlette", "starlette", "uvicorn"},
    "specs/features/apps": {"anyio", "itsdangerous", "sse_starlette", "starlette", "uvicorn"},
    "specs/resilience/apps": {"starlette", "sse_starlette", "uvicorn"},
    "specs/static_files/apps": {"starlette", "uvicorn"},
    "specs/streams/apps": {"starlette", "sse_starlette", "uvicorn"},
    "specs/websockets/apps": {"starlette", "uvicorn"},
    "studies": {"benchmarks", PACKAGE, "pytest", "studies", DECLARED},
    "tests/chaos/fuzz_guided.py": {"atheris", "tests"},
    "tests/miniatures/costly_app.py": {"starlette"},
    "tests/miniatures/replayed": {"fastapi", "starlette"},
    "tests/miniatures/unrequested": {"fastapi", "pydantic", "starlette"},
    "tests": {
        "benchmarks",
        PACKAGE,
        "grimp",
        "hypothesis",
        "jsonschema",
        "markdown_it",
        "pyte",
        "pytest",
        "ruamel",
        "specs",
        "studies",
        "tests",
        "yaml",
        DECLARED,
    },
}
"""What each folder, or file, may import beside the standard library."""

FOLDERS = sorted(name for name in MAY_IMPORT if "/" not in name)
MODULES = sorted(
    str(path.relative_to(ROOT)) for folder in FOLDERS for path in ROOT.glob(f"{folder}/**/*.py")
)


def imported(source: str) -> set[str]:
    """The top-level names of the modules that a source imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return {name.partition(".")[0] or "." for name in found}


def forbidden(module: str, source: str) -> set[str]:
    allowed = next(MAY_IMPORT[name] for name in _rules(module) if name in MAY_IMPORT)
    allowed = allowed | declared() if DECLARED in allowed else allowed
    return imported(source) - allowed - sys.stdlib_module_names


def _rules(module: str) -> list[str]:
    """The module, and the folders that it lies in, the nearest first."""
    return [module, *map(str, Path(module).parents)]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_what_its_folder_may(module: str) -> None:
    assert forbidden(module, (ROOT / module).read_text("utf-8")) == set()


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("apps/new.py", "import httpx", {"httpx"}),
        ("apps/new.py", f"from {PACKAGE}.stacks import site_fixture", {PACKAGE}),
        ("apps/new.py", "from uvicorn.config import Config\nimport asyncio", set()),
        (f"{PACKAGE}/http/new.py", "import pytest", {"pytest"}),
        (f"{PACKAGE}/new.py", "def f():\n    import starlette.routing", {"starlette"}),
        (f"{PACKAGE}/new.py", "import locust.stats as s, os.path", {"locust"}),
        (f"{PACKAGE}/new.py", f"from {PACKAGE}.process.log import Log\nimport httpx, h11", set()),
        (f"{PACKAGE}/new.py", "from . import log", {"."}),
        (f"{PACKAGE}/new.py", "from specs.ledger.changes import *", {"specs"}),
        (f"{PACKAGE}/process/_die_with_parent.py", f"from {PACKAGE} import log", {PACKAGE}),
        (f"{PACKAGE}/pytest_plugin/new.py", "import pytest, httpx", {"httpx"}),
        ("specs/test_new.py", "from apps.hello import app", {"apps"}),
        ("specs/test_new.py", "import rich, httpx", {"httpx", "rich"}),
        ("starlette_conformance/pytest_plugin/judging.py", "import rich, httpx", {"httpx"}),
        ("loadtests/new.py", "import requests, pytest", {"pytest", "requests"}),
        ("loadtests/new.py", "import _servers, starlette", {"starlette"}),
        ("benchmarks/new.py", "import uvicorn", {"uvicorn"}),
        ("tests/test_new.py", "if x:\n  import apps\nimport hypothesis, filelock", {"apps"}),
    ],
)
def test_an_import_that_is_not_allowed_is_noticed(
    module: str, source: str, found: set[str]
) -> None:
    assert forbidden(module, source) == found


def test_every_folder_with_python_has_its_rule() -> None:
    with_python = {path.parent.name for path in ROOT.glob("*/*.py")}
    assert {"apps", PACKAGE, "specs", "tests"} <= with_python <= set(FOLDERS)


def lengths(root: Path) -> dict[str, int]:
    """The lines of each module of the engine and of the load tests, by its path."""
    return {
        str(path.relative_to(root)): len(path.read_text("utf-8").splitlines())
        for path in [*root.glob(f"{PACKAGE}/**/*.py"), *root.glob("loadtests/*.py")]
    }


def test_the_modules_of_the_engine_stay_small() -> None:
    assert {name: length for name, length in lengths(ROOT).items() if length > 250} == {}


def test_modules_of_one_name_do_not_hide_each_other(tmp_path: Path) -> None:
    for folder, lines in (("a", 251), ("b", 1)):
        path = tmp_path / PACKAGE / folder / "same.py"
        path.parent.mkdir(parents=True)
        path.write_text("x = 1\n" * lines, "utf-8")
    assert sorted(lengths(tmp_path).values()) == [1, 251]


def test_an_app_has_its_place_in_each_tree() -> None:
    scripts = {path.stem for path in ROOT.glob("apps/*.py")}
    assert scripts == set(apps())
    assert scripts <= {path.name for path in (ROOT / "specs").iterdir()}
