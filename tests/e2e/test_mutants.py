"""Mutants: what is made of a source, what is judged again, and that an overlay is what runs."""

import ast
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, cast

import pytest

from starlette_conformance.http.client import Client
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart, UsageError
from starlette_conformance.mutants.coverage import Coverage, coverage, key
from starlette_conformance.mutants.equivalents import load
from starlette_conformance.mutants.generate import mutants
from starlette_conformance.mutants.kill import Verdict
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.mutants.overlay import PACKAGES, all_mutants, lay, sources
from starlette_conformance.mutants.results import Results
from starlette_conformance.mutants.worker import Judged, Spec, Worker
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.stacks.overlays import installed, lay_traced
from starlette_conformance.stacks.patched_copies import DEFECTS
from starlette_conformance.stacks.project import catalogue, script
from starlette_conformance.stacks.provision import provision

SOURCE = b'''\
"""A module."""
import typing
LIMIT = 10
T = typing.TypeVar("T")
Names = typing.Union[str, "bytes"]

@decorated("x")
def answer(request: "Request", code: int = 200) -> "Response":
    """An answer."""
    logger.debug("asked %s", request)
    assert request, "none"
    if request.method == "GET" and not request.closed:
        return Response(f"{code}!", headers={"a": "b"}, status=code)
    try:
        body = request.body[1:].lower()
    except (KeyError, ValueError):
        raise
    while body < LIMIT:
        request.count += 1
        break
    request.close()
'''

MADE = {
    "3 number": ["10 -> 11"],
    "8 number": ["200 -> 201"],
    "12 and-or": ["and -> or"],
    "12 compare": ["== -> !="],
    "12 condition": [
        'request.method == "GET" and not request.closed -> True',
        'request.method == "GET" and not request.closed -> False',
    ],
    "12 not": ["not -> (nothing)"],
    "12 operand": ['request.method == "GET" -> True', "not request.closed -> True"],
    "12 string": ['"GET" -> "XGET"'],
    "13 argument": [', headers={"a": "b"} -> (nothing)', ", status=code -> (nothing)"],
    "13 entry": ['"a": "b" -> (nothing)'],
    "13 return": ['Response(f"{code}!", headers={"a": "b"}, status=code) -> None'],
    "13 string": [
        'f"{code}!" -> f"X{code}!"',
        'f"{code}!" -> f"{code}!X"',
        '"a" -> "Xa"',
        '"b" -> "Xb"',
    ],
    "15 call": ["request.body[1:].lower() -> request.body[1:]"],
    "15 number": ["1 -> 2"],
    "15 slice": ["1 -> (nothing)"],
    "15 swap": ["lower -> upper"],
    "16 except": [
        "(KeyError, ValueError) -> ()",
        "(KeyError, ValueError) -> (ValueError,)",
        "(KeyError, ValueError) -> (KeyError,)",
    ],
    "17 statement": ["raise -> pass"],
    "18 compare": ["< -> <=", "< -> >="],
    "18 condition": ["body < LIMIT -> True", "body < LIMIT -> False"],
    "19 arithmetic": ["+= -> -="],
    "19 number": ["1 -> 2"],
    "19 statement": ["request.count += 1 -> pass"],
    "20 loop": ["break -> continue"],
    "21 call": ["request.close() -> request"],
    "21 statement": ["request.close() -> pass"],
}
"""By line and operator. Nothing of annotations, types, decorators, debugging, asserts."""

A_SPEC = "specs/test_a.py::test_a[documented-1]"


@pytest.fixture(scope="module")
def documented() -> Environment:
    return provision(catalogue().named("documented"))


def test_each_operator_is_applied_where_it_can() -> None:
    found: dict[str, list[str]] = {}
    for mutant in mutants("module", SOURCE):
        found.setdefault(f"{mutant.line} {mutant.operator}", []).append(mutant.summary())
    assert {name: sorted(summary) for name, summary in found.items()} == {
        name: sorted(summary) for name, summary in MADE.items()
    }


def test_a_mutant_differs_where_it_says() -> None:
    made = mutants("module", SOURCE)
    assert len({mutant.name for mutant in made}) == len(made)
    for mutant in made:
        whole = mutant.applied(SOURCE)
        assert whole != SOURCE
        assert len(whole) - len(SOURCE) == len(mutant.after) - len(mutant.before)
        ast.parse(whole)


def test_mutants_of_the_documented_stack_are_python(documented: Environment) -> None:
    texts = {m: (installed(documented) / p).read_bytes() for m, p in sources(documented).items()}
    made = all_mutants(documented, [])
    assert {mutant.module for mutant in made} == texts.keys()
    for mutant in random.Random(1).sample(made, 200):
        assert ast.dump(ast.parse(mutant.applied(texts[mutant.module])))


