"""The Pythons of the machine."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.model.errors import NotInstallable
from starlette_conformance.model.stack import Stack
from starlette_conformance.stacks import interpreters
from starlette_conformance.stacks.provision import provision

STACK = Stack("s", ("starlette",))


def test_a_stack_that_names_none_gets_the_one_of_the_harness() -> None:
    assert interpreters.find(None) == interpreters.OWN
    assert interpreters.OWN.parent == Path(sys.base_prefix, "bin")
    assert interpreters.build(interpreters.OWN) == sys.version


def test_one_that_is_there_is_found_outside_of_any_environment() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = interpreters.find(version)
    assert found is not None
    assert "venv" not in str(found)
    assert interpreters.build(found).startswith(f"{version}.")


def test_one_that_is_not_there_is_told() -> None:
    stacks = {"here": STACK, "not here": replace(STACK, python="3.99")}
    assert interpreters.present(stacks) == (
        {"here": STACK},
        ["Python 3.99: not on this machine"],
    )
    with pytest.raises(NotInstallable, match=r"stack s: no Python 3\.99 on this machine"):
        provision(stacks["not here"])


def test_one_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asleep = tmp_path / "python"
    asleep.write_text("#!/bin/sh\nexec sleep 60\n")
    asleep.chmod(0o755)
    monkeypatch.setattr(interpreters, "SECONDS", 0.2)
    with pytest.raises(
        NotInstallable, match=r"a Python of this machine does not run: .* timed out"
    ):
        interpreters.build(asleep)
