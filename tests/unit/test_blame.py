"""Who is at fault: damaged data are named with their file; a fault of our code is never theirs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.clients.results import read_results
from starlette_conformance.cost import prices
from starlette_conformance.load import results_file
from starlette_conformance.model.decode import from_json
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.mutants import coverage, equivalents, results
from starlette_conformance.output import jsonlines
from starlette_conformance.report import merged_runs
from starlette_conformance.runs import recorded
from starlette_conformance.stacks import cache, catalogue, interpreters, project, provision
from starlette_conformance.userapp import har, recorded_entries
from tests.miniatures.run_files import three_releases

STACKS = project.ROOT / "specs" / "stacks.toml"
ENVIRONMENT = Environment("a", Path("python"), "3.11.7", {"starlette": "1.0.0"})
EXCHANGE = {
    "startedDateTime": "2026-01-01T00:00:00Z",
    "request": {"method": "GET", "url": "http://x.org/", "headers": []},
}


def read_run(folder: Path) -> object:
    path = next(three_releases(folder / "runs").glob("*.jsonl"))
    return recorded.Recorded(path)


def read_column(folder: Path) -> object:
    path = next(three_releases(folder / "runs").glob("*.jsonl"))
    return merged_runs.read(path, merged_runs.Pool())


def read_har(folder: Path) -> object:
    (folder / "a.har").write_text(json.dumps({"log": {"entries": [EXCHANGE]}}))
    return har.requests(folder / "a.har", "m:app", None)


def read_cached(folder: Path) -> object:
    (folder / "made").mkdir()
    (folder / "contents").write_text(json.dumps(dict(cache._listed(folder / "made"))))
    return cache._is_whole(folder / "made", folder / "contents")


def read_mutants(folder: Path) -> object:
    path = folder / "mutants.jsonl"
    with results.Results(path, ENVIRONMENT, "key") as found:
        mutant = dict.fromkeys(("name", "module", "function", "operator", "before", "after"), "x")
        verdict = {"verdict": "killed", "by": "", "why": "", "specs": 1, "seconds": 0.1}
        found._write(results.Judged(**mutant, **verdict))  # type: ignore[arg-type]
    with results.Results(path, ENVIRONMENT, "key") as again:
        return again


def inspect(_: Path) -> object:
    return provision._inspect(interpreters.OWN, "own", passes_variables=False)


PLANTED: list[tuple[object, str, Callable[[Path], object]]] = [
    (recorded, "without_stack", read_run),
    (merged_runs, "_check_versions", read_column),
    (catalogue, "_stack", lambda _: catalogue.load(STACKS)),
    (catalogue, "_axis", lambda _: catalogue.load(STACKS)),
    (recorded_entries, "_size", read_har),
    (har, "Entry", read_har),
    (cache, "_state", read_cached),
    (results, "Verdict", read_mutants),
    (provision, "canonicalize_name", inspect),
]


@pytest.mark.parametrize("fault", [AttributeError, TypeError, KeyError, ValueError])
@pytest.mark.parametrize(
    ("module", "name", "read"),
    PLANTED,
    ids=[f"{m.__name__}.{n}" for m, n, _ in PLANTED],  # type: ignore[attr-defined]
)
def test_a_fault_of_our_code_is_not_put_down_to_a_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    read: Callable[[Path], object],
    fault: type[Exception],
) -> None:
    (tmp_path / "sound").mkdir()
    read(tmp_path / "sound")  # without a fault

    def planted(*_: Any, **__: Any) -> None:
        raise fault("planted")

    if module is cache:
        real, calls = cache._state, iter((True, False))
        monkeypatch.setattr(cache, name, lambda path: real(path) if next(calls) else planted())
    else:
        monkeypatch.setattr(module, name, planted)
    with pytest.raises(fault, match="planted"):
        read(tmp_path)


def test_a_fault_of_our_code_ends_a_command_as_a_harness_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def planted(*_: object) -> None:
        raise AttributeError("planted")

    project.catalogue.cache_clear()
    monkeypatch.setattr(catalogue, "_stack", planted)
    assert main(["stacks"]) == 4
    *trace, last = capsys.readouterr().err.splitlines()
    assert trace[0] == "Traceback (most recent call last):"
    assert "AttributeError: planted" in trace
    assert last.startswith("harness error: AttributeError: planted; this is a bug of ")


DAMAGED: dict[str, Callable[[Path], object]] = {
    "costs": prices.read_prices,
    "clients": read_results,
    "results of a load": results_file.read,
    "mutants": lambda path: results.Results(path, ENVIRONMENT, "key"),
    "equivalents": equivalents.load,
    "stacks": catalogue.load,
    "run": recorded.Recorded,
    "har": lambda path: har.requests(path, "m:app", None),
    "lines": lambda path: jsonlines.records(path, str, "texts"),
}


@pytest.mark.parametrize("kind", DAMAGED)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"{}\n", id="an empty object"),
        pytest.param(b"[" * 100_000 + b"\n", id="deep"),
        pytest.param(b"9" * 5000 + b"\n", id="huge number"),
        pytest.param(b"\0\n", id="NUL"),
        pytest.param(b"\xff\xfe\n", id="not UTF-8"),
        pytest.param(b'{"a": "\\ud800"}\n', id="half a character"),
        pytest.param(b"nonsense", id="a cut-off line"),
        pytest.param(b'{"a": NaN}\n', id="NaN"),
        pytest.param(b"null\n", id="null"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, kind: str, text: bytes) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(text)
    with pytest.raises(UsageError) as caught:
        DAMAGED[kind](path)
    assert str(caught.value).startswith(f"{path}")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path, kind: str) -> None:
    with pytest.raises(UsageError, match="Is a directory") as caught:
        DAMAGED[kind](tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"specs": {}, "lines": {"m": {"1": [1]}}, "failed": []}',
        '{"specs": {}, "lines": {"m": {"x": [1]}}, "failed": []}',
        '{"specs": {"a": {"app": "hello"}}, "lines": {}, "failed": []}',
        '{"specs": {}, "lines": {}, "failed": [1]}',
    ],
)
def test_coverage_that_is_damaged_is_learned_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "coverage.json"
    path.write_text(text)
    assert coverage._kept(path) is None


def test_coverage_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "coverage.json"
    spec = '{"app": "hello", "apps": [], "variants": [], "waits": false, "seconds": 0.1}'
    lines = '{"m": {"7": [1, "x"]}}'
    path.write_text(f'{{"specs": {{"a": {spec}}}, "lines": {lines}, "failed": []}}')
    kept = coverage._kept(path)
    assert kept
    assert (kept.lines, kept.specs["a"].app) == ({"m": {7: {1, "x"}}}, "hello")


def test_a_key_that_cannot_be_a_number_is_named() -> None:
    with pytest.raises(UsageError, match=r"^here: a key of the object: expected int, got str$"):
        from_json('{"x": 1}', dict[int, int], "here")
