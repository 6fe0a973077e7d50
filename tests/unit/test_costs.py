"""What releases are measured, what is kept, and what is drawn."""

import json
from io import StringIO
from pathlib import Path

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.cost import callgrind, costs, counts, kept_counts
from starlette_conformance.cost.costs import BENCHMARKS, releases
from starlette_conformance.cost.kept_counts import Counts
from starlette_conformance.cost.manifest import MANIFEST
from starlette_conformance.cost.prices import Price
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.model.changes import Change
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.output.console import PlainConsole
from starlette_conformance.stacks.project import catalogue, ledger


def change(first: str, last: str | None = None, package: str = "starlette") -> Change:
    return Change(package, first, "fix", "A sentence.", "https://example.org", last)


def test_releases_with_a_change_are_measured_and_both_ends() -> None:
    known = catalogue()
    ordered = known.axes["starlette"].vary["starlette"]
    changes = [change("0.27.0"), change("0.36.0", last="0.36.3"), change("0.30", package="uvicorn")]
    assert releases(known, changes) == [
        f"starlette-{version}"
        for version in (ordered[0], "0.27.0", "0.36.0", "0.37.0", ordered[-1])
    ]


def test_what_was_measured_is_kept_and_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def count(environment, benchmarks, *_):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN202
        asked.append(environment.name)
        return {each.name: Count((1e6, 2e6), 1.0) for each in benchmarks}

    monkeypatch.setattr(counts, "count", count)
    monkeypatch.setattr(kept_counts, "KIND", str(tmp_path / "kept"))
    monkeypatch.setattr(callgrind, "found", lambda: True)
    file = tmp_path / "costs.jsonl"
    stack = ["--stack", "documented", "--results", str(file)]
    assert main(["costs", *stack]) == 0
    assert sorted(asked) == ["documented", "documented-h11"]
    with file.open("a") as lines:
        lines.write('{"stack": "torn')
    assert main(["costs", "--stack", "starlette-0.46.1", *stack]) == 0
    assert main(["costs", *stack]) == 0
    assert len(asked) == 3
    monkeypatch.setattr(kept_counts, "digest", lambda *_: "another way of counting")
    assert main(["costs", *stack]) == 0
    assert len(asked) == 5
    monkeypatch.setattr(callgrind, "processor", lambda: "another one")
    assert main(["costs", *stack]) == 0
    assert len(asked) == 7
    assert "1,500,000 100%" in capsys.readouterr().out
    prices = [json.loads(line) for line in file.read_text().splitlines()]
    assert {price["stack"] for price in prices} == set(asked)


def test_what_a_named_change_broke_is_named_and_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def count(_environment, benchmarks, _done):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return Counts({each.name: Count((1e6,), 1.0) for each in benchmarks})

    monkeypatch.setattr(costs, "count", count)
    monkeypatch.setattr(callgrind, "found", lambda: True)
    file = tmp_path / "costs.jsonl"
    words = ["costs", "--stack", "starlette-0.36.0", "--results", str(file)]
    assert main(words) == 0
    assert "NOT COUNTED static_files on starlette-0.36.0: PATHSEND_ASSUMED, starlette 0.36.0: " in (
        capsys.readouterr().out
    )
    prices = map(json.loads, file.read_text().splitlines())
    counted = {each["stack"]: set(each["instructions"]) for each in prices}
    assert counted["starlette-0.36.0"] == set(BENCHMARKS) - {"static_files"}
    assert counted["documented-h11"] == set(BENCHMARKS)
    assert main([*words, "--base", "starlette-0.36.0"]) == 2
    assert "name another stack as 100 %" in capsys.readouterr().err


def test_what_breaks_a_benchmark_is_a_named_change() -> None:
    named = {each.broken_by for each in MANIFEST.values()} - {""}
    assert named
    assert named <= ledger().changes.keys()


def test_a_stack_that_answers_wrong_has_no_costs_and_the_others_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {"documented"}

    def count(environment, benchmarks, _done):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        if environment.name in wrong:
            raise CannotTell(f"sse on {environment.name} responded wrongly: nothing")
        return Counts({each.name: Count((1e6, 2e6), 1.0) for each in benchmarks})

    monkeypatch.setattr(costs, "count", count)
    monkeypatch.setattr(callgrind, "found", lambda: True)
    words = ["costs", "--results", str(tmp_path / "costs.jsonl"), "--stack", "documented"]
    assert main([*words, "--stack", "starlette-0.46.1"]) == 3
    said = capsys.readouterr().out
    assert "NO COSTS sse on documented responded wrongly: nothing" in said
    assert "starlette-0.46.1" in said
    assert "2 of 3 stacks counted in" in said
    wrong.add("documented-h11")
    monkeypatch.setattr(callgrind, "processor", lambda: "another one")
    assert main(words) == 3
    assert "documented-h11 has no costs, so there is no 100 %" in capsys.readouterr().err


@pytest.mark.parametrize("width", [80, 120])
def test_no_name_or_count_is_cut_off(width: int) -> None:
    named = ["documented-httptools", "starlette-1.10.0"]
    prices = [
        Price(name, {}, "3.11.7", dict.fromkeys(BENCHMARKS, count), "")
        for name, count in zip(named, (3_154_000.0, 2_600_000.0), strict=True)
    ]
    text = StringIO()
    costs._print(prices, prices[1], PlainConsole(width=width, file=text))
    assert all(word in text.getvalue() for word in (*named, *BENCHMARKS, "100"))
    assert ("3,154,000 121%" if width > 100 else "121.3%") in text.getvalue()
    assert costs._dearest(prices, prices[1]).endswith("on documented-httptools, 121.3%")


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1_004_999.0, "; none costs 0.5% more than base"),
        (1_005_000.0, "; the most above base: hello on other, 100.5%"),
    ],
)
def test_what_costs_the_most_is_named_where_it_is_notable(count: float, said: str) -> None:
    base, other = (
        Price(name, {}, "3.11.7", {"hello": value}, "")
        for name, value in (("base", 1e6), ("other", count))
    )
    assert costs._dearest([base, other], base) == said


@pytest.mark.parametrize(
    "record",
    [
        {},
        [1],
        {"stack": "a", "packages": {}, "python": "3", "instructions": [1]},
        {"stack": "a", "packages": {}, "python": "3", "instructions": {"hello": "many"}},
    ],
)
def test_a_file_that_holds_something_else_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    record: object,
) -> None:
    monkeypatch.setattr(callgrind, "found", lambda: True)
    file = tmp_path / "costs.jsonl"
    text = json.dumps(record) + "\n" if record else "{}"
    file.write_text(text)
    assert main(["costs", "--stack", "documented", "--results", str(file)]) == 2
    where, remedy = (f"{file}:1" if record else file), "name another file\n"
    error = capsys.readouterr().err
    assert (error.startswith(f"error: {where}: "), error.endswith(remedy)) == (True, True)
    assert file.read_text() == text


@pytest.mark.parametrize("words", [["costs", "--results", "-"], ["mutants", "--results", "-"]])
def test_what_is_gone_on_with_is_no_standard_output(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert f"'{words[1]}': '-' is standard output" in capsys.readouterr().err
