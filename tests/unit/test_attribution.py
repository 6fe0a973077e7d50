"""Which functions make a regression: found by what both stacks execute."""

from pathlib import Path

import pytest

from starlette_conformance.cost import attribution
from starlette_conformance.cost.attribution import Contributor, attributed, in_words
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.manifest import MANIFEST
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.stacks.patched_copies import plant
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import of_interpreter, provision
from studies.plants import PLANTS


def red(what: str = "instructions", outcome: str = "regression") -> Finding:
    return Finding("hello", what, 100.0, 110.0, 0.1, 0.0, 0.005, outcome)


@pytest.fixture(scope="module")
def documented() -> Environment:
    return provision(catalogue().named("documented"))


def test_the_functions_that_do_more_are_named(documented: Environment, tmp_path: Path) -> None:
    (lookup,) = [each for each in PLANTS if each.name.startswith("one more header lookup")]
    python = plant(documented.interpreter, tmp_path / "copy", lookup)
    newer = of_interpreter(str(python))
    found = attribution.contributors(documented, newer, [MANIFEST["basic_auth_right"]])[
        "basic_auth_right"
    ]
    assert found[0].function == "Headers.__getitem__ (starlette/datastructures.py)"
    assert found[0].new > found[0].old > 0
    assert "AuthenticationMiddleware.__call__ (starlette/middleware/authentication.py)" in {
        each.function for each in found
    }


def test_what_executes_the_same_has_no_contributor(documented: Environment) -> None:
    found = attribution.contributors(documented, documented, [MANIFEST["hello"]])["hello"]
    assert [each for each in found if each.of == "package"] == []


def test_the_three_that_do_most_more_are_in_the_sentence() -> None:
    found = [Contributor(name, 1.0, new) for name, new in (("a", 40.0), ("b", 9.0), ("c", 0.0))]
    calls = [
        Contributor("re.compile", 0.0, 2.0, "C"),
        Contributor("len", 0.0, 1.0, "C"),
    ]
    assert in_words([*found, *calls]) == "a +39 bytecodes, b +8 bytecodes, re.compile +2 calls"


def test_findings_that_no_function_makes_stay_as_they_are(documented: Environment) -> None:
    findings = [red("waiting seconds"), red(outcome="pass")]
    assert attributed(findings, documented, documented, [MANIFEST["hello"]]) == (findings, {})


def test_a_verdict_stays_where_the_functions_cannot_be_told(
    documented: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> list[Contributor]:
        raise CannotTell("it went away")

    monkeypatch.setattr(attribution, "contributors", fails)
    (found,), functions = attributed([red()], documented, documented, [MANIFEST["hello"]])
    assert (found.outcome, functions) == ("regression", {})
    assert found.detail == "not known by which functions: it went away"
