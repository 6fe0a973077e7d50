"""The study of the explainer's mutants: what it chooses, and that a mutant is what is imported."""

from importlib.util import module_from_spec

from studies.explainer_mutants import PACKAGE, RULES, Mutated, chosen, path_of

NAME = f"{PACKAGE}.explain.severity"


def test_every_module_of_rules_has_mutants_and_a_sample_is_the_same_for_a_seed() -> None:
    every = chosen((), 0, 0)
    assert {mutant.module for mutant in every} == {f"{PACKAGE}.explain.{name}" for name in RULES}
    assert chosen((), 5, 3) == chosen((), 5, 3) != chosen((), 5, 4)
    assert {mutant.module for mutant in chosen(["severity"], 0, 0)} == {NAME}


def test_a_mutant_is_imported_in_the_place_of_its_module_and_of_no_other() -> None:
    finder = Mutated(NAME, b"MUTATED = __name__")
    assert finder.find_spec(f"{PACKAGE}.explain.counts") is None
    spec = finder.find_spec(NAME)
    assert spec
    assert spec.origin == str(path_of(NAME))
    module = module_from_spec(spec)
    finder.exec_module(module)
    assert module.MUTATED == NAME
