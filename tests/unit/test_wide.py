"""What is measured of requests that no reference app takes."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from starlette_conformance.cost import wide
from starlette_conformance.cost.wide import WIDE, WideBenchmark, measurable
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from tests.miniatures.run_files import environment

OLD, NEW = environment("1.0.0"), replace(environment("1.0.0"), name="new")
BOTH = [WIDE["parts"], WIDE["events"]]


def says(monkeypatch: pytest.MonkeyPatch, old: Sequence[str], new: Sequence[str]) -> None:
    def faults(stack: Environment, _: Sequence[WideBenchmark]) -> Sequence[str]:
        return new if stack is NEW else old

    monkeypatch.setattr(wide, "_faults", faults)


def test_what_old_lacks_is_named_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, ["parts: status 500", ""], ["", ""])
    assert measurable(OLD, NEW, BOTH) == ([WIDE["events"]], ["parts: status 500"])


def test_what_only_new_responds_wrongly_to_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, ["", ""], ["", "events: status 500"])
    with pytest.raises(CannotTell, match="right on OLD, and on NEW: events: status 500"):
        measurable(OLD, NEW, BOTH)
