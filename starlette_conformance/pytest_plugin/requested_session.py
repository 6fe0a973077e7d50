"""What the options of a session select: stacks, specs, a folder for run files."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.stack import Stack
from starlette_conformance.pytest_plugin.distribution import given_folder
from starlette_conformance.pytest_plugin.own_specs import OwnSpecs, new_folder
from starlette_conformance.pytest_plugin.session import CATALOGUE, SPECS, Judging
from starlette_conformance.runs.remote_server import addresses
from starlette_conformance.stacks.interpreters import present
from starlette_conformance.stacks.targets import targets_named, with_packages


def session_of(config: pytest.Config) -> Judging:
    """What the options select. Raises UsageError."""
    chosen = config.getoption("--stack"), config.getoption("--python")
    named = config.getoption("--runs") or given_folder(config)
    folder = Path(named or "runs")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--runs {folder}: is not a folder")
    if app := config.getoption("--app", ""):
        given = config.getoption("--with"), config.getoption("--pass-env")
        own = OwnSpecs.of(app, Path(config.getoption("--cwd")), *given)
        stacks, lacking = targets(*chosen, own.extra)
        words = (word.partition("::")[0] for word in config.args)
        folders = [Path(config.invocation_params.dir, word).resolve() for word in words]
        if any(folder == SPECS or SPECS in folder.parents for folder in folders):
            raise UsageError(f"--app {app}: the specs of this project are about its own apps")
        runs = folder if named else new_folder(config)
        return Judging(stacks, runs, folders, own, not_judged=lacking)
    remote = addresses(config.getoption("--url"))
    stacks, lacking = held_to(*chosen) if remote else targets(*chosen)
    also = config.getoption("--also")
    if strange := sorted({*also} - CATALOGUE.apart):
        some = ", ".join(sorted(CATALOGUE.apart))
        raise UsageError(f"--also {strange[0]}: no suite that is apart; these are: {some}")
    return Judging(stacks, folder, remote=remote, also=also, not_judged=lacking)


def targets(
    names: list[str], interpreters: list[str], extra: Sequence[str] = ()
) -> tuple[dict[str, Stack | Environment], list[str]]:
    """What --stack and --python select, by name, with more packages, and what of it this
    machine lacks.

    Raises UsageError.
    """
    named = targets_named(names, interpreters)
    selected = {name: with_packages(target, extra) for name, target in named.items()}
    stacks = {name: target for name, target in selected.items() if isinstance(target, Stack)}
    here, lacking = present(stacks)
    return {
        name: selected[name] for name in selected if name in here or name not in stacks
    }, lacking


def held_to(
    names: list[str], interpreters: list[str]
) -> tuple[dict[str, Stack | Environment], list[str]]:
    """The stack whose specs hold a server that is known by its URL: `latest`, or the one named.

    Raises UsageError.
    """
    if interpreters or len(names) > 1:
        raise UsageError("--url goes with one --stack, by whose specs the server is judged")
    stack = CATALOGUE.named(*names or ["latest"])
    name = f"url-as-{stack.name}"
    return {name: replace(stack, name=name)}, []
