"""Reference apps that a diff leaves out, since a stack lacks a package that they import."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.output.listed import listed
from starlette_conformance.runs.rerun_commands import word
from starlette_conformance.stacks.script_imports import lacked_by


@dataclass(frozen=True)
class CannotRun:
    """The apps that run on both stacks, and a sentence on each of the others: `nowhere` runs what
    neither stack can run, so that nothing of it changes; the rest is `not_compared`.
    """

    runs: tuple[str, ...]
    nowhere: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()


def apps_that_run(
    every: Collection[str], named: Collection[str], sides: Sequence[Environment]
) -> CannotRun:
    """Of `every` app; one that the user `named` is missed wherever it does not run. Raises
    CannotTell where none runs.
    """
    runs, nowhere, not_compared = [], [], []
    for app in every:
        lacks = [lacked_by(app, side) for side in sides]
        if not any(lacks):
            runs.append(app)
        elif all(lacks) and app not in named:
            packages = sorted({name for each in lacks for name in each})
            nowhere.append(f"{app} was left out: OLD and NEW lack {listed(packages, 3)}.")
        else:
            not_compared.append(f"{app}: {_missing(sides, lacks)}")
    if not runs:
        raise CannotTell(f"no reference app runs on both stacks: {'; '.join(not_compared)}")
    return CannotRun(tuple(runs), tuple(nowhere), tuple(not_compared))


def _missing(sides: Sequence[Environment], lacks: Sequence[Sequence[str]]) -> str:
    """What is missing where, and how to install it."""
    return "; ".join(
        f"{name} lacks {listed(packages, 3)}; `uv pip install --python {word(side)} "
        f"{' '.join(packages)}` installs it"
        for name, side, packages in zip(("OLD", "NEW"), sides, lacks, strict=True)
        if packages
    )
