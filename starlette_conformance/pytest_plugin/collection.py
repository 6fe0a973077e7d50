"""Which specs a session of pytest has: the suites of its stacks, in order, each with a source."""

import gc
import re
from collections import Counter
from pathlib import Path

import pytest

from starlette_conformance.pytest_plugin.by_url import selected
from starlette_conformance.pytest_plugin.distribution import check_stacks, is_worker
from starlette_conformance.pytest_plugin.needs import is_slow, servers_of
from starlette_conformance.pytest_plugin.session import JUDGING, SPECS

SOURCE = re.compile(
    r"primer(?: \w+)+|RFC \d+ section [\d.]+|Fetch #\S+|HTML #\S+"
    r"|((sse-)?starlette|uvicorn) docs \w+|CVE-\d{4}-\d+"
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    judging = metafunc.config.stash[JUDGING]
    if "environment" in metafunc.fixturenames and judging.is_spec(metafunc.definition.path):
        names = judging.judged_by(metafunc.definition.path.parent)
        # `ids`, since pytest would call a name of more than 100 characters environment0
        metafunc.parametrize("environment", names, indirect=True, ids=names, scope="session")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the specs of a suite that judges none of the stacks."""
    judging = config.stash[JUDGING]
    spec = collection_path.name.startswith("test_") and judging.is_spec(collection_path)
    return True if spec and not judging.judged_by(collection_path.parent) else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    judging = config.stash[JUDGING]
    specs = [item for item in items if judging.is_spec(item.path)]
    for item in specs if not judging.own else ():
        _check_source(item)
    for item in specs:
        if _stack(item) not in {"", *judging.targets}:  # pytest's word for no parameter
            raise pytest.UsageError(f"{item.nodeid.partition('::')[0]} judges none of these stacks")
    if judging.remote:
        specs, left, judging.left_out = selected(specs, judging.remote)
        items[:] = [item for item in items if item not in set(left)]
        if left:
            config.hook.pytest_deselected(items=left)
    for item in specs:
        judging.needed[_stack(item)] |= servers_of(item)
    if not judging.own:
        files = {path for path in SPECS.rglob("test_*.py") if judging.judged_by(path.parent)}
        found = {item.path for item in specs}
        aside = judging.lacking_extras | (judging.of_browsers - found)
        judging.complete &= found == files - aside
    if is_worker(config):
        check_stacks(judging, {item.nodeid: _stack(item) for item in specs if _stack(item)})
    judging.left = Counter(_stack(item) for item in specs)
    stacks = list(judging.targets)
    items.sort(key=lambda item: _place(item, stacks))


def pytest_collection_finish() -> None:
    """What was collected stays: the garbage collector need not look through it over and over."""
    gc.freeze()


def _place(item: pytest.Item, stacks: list[str]) -> tuple[int, bool]:
    """By stack; what takes a while to come, last. What needs no stack comes first."""
    stack = _stack(item)
    return stacks.index(stack) + 1 if stack in stacks else 0, is_slow(item)


def _stack(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("environment", "")) if callspec else ""


def pytest_deselected(items: list[pytest.Item]) -> None:
    judging = items[0].config.stash[JUDGING]
    specs = [item for item in items if judging.is_spec(item.path)]
    of_browsers = [item for item in specs if "browser" in getattr(item, "fixturenames", ())]
    judging.of_browsers |= {item.path for item in of_browsers}
    judging.complete &= len(of_browsers) == len(specs)
    judging.left.subtract(_stack(item) for item in specs)  # --lf comes after all that was counted


def _check_source(item: pytest.Item) -> None:
    sources = [text for mark in item.iter_markers("source") for text in mark.args]
    unknown = [text for text in sources if not SOURCE.fullmatch(text)]
    if unknown or not sources:
        what = f"source {unknown[0]!r} is unknown" if unknown else "it states no source"
        raise pytest.UsageError(f"{item.nodeid}: {what}; CONTRIBUTING.md shows how")
