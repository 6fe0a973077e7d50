"""The self-test: what it calls shown, on cheap parts, and its verdict when one is wrong."""

import io
import json
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from starlette_conformance import selftest
from starlette_conformance.cost import callgrind
from starlette_conformance.model.errors import Failure
from starlette_conformance.runs.summary import Summary
from starlette_conformance.selftest import Line, green, print_summary, red
from starlette_conformance.stacks.patched_copies import COST, DEFECTS, Defect, called, plant
from starlette_conformance.stacks.project import apps, catalogue
from starlette_conformance.stacks.provision import of_interpreter, provision

DOCUMENTED = ("documented", "hello")


def summary(**counts: int) -> Summary:
    return Summary({DOCUMENTED: Counter({k.replace("_", " "): n for k, n in counts.items()})})


@pytest.mark.parametrize(
    ("found", "is_green", "is_red"),
    [
        (summary(**{"pass": 3}), True, False),
        (summary(**{"pass": 3}, fail=1), False, True),
        (summary(fail=4), False, True),
        (summary(**{"pass": 3}, harness_error=1), False, False),
        (summary(fail=1, harness_error=1), False, False),
        (summary(did_not_start=2), False, False),
        (Summary(), False, False),
        (Summary({("another", "hello"): Counter({"pass": 1, "fail": 1})}), False, False),
    ],
)
def test_only_verdicts_of_its_own_show_a_thing(
    found: Summary, is_green: bool, is_red: bool
) -> None:
    assert green(found, "documented", "").held is is_green
    assert red(found, "documented", "hello", "").held is is_red


def test_a_session_that_was_cut_off_shows_nothing_green() -> None:
    found = summary(**{"pass": 3})
    found.unfinished.add("documented")
    assert green(found, "documented", "it passes") == Line("it passes", False, "3 pass (cut off)")


def closing(*held: bool | None) -> tuple[int, str]:
    output = Console(file=io.StringIO(), width=100)
    lines = [Line(f"thing {number}", each, "") for number, each in enumerate(held)]
    code = print_summary(lines, 1.0, output)
    assert isinstance(output.file, io.StringIO)
    return code, output.file.getvalue()


def test_it_ends_with_0_only_where_all_was_shown() -> None:
    assert closing(True, True) == (0, "2 of 2 came out as they must, in 1 s\n")
    assert closing(True, False) == (1, "1 of 2 came out as they must, in 1 s\n")
    output = "NOT SHOWN: thing 1\n1 of 2 came out as they must, in 1 s\n"
    assert closing(True, None) == (1, output)
    assert closing() == (1, "0 of 0 came out as they must, in 1 s\n")


def test_a_line_is_printed_as_soon_as_it_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def first(_: Path, report: selftest.Report) -> None:
        report(Line("the first", True, "[3] pass"))
        seen.append(capsys.readouterr().out)

    monkeypatch.setattr(selftest, "whole", first)
    monkeypatch.setattr(selftest, "parts", lambda *_: None)
    monkeypatch.setattr(
        selftest, "gates", lambda *given: given[-1](Line("the last", False, "no verdict"))
    )
    assert selftest.selftest() == 1
    assert "ok    0 s  the first: [3] pass\n" in seen[0]
    assert "WRONG    0 s  the last: no verdict\n" in capsys.readouterr().out


