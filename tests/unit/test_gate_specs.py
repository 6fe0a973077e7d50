"""The specs that a gate runs first: where none ran on a stack, the gate says why."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.cost import gate
from starlette_conformance.cost.manifest import MANIFEST
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.output.console import console
from starlette_conformance.process.resources import Footprint
from starlette_conformance.runs.sessions import LOG
from starlette_conformance.runs.summary import Summary
from tests.miniatures.raw_server import ENVIRONMENT

DIED = "ImportError while loading conftest\nERROR: the conftest of a checkout raised\n\n"


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (DIED, "ERROR: the conftest of a checkout raised"),
        ("Killed\n\n", "Killed"),
        ("", "pytest printed nothing"),
    ],
)
def test_a_gate_says_why_no_spec_ran(
    monkeypatch: pytest.MonkeyPatch, log: str, reason: str
) -> None:
    def judge(_: Any, folder: Path, *__: Any) -> tuple[Summary, Footprint]:
        (folder / "000").mkdir(parents=True)
        (folder / "000" / LOG).write_text(log)
        return Summary(), Footprint()

    monkeypatch.setattr(gate, "judge", judge)
    with pytest.raises(CannotTell) as raised:
        gate.check_specs([ENVIRONMENT], list(MANIFEST.values())[:1], console())
    assert str(raised.value) == f"no spec ran on miniature: {reason}"


def test_a_gate_says_what_an_app_needs_and_a_stack_lacks() -> None:
    packages = {"starlette": "1.0", "uvicorn": "0.54"}
    lacking = replace(ENVIRONMENT, packages=packages)
    with pytest.raises(CannotTell, match=r"^sse needs sse-starlette, which a stack lacks: install"):
        gate.check_specs([lacking], list(MANIFEST.values()), console())