def test_an_unknown_module_is_refused(documented: Environment) -> None:
    with pytest.raises(UsageError, match=r"--module starlette\.wsgi: not one of starlette\."):
        all_mutants(documented, ["starlette.wsgi"])


def of_line(line: int) -> Mutant:
    return next(m for m in mutants("module", SOURCE) if m.line == line)


def test_what_is_judged_is_what_reaches_it_and_then_its_apps() -> None:
    specs = {
        "a": Spec("hello", ["hello"], ["hello"], False),
        "b": Spec("hello", ["hello"], ["hello"], False),
        "c": Spec("sse", ["sse"], ["sse"], False),
        "waits": Spec("hello", ["hello"], ["hello"], True),
    }
    covered = Coverage(specs, {"module": {3: {"hello"}, 8: {"-"}, 12: {1, "hello"}, 13: {3}}})
    asked, default, constant = of_line(12), of_line(8), of_line(3)
    assert covered.covering(asked) == ["a", "waits"]
    assert covered.others(asked, ["a", "waits"]) == ["b"]
    assert covered.covering(default) == ["a", "c", "waits"]
    assert covered.others(constant, covered.covering(constant)) == ["b"]
    assert [m.line for m in (asked, default, of_line(21)) if covered.reaches(m)] == [12, 8]


@pytest.mark.parametrize("kept", [None, "", "[1]", "{}", '{"specs": {"a": {}}'])
def test_what_specs_reach_is_learned_anew_where_it_is_damaged(
    documented: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str | None
) -> None:
    class Session:
        specs: ClassVar = {A_SPEC: Spec("hello", ["hello"], ["hello"], waits=False)}

        def judge(self, traced: Path, *_: object, **__: object) -> Judged:
            (traced / "lines").write_text("1 hello starlette/routing.py 7\n")
            return Judged({}, {A_SPEC: 0.1})

    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    if kept is not None:
        path = tmp_path / "cache" / "coverage" / f"{key(documented)}.json"
        path.parent.mkdir(parents=True)
        path.write_text(kept)
    learned, _ = coverage(documented, cast("Worker", Session()), tmp_path)
    assert learned.lines == {"starlette.routing": {7: {1}}}
    again, _ = coverage(documented, cast("Worker", None), tmp_path)
    assert again == learned


def test_a_run_goes_on_where_it_was(documented: Environment, tmp_path: Path) -> None:
    path, (first, second, third, *_) = tmp_path / "results.jsonl", mutants("module", SOURCE)
    with Results(path, documented, "key") as results:
        results.add(first, Verdict("killed", A_SPEC, "why", 1, 0.5))
        results.add(second, Verdict("survived", "", "", 9, 0.5))
    with path.open("a") as file:
        file.write('{"kind": "mutant", "name": "torn')
    for _ in range(2):
        with Results(path, documented, "key") as same:
            found = [same.of(mutant) for mutant in (first, second, third)]
        assert [verdict and verdict.verdict for verdict in found] == ["killed", "survived", None]


@pytest.mark.parametrize(
    "text", ["{}", "[1]\n", '{"kind": "mutant"}\n', '{"kind": "session"}\n{"kind": "mutant"}\n']
)
def test_what_holds_no_results_is_refused_and_left_as_it_is(
    documented: Environment, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"results\.jsonl.* name another file"):
        Results(path, documented, "key")
    assert path.read_text() == text


def test_what_survived_other_specs_is_judged_again(documented: Environment, tmp_path: Path) -> None:
    path, (first, second, *_) = tmp_path / "results.jsonl", mutants("module", SOURCE)
    with Results(path, documented, "old") as results:
        results.add(first, Verdict("out of time", "", "", 1, 0.5))
        results.add(second, Verdict("survived", "", "", 9, 0.5))
    with Results(path, documented, "new") as results:
        assert results.of(first) is not None
        assert results.of(second) is None


def test_results_of_other_packages_are_refused(documented: Environment, tmp_path: Path) -> None:
    path, mutant = tmp_path / "results.jsonl", mutants("module", SOURCE)[0]
    with Results(path, documented, "key") as results:
        results.add(mutant, Verdict("killed", A_SPEC, "why", 1, 0.5))
    other = path.read_text().replace('"0.46.1"', '"0.46.2"')
    path.write_text(other)
    with pytest.raises(UsageError, match="holds mutants of other packages, documented"):
        Results(path, documented, "key")


