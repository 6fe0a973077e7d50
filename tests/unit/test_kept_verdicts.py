"""`judge --cached`: what is kept of a stack's verdicts, and what is not."""

from pathlib import Path

import pytest

from starlette_conformance.diff import kept_verdicts
from starlette_conformance.diff.kept_verdicts import KeptVerdicts, taken
from starlette_conformance.model.environment import Environment
from starlette_conformance.runs.run_file import Run
from starlette_conformance.stacks.cache import VARIABLE
from tests.miniatures.run_files import environment

STACK = environment("1.6.0")
SPEC = "specs/hello/test_hello.py::test_greets[starlette-1.6.0]"


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(kept_verdicts, "identity", lambda each: str(sorted(each.packages.items())))
    monkeypatch.setattr(kept_verdicts, "key_of_specs", lambda: "specs")
    monkeypatch.setattr(kept_verdicts, "is_unchanged", lambda: True)


def kept(stack: Environment = STACK, *arguments: str) -> KeptVerdicts:
    return KeptVerdicts({stack.name: stack}, arguments)


def run(folder: Path, *verdicts: str, ends: bool = True) -> Path:
    found = Run(folder / "runs", STACK.name)
    found.begin(STACK)
    for each in verdicts:
        found.verdict(SPEC, "hello", each, "", {}, 0.1)
    found.end(ends)
    return found.path


def keep(folder: Path, path: Path) -> None:
    log = folder / "log"
    log.write_text("NOT JUDGED specs that need a browser\n1 passed\n")
    kept().keep({STACK.name: log}, [path])


def laid(folder: Path, which: KeptVerdicts) -> dict[str, Path]:
    return which.lay_out(folder / "kept")[0]


def test_a_run_on_which_every_spec_passed_is_kept_with_what_was_not_judged(tmp_path: Path) -> None:
    path = run(tmp_path, "pass", "pass")
    keep(tmp_path, path)
    found, said = kept().lay_out(tmp_path / "kept")
    assert found == {STACK.name: tmp_path / "kept" / path.name}
    assert found[STACK.name].read_bytes() == path.read_bytes()
    assert said == ["NOT JUDGED specs that need a browser"]
    assert taken(found.values(), 3).startswith(
        "1 of 3 stacks not judged again (--cached): verdicts"
    )


@pytest.mark.parametrize(
    ("verdicts", "ends"), [(("pass", "fail"), True), (("pass",), False), ((), True)]
)
def test_a_run_that_proves_less_is_not_kept(
    verdicts: tuple[str, ...], ends: bool, tmp_path: Path
) -> None:
    keep(tmp_path, run(tmp_path, *verdicts, ends=ends))
    assert laid(tmp_path, kept()) == {}


def test_other_specs_packages_or_arguments_are_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path, run(tmp_path, "pass"))
    assert laid(tmp_path, kept(environment("1.7.0"))) == {}
    assert laid(tmp_path, kept(STACK, "-k", "greets")) == {}
    monkeypatch.setattr(kept_verdicts, "key_of_specs", lambda: "other specs")
    assert laid(tmp_path, kept()) == {}


def test_what_was_changed_while_it_was_judged_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_verdicts, "is_unchanged", lambda: False)
    keep(tmp_path, run(tmp_path, "pass"))
    assert laid(tmp_path, kept()) == {}
