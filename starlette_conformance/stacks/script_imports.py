"""What the project's scripts import, and a stack may lack."""

import ast
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from packaging.utils import canonicalize_name

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.stacks.project import ROOT, script, variants


@cache
def imported(path: Path) -> frozenset[str]:
    """The packages that a script imports wherever it runs: at its top level, under no condition."""
    modules: set[str] = set()
    for statement in ast.parse(path.read_bytes()).body:
        if isinstance(statement, ast.Import):
            modules |= {each.name for each in statement.names}
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            modules.add(statement.module)
    names = {each.partition(".")[0] for each in modules}
    return frozenset(map(canonicalize_name, names - sys.stdlib_module_names))


def lacked_by(app: str, environment: Environment) -> list[str]:
    """The packages without which an app of the project does not start."""
    return _lacked(imported(script(app)), environment)


def lacked_by_scenario(scenario: Scenario, environment: Environment) -> list[str]:
    """Those without which the server of a scenario does not."""
    app, _ = variants()[scenario.variant]
    own = imported(ROOT / scenario.script) if scenario.script else frozenset()
    return _lacked(imported(script(app.name)) | own, environment)


def _lacked(packages: Iterable[str], environment: Environment) -> list[str]:
    return sorted(name for name in packages if not environment.has(name))