def test_nothing_is_told_after_an_interruption(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reports: list[selftest.Report] = []

    def interrupted(*given: selftest.Report) -> None:
        reports.append(given[-1])
        raise KeyboardInterrupt

    monkeypatch.setattr(selftest, "whole", lambda *_: None)
    monkeypatch.setattr(selftest, "parts", lambda *_: None)
    monkeypatch.setattr(selftest, "gates", interrupted)
    with pytest.raises(KeyboardInterrupt):
        selftest.selftest()
    reports[0](Line("late", False, "its folder is gone"))
    assert "late" not in capsys.readouterr().out


def test_without_valgrind_the_gate_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(callgrind, "found", lambda: False)
    lines: list[Line] = []
    selftest.gates(provision(catalogue().named("documented")), tmp_path, lines.append)
    assert [(line.held, line.how) for line in lines] == [(None, callgrind.LACKING)] * 2


GATE = """
import json, sys
from pathlib import Path
verdict, code, path = {verdict!r}, {code}, Path(sys.argv[sys.argv.index("--json") + 1])
findings = [{{"what": "instructions", "change": 0.1}}] * {counted}
if verdict:
    path.write_text(json.dumps({{"outcome": verdict, "findings": findings}}))
print("what it said")
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("verdict", "code", "counted", "line"),
    [
        ("regression", 1, 1, Line("it", True, "regression, +10.00 % instructions")),
        ("pass", 0, 1, Line("it", False, "pass, +10.00 % instructions")),
        ("regression", 0, 1, Line("it", False, "regression, +10.00 % instructions")),
        ("regression", 1, 0, Line("it", False, "regression")),
        ("", 4, 1, Line("it", False, "no verdict, exit code 4: what it said")),
    ],
)
def test_a_gate_is_shown_by_its_verdict_its_code_and_its_count(
    verdict: str, code: int, counted: int, line: Line, monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    fake = tmp_path / "gate.py"
    fake.write_text(GATE.format(verdict=verdict, code=code, counted=counted))
    monkeypatch.setattr(selftest, "guarded", lambda command: [sys.executable, fake, *command])
    assert selftest.gated("it", "new", "regression", tmp_path / "figures.json") == line


def test_a_gate_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hangs = [sys.executable, "-c", "import signal; signal.pause()"]
    monkeypatch.setattr(selftest, "guarded", lambda _: hangs)
    monkeypatch.setattr(selftest, "GATE_SECONDS", 0.2)
    line = selftest.gated("it", "new", "pass", tmp_path / "figures.json")
    assert line == Line("it", False, "no verdict within 0.2 s")


def test_a_package_may_say_that_it_is_another_release(tmp_path: Path) -> None:
    documented = provision(catalogue().named("documented"))
    posing = of_interpreter(str(called(documented.interpreter, tmp_path / "x", "starlette", "9.9")))
    assert posing.packages == {**documented.packages, "starlette": "9.9"}
    again = of_interpreter(str(documented.interpreter))
    assert again.packages["starlette"] == "0.46.1"
    with pytest.raises(Failure, match="nowhere is installed there 0 times"):
        called(documented.interpreter, tmp_path / "y", "nowhere", "1")


def test_every_defect_can_be_planted_and_there_is_one_of_each_trait(tmp_path: Path) -> None:
    documented = provision(catalogue().named("documented")).interpreter
    for number, each in enumerate([*DEFECTS, COST]):
        folder = tmp_path / str(number)
        plant(documented, folder, each)
        (path,) = folder.glob(f"lib/python*/site-packages/{each.file}")
        compile(path.read_text("utf-8"), each.file, "exec")
        shutil.rmtree(folder)
    planted = [each.where for each in DEFECTS]
    traits = {trait for app in planted for trait in apps()[app].traits}
    assert traits == {trait for app in apps().values() for trait in app.traits}


def test_what_does_not_stand_there_is_not_planted(tmp_path: Path) -> None:
    documented = provision(catalogue().named("documented")).interpreter
    with pytest.raises(Failure, match="'nonsense' stands there 0 times"):
        plant(documented, tmp_path / "x", Defect("", "", "starlette/routing.py", "nonsense", ""))
    with pytest.raises(Failure, match="'x' stands there 0 times"):
        plant(documented, tmp_path / "y", Defect("", "", "starlette/missing.py", "x", ""))


def test_a_defect_makes_its_specs_fail_and_a_copy_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(selftest, "SPECS", "test_hello.py and allows or serves_the_page")
    monkeypatch.setattr(selftest, "DEFECTS", DEFECTS[:1])
    lines: list[Line] = []
    selftest.parts(provision(catalogue().named("documented")), tmp_path, lines.append)
    assert [line.held for line in lines] == [True] * 4, json.dumps([line.how for line in lines])
