"""Does a unit test notice when the explainer loses a rule? Mutants of our own modules.

    python -m studies.explainer_mutants [--sample N] [--seed N] [--jobs N] [MODULE...]

changes one place of a module of starlette_conformance.explain at a time, as `starlette-conformance
mutants` changes packages, and runs the unit tests of the explainer against it, each in a process of
its own. What no test notices is printed. Exit codes: 0 nothing survives, 1 something does, 3 the
tests fail without any mutant.
"""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_loader
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from starlette_conformance.mutants.generate import mutants
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.stacks.project import ROOT

PACKAGE = "starlette_conformance"
RULES = ("explainer", "differences", "groups", "scenarios", "severity", "parser_quirks")
TESTS = (
    *("test_explainer", "test_explain_scenarios", "test_explain_any_app", "test_explain_rules"),
    *("test_severity", "test_bodies", "test_comparison"),
)
SECONDS = 60
"""For the tests; a mutant that takes longer is killed, too."""


class Mutated(MetaPathFinder, Loader):
    """Imports one module from another source."""

    def __init__(self, name: str, source: bytes) -> None:
        self._name, self._source = name, source

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name != self._name:
            return None
        known = PathFinder.find_spec(name, [str(path_of(name).parent)])
        return spec_from_loader(name, self, origin=known.origin if known else None)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, str(path_of(self._name)), "exec"), module.__dict__)  # noqa: S102


def path_of(module: str) -> Path:
    return ROOT / Path(*module.split(".")).with_suffix(".py")


def failing(mutant: Mutant | None) -> bool:
    """Whether the tests fail, in a child that has imported nothing of ours yet."""
    if (child := os.fork()) == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        for name in [name for name in sys.modules if name.partition(".")[0] in {PACKAGE, "specs"}]:
            del sys.modules[name]
        if mutant:
            source = mutant.applied(path_of(mutant.module).read_bytes())
            sys.meta_path.insert(0, Mutated(mutant.module, source))
        paths = [str(ROOT / "tests" / "unit" / f"{name}.py") for name in TESTS]
        options = ["-q", "-x", "-pno:cacheprovider", f"--timeout={SECONDS}", "--rootdir", str(ROOT)]
        options += ["--assert=plain"]  # else pytest imports our modules by itself
        os._exit(pytest.main([*options, *paths]) != 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def chosen(modules: Sequence[str], sample: int, seed: int) -> list[Mutant]:
    names = [f"{PACKAGE}.explain.{module}" for module in modules or RULES]
    every = [mutant for name in names for mutant in mutants(name, path_of(name).read_bytes())]
    random = Random(seed)  # noqa: S311  (chance, no secret)
    return random.sample(every, min(sample, len(every))) if sample else every


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("module", nargs="*", choices=[*RULES, []])
    parser.add_argument("--sample", type=int, default=0, help="so many by chance; 0: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    if failing(None):
        print("the tests fail without a mutant", file=sys.stderr)
        return 3
    every = chosen(options.module, options.sample, options.seed)
    survivors = 0
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("fork")) as pool:
        for number, (mutant, killed) in enumerate(
            zip(every, pool.map(failing, every), strict=True), 1
        ):
            if not killed:
                survivors += 1
                print(f"{number}: {mutant.name} {mutant.function}: {mutant.summary()}", flush=True)
    print(f"{len(every) - survivors} of {len(every)} killed")
    return int(bool(survivors))


if __name__ == "__main__":
    sys.exit(main())
