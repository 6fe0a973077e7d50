"""How often gates cry wolf: the table of comparisons, and tools that did not do their work."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.stacks.project import ROOT
from studies import false_alarms, pictures, running, tools_as_gates, usual_gates
from studies.false_alarms import OURS, Comparison, noise, read, rows
from studies.gate_table import BUSY, EQUAL
from studies.plants import PLANTS
from studies.running import finished
from studies.tools_as_gates import WALL, Benchmarks, Locust
from studies.usual_gates import compare
from tests.miniatures.raw_server import ENVIRONMENT

QUIET = Comparison("a gate", busy=False, alarm=False, seconds=2.0, load=1.0, ratios={"hello": 0.99})
LOUD = Comparison("a gate", True, True, 4.0, 3.0, {"hello": 1.06, "event": 1.02})


def test_comparisons_are_summed_up_by_gate() -> None:
    found = rows([QUIET, LOUD, QUIET, Comparison("another", False, True, 1.0, 0.5, {"x": 2.0})])
    assert found == [
        ("a gate", "1 of 3", "1 of 1", "1 of 3", "5.5%", "5.4%", "1.7", "2.7"),
        ("another", "1 of 1", "-", "-", "-", "-", "0.5", "1.0"),
    ]


def test_noise_is_what_nearly_all_ratios_differ_by() -> None:
    ratios = [(1 + number / 1000) ** sign for number in range(101) for sign in (1, -1)]
    assert noise(ratios) == pytest.approx(0.095, abs=0.001)
    assert noise([1.1]) is None


def test_files_of_comparisons_are_summed_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "found.jsonl"
    path.write_text(QUIET.line() + LOUD.line(), "utf-8")
    assert read(path) == [QUIET, LOUD]
    assert false_alarms.main([str(path), str(path)]) == 0
    line = "| a gate | 2 of 4 | 2 of 2 | 2 of 4 | 6.0% | 6.0% | 2.0 | 3.0 |"
    assert line in capsys.readouterr().out.splitlines()


def test_gates_of_equal_stacks_stand_beside_the_usual_ones(tmp_path: Path) -> None:
    path = tmp_path / "gates.jsonl"
    verdicts = ((EQUAL, "pass"), (BUSY, "cannot tell"), (PLANTS[0].name, "regression"))
    cases = [
        {"case": case, "verdict": said, "seconds": 9, "counted": 0.01} for case, said in verdicts
    ]
    path.write_text("".join(json.dumps(case) + "\n" for case in cases), "utf-8")
    assert rows(read(path)) == [(OURS, "1 of 2", "1 of 1", "-", "-", "1.0%", "-", "9.0")]


@pytest.mark.parametrize(
    "line",
    [
        '{"case": "equal stacks"}',
        "nonsense",
        "{}",
        "[]",
        '{"gate": 1}',
        QUIET.line()[:-9],
        QUIET.line().replace("0.99", "0").rstrip(),
    ],
)
def test_what_is_no_comparison_is_told(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "found.jsonl"
    path.write_text(QUIET.line() + line, "utf-8")
    with pytest.raises(UsageError):
        read(path)
    assert false_alarms.main([str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"error: {path}:2: not a comparison: ")
    assert false_alarms.main([str(tmp_path / "missing")]) == 2


class Scripted:
    """A gate whose runs are known."""

    name = "scripted"

    def __init__(self, *means: float) -> None:
        self._means = iter(means)

    def run(self) -> tuple[Mapping[str, float], bool]:
        mean = next(self._means)
        return {"hello": mean}, mean > 2.0


def test_each_run_is_compared_with_the_one_before() -> None:
    first, *found = compare([Scripted(1.0, 2.0, 3.0)], 2, busy=True)
    assert first is None
    assert [(each.ratios, each.alarm, each.busy) for each in found if each] == [
        ({"hello": 2.0}, False, True),
        ({"hello": 1.5}, True, True),
    ]


Done = tuple[int, str]


@pytest.mark.parametrize(
    "done", [(1, "1 failed"), (0, "nothing was saved"), (4, "Performance has regressed")]
)
def test_a_session_that_measured_nothing_is_no_comparison(
    done: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools_as_gates, "finished", lambda *_: done)
    with pytest.raises(Failure, match=f"ended with status {done[0]}"):
        Benchmarks(WALL, "latest", 0.1, tmp_path / "x").run()


@pytest.mark.parametrize(
    ("means", "alarm"), [((1.0, 1.04), False), ((1.0, 1.06), True), ((1.0, 0.5), False)]
)
def test_locust_is_compared_by_its_mean(
    means: Sequence[float], alarm: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Locust(ENVIRONMENT, 1, tmp_path / "locust")
    monkeypatch.setattr(tools_as_gates, "Server", Idle)
    for mean in means:
        row = {"num_requests": 10, "num_failures": 0, "total_response_time": 10 * mean}
        monkeypatch.setattr(tools_as_gates, "finished", writes([row]))
        found, said = gate.run()
        assert found == {"hello": mean}
    assert said == alarm


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"num_requests": 0, "num_failures": 0, "total_response_time": 0}],
        [{"num_requests": 9, "num_failures": 1, "total_response_time": 9}],
    ],
)
def test_a_run_of_locust_that_measured_nothing_is_no_comparison(
    rows: list[dict[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools_as_gates, "Server", Idle)
    monkeypatch.setattr(tools_as_gates, "finished", writes(rows))
    with pytest.raises(Failure, match="locust ended with status 0"):
        Locust(ENVIRONMENT, 1, tmp_path / "locust").run()


class Idle:
    """In the place of a server."""

    def __init__(self, *_: object) -> None:
        pass

    def port(self) -> int:
        return 1

    def kill(self) -> None:
        pass


def writes(rows: object) -> object:
    def run(_: object, folder: Path) -> Done:
        (folder / "found.json").write_text(json.dumps(rows), "utf-8")
        return 0, ""

    return run


def test_a_tool_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SECONDS", 0.2)
    with pytest.raises(Failure, match=r"not done within 0.2 s: /bin/sleep 60"):
        finished(["/bin/sleep", "60"], tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--stack", "nope"], "error: unknown stack 'nope'"),
        (["--stack", "all"], "error: 'all' matches "),
    ],
)
def test_a_wrong_request_ends_with_2(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(usual_gates, "find_spec", lambda _: object())
    assert usual_gates.main(arguments) == 2
    assert message in capsys.readouterr().err
    monkeypatch.setattr(usual_gates, "find_spec", lambda _: None)
    assert usual_gates.main([]) == 2
    assert "locust and pytest_benchmark: not installed here" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--runs", "1"], "--runs: fewer than two say nothing of noise"),
        (["--runs", "many"], "--runs: 'many' is not a whole number above 0"),
        (["--seconds", "nan"], "--seconds: 'nan' is not a time in seconds"),
        (["--locust-seconds", "0"], "--locust-seconds: '0' is not a whole number above 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        usual_gates.main(words)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [("notes without an end", ": not a file of comparisons: "), ("notes\n", ":1: not JSON: ")],
)
def test_a_file_of_something_else_is_left_as_it_is(
    tmp_path: Path,
    text: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(usual_gates, "find_spec", lambda _: object())
    path = tmp_path / "notes"
    path.write_text(text)
    assert usual_gates.main(["--stack", "documented", "--results", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"error: {path}{said}")
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "unknown stack 'nope'"),
        ("x\n", "{path}:1: not JSON: "),
        ('{"case": "equal stacks"}\n', "{path}:1: no seconds, verdict; not a gate"),
    ],
)
def test_the_table_of_gates_refuses_bad_input(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "gates.jsonl"
    path.write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "studies.gate_table", "--stack=nope", f"--results={path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {message.format(path=path)}")


def test_what_a_terminal_shows_is_taken_whole(tmp_path: Path) -> None:
    shown = pictures.on_a_terminal(tmp_path, "diff", "--help").replace("\r\n", "\n")
    assert shown.startswith("Usage: starlette-conformance diff")
    assert max(map(len, shown.splitlines())) <= pictures.COLUMNS
    assert "How to name a stack" in shown


def test_a_command_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "SECONDS", 0.5)
    monkeypatch.setattr(pictures, "guarded", lambda _: ["sleep", "60"])
    with pytest.raises(RuntimeError, match=r"^diff exited with -9:"):
        pictures.on_a_terminal(tmp_path, "diff")


def test_a_page_that_is_wider_than_its_window_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "ROOT", tmp_path)
    page = tmp_path / "wide.html"
    page.write_text("<div style='width: 900px'>wide</div>")
    cut = pictures.take({"wide": page.as_uri()}, tmp_path / "all")
    assert len(cut) == len(pictures.SCHEMES)
    assert all(line.startswith("wide: ") and "400" in line for line in cut)
    assert len([*tmp_path.glob("all/*.png")]) == 4
    assert (tmp_path / "docs/pictures/wide.png").is_file()
