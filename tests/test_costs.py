"""What releases are measured, what is kept, and what is drawn."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.__main__ import main
from harness.changes import Change
from harness.cost import callgrind, costs
from harness.cost.costs import BENCHMARKS, releases
from harness.cost.counts import Count
from harness.cost.manifest import MANIFEST
from harness.cost.plot import draw
from harness.project import catalogue, named_changes


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

    def count(environment, benchmarks, _done):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        asked.append(environment.name)
        return {each.name: Count((1e6, 2e6), 1.0) for each in benchmarks}

    monkeypatch.setattr(costs, "count", count)
    monkeypatch.setattr(callgrind, "found", lambda: True)
    file, plots = tmp_path / "costs.jsonl", tmp_path / "costs.svg"
    stack = ["--stack", "documented", "--json", str(file), "--svg", str(plots)]
    assert main(["costs", *stack]) == 0
    assert sorted(asked) == ["documented", "documented-h11"]
    with file.open("a") as lines:
        lines.write('{"stack": "torn')
    assert main(["costs", "--stack", "starlette-0.46.1", *stack]) == 0
    assert main(["costs", *stack]) == 0
    assert len(asked) == 3
    monkeypatch.setattr(costs, "digest", lambda *_: "another way of counting")
    assert main(["costs", *stack]) == 0
    assert len(asked) == 5
    assert plots.exists()
    assert "1,500,000 100%" in capsys.readouterr().out
    prices = [json.loads(line) for line in file.read_text().splitlines()]
    assert {price["stack"] for price in prices} == set(asked)


def test_what_a_named_change_broke_is_named_and_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def count(_environment, benchmarks, _done):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return {each.name: Count((1e6,), 1.0) for each in benchmarks}

    monkeypatch.setattr(costs, "count", count)
    monkeypatch.setattr(callgrind, "found", lambda: True)
    file, plots = tmp_path / "costs.jsonl", tmp_path / "costs.svg"
    words = ["costs", "--stack", "starlette-0.36.0", "--json", str(file), "--svg", str(plots)]
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
    assert named <= named_changes().keys()


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
    assert main(["costs", "--stack", "documented", "--json", str(file)]) == 2
    assert f"error: {file} does not hold costs" in capsys.readouterr().err
    assert file.read_text() == text


def test_the_plots_name_stacks_benchmarks_and_what_is_100(tmp_path: Path) -> None:
    path = tmp_path / "costs.svg"
    prices = {"base": 100.0, "starlette-1": 90.0, "starlette-2": 120.0}
    every = {stack: dict.fromkeys(BENCHMARKS, value) for stack, value in prices.items()}
    draw(every, "base", BENCHMARKS, path)
    first = path.read_bytes()
    texts = "".join(ET.fromstring(first).itertext())
    assert all(text in texts for text in (*BENCHMARKS, "starlette-1", "120", "100 % is base"))
    draw(every, "base", BENCHMARKS, path)
    assert path.read_bytes() == first
