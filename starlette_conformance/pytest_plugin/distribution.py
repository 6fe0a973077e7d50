"""Stacks side by side by pytest-xdist: a stack stays on one worker, and the controller sums up."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.pytest_plugin.session import JUDGING, Judging
from starlette_conformance.runs.rerun_commands import in_node_id

FOLDER = "starlette_conformance_runs"
OUTPUT = "starlette_conformance"
"""What a worker is given, and what it hands back."""

LOST: list[str] = []
"""Why a worker ended early."""


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def given_folder(config: pytest.Config) -> str:
    """The folder that the controller's workers share; empty where there is no controller."""
    return str(config.workerinput[FOLDER]) if hasattr(config, "workerinput") else ""


def stack_in(node_id: str, stacks: Iterable[str]) -> str:
    """The stack that stands first in a case; of `latest` and `latest-h11` the longer one."""
    case = f"{node_id.partition('[')[2].removesuffix(']')}-"
    found = [name for name in stacks if case.startswith(f"{in_node_id(name)}-")]
    return max(found, key=len, default="")


def check_stacks(judging: Judging, stack_of: dict[str, str]) -> None:
    """Raise UsageError where the controller would take a case for one of another stack."""
    for node_id, stack in stack_of.items():
        if stack_in(node_id, judging.targets) != stack:
            raise pytest.UsageError(f"{node_id}: -n does not know its stack; run without -n")


def pytest_configure_node(node: Any) -> None:
    node.workerinput[FOLDER] = str(node.config.stash[JUDGING].folder)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    from xdist import scheduler  # type: ignore[import-untyped]  # noqa: PLC0415

    stacks = list(config.stash[JUDGING].targets)

    class StackScheduling(scheduler.LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return stack_in(nodeid, stacks) or str(super()._split_scope(nodeid))

    return StackScheduling(config, log)


def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Keep why `pytest.exit` ended a worker: its own words go nowhere."""
    if isinstance(excinfo.value, pytest.exit.Exception):
        LOST.append(str(excinfo.value.msg))


@contextmanager
def handing_over(config: Any, judging: Judging) -> Iterator[None]:
    """A worker's last steps, after which the controller gets what it did."""
    try:
        yield
    except pytest.exit.Exception as end:
        LOST.append(str(end.msg))
        raise
    finally:
        config.workeroutput[OUTPUT] = {
            "paths": {stack: str(path) for stack, path in judging.paths.items()},
            "complete": judging.complete,
            "not_judged": judging.not_judged,
            "left_out": dict(judging.left_out),
            "staying": judging.staying,
            "lost": "; ".join(LOST),
        }


def pytest_testnodedown(node: Any, error: object) -> None:
    """Take in what a worker hands back; one that crashed hands back nothing."""
    judging: Judging = node.config.stash[JUDGING]
    given = getattr(node, "workeroutput", {}).get(OUTPUT)
    if error or not given:
        judging.complete = False
        return
    judging.paths |= {stack: Path(path) for stack, path in given["paths"].items()}
    judging.complete &= given["complete"]
    judging.not_judged = list(dict.fromkeys([*judging.not_judged, *given["not_judged"]]))
    judging.left_out |= given["left_out"]
    judging.staying += given["staying"]
    if given["lost"]:
        pytest.exit(given["lost"], pytest.ExitCode.INTERNAL_ERROR)
