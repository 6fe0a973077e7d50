"""Which counts are kept, and what makes them others."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.cost import callgrind, counts, kept_counts
from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.counts import Count
from starlette_conformance.cost.manifest import MANIFEST
from starlette_conformance.model.environment import Environment
from tests.miniatures.run_files import environment

FILES = {
    "pyvenv.cfg": b"include-system-site-packages = false\n",
    "lib/python3.11/site-packages/starlette/routing.py": b"a = 1\n",
    "lib/python3.11/site-packages/started.pth": b"import os\n",
}
SITE = "lib/python3.11/site-packages"


def made(folder: Path, **changed: bytes) -> Environment:
    """An environment of such files, by the last part of the names of those that are others."""
    for name, data in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(changed.get(path.stem, data))
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to("/bin/true")
    return replace(environment("1.0.0"), interpreter=python)


def test_the_same_files_in_another_folder_are_the_same_stack(tmp_path: Path) -> None:
    one, other = (kept_counts.contents_of(made(tmp_path / name)) for name in ("one", "another"))
    assert one == other is not None
    changed = made(tmp_path / "changed", routing=b"a = 2\n")
    assert kept_counts.contents_of(changed) not in (one, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"pyvenv": b"include-system-site-packages = true\n"},
        {"started": b"/home/user/checkout\n"},
        {"started": b"import __editable___starlette_finder\n"},
    ],
)
def test_what_lies_elsewhere_is_not_kept(tmp_path: Path, changed: dict[str, bytes]) -> None:
    assert kept_counts.contents_of(made(tmp_path / "stack", **changed)) is None


def test_a_checkout_ahead_of_the_packages_is_not_kept(tmp_path: Path) -> None:
    stack = replace(made(tmp_path / "stack"), ahead=tmp_path)
    assert kept_counts.contents_of(stack) is None


def test_what_was_counted_is_kept_until_something_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def count(_: Environment, those: Sequence[Benchmark], *__: object) -> dict[str, Count]:
        asked.append([each.name for each in those])
        return {each.name: Count((1e6, 2e6), 153.0, 1, {"send": 2.0}) for each in those}

    monkeypatch.setattr(counts, "count", count)
    monkeypatch.setattr(kept_counts, "FOLDER", str(tmp_path / "kept"))
    stack = made(tmp_path / "stack")
    some = [MANIFEST["hello"], MANIFEST["sse"]]
    first = kept_counts.count(stack, some)
    again = kept_counts.count(stack, some[:1])
    assert (first.ages, first.found["hello"]) == ({}, again.found["hello"])
    assert again.ages.keys() == {"hello"}
    kept_counts.count(stack, [*some, MANIFEST["json_cors"]])
    assert asked == [["hello", "sse"], ["json_cors"]]
    for more in ({"fresh": True}, {"layout": 1}, {"repeats": 3}):
        kept_counts.count(stack, some[:1], **more)
    kept_counts.count(made(tmp_path / "changed", routing=b"a = 2\n"), some[:1])
    monkeypatch.setattr(callgrind, "processor", lambda: "another one")
    kept_counts.count(stack, some[:1])
    for file in (tmp_path / "kept").iterdir():
        file.write_text("torn")
    kept_counts.count(stack, some[:1])
    assert asked[2:] == [["hello"]] * 6