WHY = '[[equivalent]]\nmodule = "a"\nwhy = "b"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("equivalent = 7", "equivalent: expected array, got int"),
        ("equivalent", "equivalent.toml: not TOML: "),
        ("", "equivalent.toml: object missing required field equivalent"),
        ("equivalent = [1]", "equivalent[0]: expected object, got int"),
        (WHY, "equivalent[0]: it has none of function, operator, lines, mutations"),
        ('[[equivalent]]\nmodule = "a"', "equivalent[0]: object missing required field why"),
        (f'{WHY}file = "f"', "equivalent[0]: object contains unknown field file"),
        (f'{WHY}lines = "x = y"', "equivalent[0].lines: expected array, got str"),
        (f'{WHY}function = ["f"]', "equivalent[0].function: expected str, got array"),
        (f"{WHY}mutations = [1]", "equivalent[0].mutations[0]: expected str, got int"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "equivalent.toml").write_text(text)
    with pytest.raises(UsageError, match=re.escape(said)):
        load(tmp_path / "equivalent.toml")


def test_an_entry_covers_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.toml"
    head = '[[equivalent]]\nmodule = "module"\nwhy = "so"\nfunction = "ans*"\n'
    path.write_text(f'{head}operator = "compare|loop"\nmutations = ["== -> !=", "< -> <="]\n')
    (entry,) = load(path)
    covered = [mutant.summary() for mutant in mutants("module", SOURCE) if entry.covers(mutant)]
    assert covered == ["== -> !=", "< -> <="]


def mutant_of(environment: Environment, module: str, old: str, new: str) -> Mutant:
    """A text of a module that another one stands for."""
    source = (installed(environment) / sources(environment)[module]).read_bytes()
    start = source.index(old.encode())
    end = start + len(old.encode())
    return Mutant(module, "", 1, 0, "by hand", 0, start, end, old, new, "", 1, 1)


REFUSES = "raise HTTPException(status_code=405, headers=headers)"


@pytest.mark.parametrize("forked", [True, False])
def test_an_overlay_is_what_a_server_runs(
    documented: Environment, tmp_path: Path, forked: bool
) -> None:
    mutant = mutant_of(documented, "starlette.routing", REFUSES, REFUSES.replace("405", "418"))
    environment = replace(documented, ahead=lay(documented, tmp_path / "ahead", mutant))
    with Forker(environment) as forker:
        server = Server(script("hello"), environment, tmp_path, (), forker if forked else None)
        client = Client("hello", environment, server.port(), server.log, lambda _: None)
        status = client.post("/").message.status
        server.kill()
    assert status == 418


def test_an_overlay_that_cannot_be_imported_does_not_start(
    documented: Environment, tmp_path: Path
) -> None:
    mutant = mutant_of(documented, "starlette.routing", "import contextlib", "import no_module")
    environment = replace(documented, ahead=lay(documented, tmp_path / "ahead", mutant))
    server = Server(script("hello"), environment, tmp_path)
    with pytest.raises(DidNotStart, match="No module named 'no_module'"):
        server.port()


def test_an_overlay_leaves_what_is_installed_as_it_is(
    documented: Environment, tmp_path: Path
) -> None:
    path = installed(documented) / "starlette" / "routing.py"
    before = {each: each.read_bytes() for each in [path, *path.parent.glob("__pycache__/r*.pyc")]}
    mutant = mutant_of(documented, "starlette.routing", REFUSES, "pass")
    ahead = lay(documented, tmp_path / "ahead", mutant)
    assert (ahead / "starlette" / "routing.py").read_bytes() == mutant.applied(before[path])
    assert {each: each.read_bytes() for each in before} == before


def test_a_session_kills_planted_defects_and_tells_which_lines_it_reaches(
    documented: Environment, tmp_path: Path
) -> None:
    with Worker("documented", tmp_path / "worker") as worker:
        quick = {name: spec for name, spec in worker.specs.items() if not spec.waits}
        for number, defect in enumerate(DEFECTS):
            module = defect.file.removesuffix(".py").replace("/", ".")
            mutant = mutant_of(documented, module, defect.old, defect.new)
            ahead = lay(documented, tmp_path / f"ahead{number}", mutant)
            asked = [n for n, s in quick.items() if s.apps == [defect.where] and "/edge/" not in n]
            judged = worker.judge(ahead, asked, 60.0)
            assert judged
            assert judged.failed, defect.name
        traced = lay_traced(documented, tmp_path / "traced", PACKAGES)
        hello = [name for name in quick if "test_hello.py::test_allows" in name]
        unchanged = worker.judge(traced, hello, 60.0, to_the_end=True)
        assert unchanged
        assert unchanged.failed == {}
        assert list(unchanged.seconds) == hello
        assert worker.judge(traced, hello, 0.0) is None
    lines = {line.rsplit(" ", 1)[0] for line in (traced / "lines").read_text().splitlines()}
    assert {"0 hello starlette/routing.py", "1 hello starlette/routing.py"} <= lines
    assert {line.split()[0] for line in lines} == {"0", *map(str, range(1, len(hello) + 1))}
