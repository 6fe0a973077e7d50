"""Who may import whom, and how the folders look."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
NOT_OF_THE_HARNESS = {"pytest", "locust", "starlette", "sse-starlette", "uvicorn"}


def declared() -> set[str]:
    """The modules of what pyproject.toml declares, but for what the harness must not import."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}
    return {
        module
        for module, distributions in packages_distributions().items()
        if {canonicalize_name(name) for name in distributions} & (names - NOT_OF_THE_HARNESS)
    }


MAY_IMPORT = {
    "apps": {"starlette", "sse_starlette", "uvicorn"},
    "benchmarks": {"benchmarks", "harness", "pytest", "pytest_benchmark", "rich"},
    "examples": {"fastapi", "pydantic"},
    "harness": {"harness", *declared()},
    "harness/forker.py": set(),
    "harness/guard.py": set(),
    "harness/mutants/tracer.py": set(),
    "loadtests": {
        "gevent",
        "harness",
        "hdrh",
        "locust",
        "psutil",
        "rich",
        *(path.stem for path in ROOT.glob("loadtests/_*.py")),
    },
    "loadtests/_without_auth.py": {"starlette", "uvicorn"},
    "specs": {
        "h11",
        "harness",
        "httptools",
        "hypothesis",
        "packaging",
        "playwright",
        "pytest",
        "specs",
    },
    "specs/conftest.py": {"_pytest", "harness", "playwright", "pytest", "rich", "specs"},
    "tests": {
        "benchmarks",
        "harness",
        "hypothesis",
        "jsonschema",
        "pytest",
        "tests",
        "yaml",
        *declared(),
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
    allowed = MAY_IMPORT.get(module, MAY_IMPORT[module.partition("/")[0]])
    return imported(source) - allowed - sys.stdlib_module_names


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_what_its_folder_may(module: str) -> None:
    assert forbidden(module, (ROOT / module).read_text("utf-8")) == set()


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("apps/new.py", "import httpx", {"httpx"}),
        ("apps/new.py", "from harness import site", {"harness"}),
        ("apps/new.py", "from uvicorn.config import Config\nimport asyncio", set()),
        ("harness/new.py", "import pytest", {"pytest"}),
        ("harness/new.py", "def f():\n    import starlette.routing", {"starlette"}),
        ("harness/new.py", "import locust.stats as s, os.path", {"locust"}),
        ("harness/new.py", "from harness.log import Log\nimport httpx, rich.table", set()),
        ("harness/new.py", "from . import log", {"."}),
        ("harness/new.py", "from specs.changes import *", {"specs"}),
        ("harness/guard.py", "from harness import log", {"harness"}),
        ("specs/test_new.py", "from apps.hello import app", {"apps"}),
        ("specs/test_new.py", "import rich, httpx", {"httpx", "rich"}),
        ("specs/conftest.py", "import rich, httpx", {"httpx"}),
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
    assert {"apps", "harness", "specs", "tests"} <= with_python <= set(FOLDERS)


def test_the_modules_of_the_harness_stay_small() -> None:
    lengths = {
        path.name: len(path.read_text("utf-8").splitlines())
        for path in [*ROOT.glob("harness/**/*.py"), *ROOT.glob("loadtests/*.py")]
    }
    assert {name: length for name, length in lengths.items() if length > 250} == {}


def test_an_app_has_one_file_of_its_name_in_each_tree() -> None:
    apps = {path.stem for path in ROOT.glob("apps/*.py")}
    assert apps == {"hello", "json_cors", "static_files", "basic_auth", "sse"}
    assert {f"test_{app}.py" for app in apps} <= {path.name for path in ROOT.glob("specs/*.py")}
