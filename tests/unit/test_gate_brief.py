"""What a gate prints last on a terminal: what blocks, and the verdict, in 25 lines."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.gate_brief import verdict
from starlette_conformance.cost.gate_report import Report
from starlette_conformance.cost.gate_table import COLUMNS
from starlette_conformance.cost.manifest import NAMES
from starlette_conformance.model.environment import Environment
from starlette_conformance.output.console import PlainConsole
from starlette_conformance.output.one_screen import LINES, cut, wrapped
from tests.miniatures.raw_server import ENVIRONMENT

FUNCTIONS = ", ".join(f"Headers.get_{n} (starlette/datastructures.py) +9 bytecodes" for n in "abc")
QUIET = [
    Finding(name, what, 100.0, 100.0, 0.0, 0.001, 0.005, "pass")
    for name in NAMES
    for what in COLUMNS
]
RED = Finding("sse", "instructions", 100.0, 101.0, 0.01, 0.001, 0.005, "regression", FUNCTIONS)
HIDDEN = Finding("sse", "CPU seconds", 1.0, 1.01, 0.01, 0.2, 0.005, "cannot tell")


def concluded(
    outcome: str,
    findings: list[Finding],
    width: int,
    folder: Path,
    newer: Environment = ENVIRONMENT,
) -> list[str]:
    """The lines; those of the terminal end with the file that has all figures."""
    text = io.StringIO()
    output = PlainConsole(width=width, file=text)
    output._force_terminal, output.no_color = True, True  # as rich has it
    command = "starlette-conformance gate a b"
    stacks = ENVIRONMENT, newer
    report = Report(outcome, 9.0, stacks, command, 0.5, 0.0, findings, {}, "--benchmark", NAMES)
    report.conclude(None, output)
    *lines, last = text.getvalue().splitlines()
    (file,) = folder.glob("pages/*.txt")
    assert last == f"text: {file}"
    whole = file.read_text("utf-8")
    assert all(f"\n {name} " in whole for name in NAMES)
    return lines


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STARLETTE_CONFORMANCE_CACHE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize(
    ("outcome", "blocking", "word", "said"),
    [
        ("pass", [], "", "pass: NEW costs no more, in 17 benchmarks (9 s)"),
        (
            "regression",
            [RED, HIDDEN],
            "REGRESSION sse: ",
            "regression: NEW costs more in 1 of 17 benchmarks, by instructions (9 s)",
        ),
        (
            "cannot tell",
            [HIDDEN],
            "INCONCLUSIVE sse: ",
            "inconclusive: noise hides the budget in 1 of 17 benchmarks, by CPU µs (9 s)",
        ),
    ],
)
def test_the_verdict_is_last_and_all_fits(
    width: int, outcome: str, blocking: list[Finding], word: str, said: str, cache: Path
) -> None:
    replaced = {(each.benchmark, each.what) for each in blocking}
    findings = [each for each in QUIET if (each.benchmark, each.what) not in replaced] + blocking
    lines = concluded(outcome, findings, width, cache)
    assert len(lines) + 2 <= LINES, "the path may take two lines"
    assert all(len(line) < width for line in lines)
    assert " ".join(lines).endswith(said)
    assert any(line.startswith(word) for line in lines)
    assert lines[0].split()[:4] == ["what", "NEW", "costs", "more"]
    assert lines[1].startswith("sse " if blocking else NAMES[0]), "what blocks comes first"


def test_stacks_that_differ_in_more_than_packages_are_named_before_what_blocks(cache: Path) -> None:
    packages = {**ENVIRONMENT.packages, "httptools": "0.8.0"}
    newer = replace(ENVIRONMENT, packages=packages, python="3.14.0")
    lines = "\n".join(concluded("regression", [*QUIET, RED], 80, cache, newer))
    assert "OLD and NEW differ in parser (h11, httptools), Python (" in lines
    assert lines.index("OLD and NEW differ") < lines.index("REGRESSION")


def test_what_could_not_be_measured_is_no_noise() -> None:
    assert verdict("cannot tell", QUIET, 9.0) == (
        "inconclusive: not all requests could be measured (9 s)"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a Range header with more", "a Range header with more"),
        ("a Range header with more than a hundred", "a Range header with..."),
        ("a/path/that/is/long/and/has/no/blank", "a/path/that/is/long/an..."),
    ],
)
def test_a_line_is_cut_between_words(text: str, shown: str) -> None:
    assert cut(text, 25) == shown


def test_a_sentence_of_too_many_lines_ends_in_a_whole_word() -> None:
    assert wrapped("one two three four five six", 9, 2) == ["one two", "three ..."]
