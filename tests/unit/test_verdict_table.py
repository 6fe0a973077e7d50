"""The closing table, as text without its frame."""

from collections import Counter
from io import StringIO

import pytest
from rich.console import Console

from starlette_conformance.runs.verdict_table import Tally, print_table

APPS = ("hello", "json_cors", "static_files", "basic_auth", "sse")


def table(tally: Tally, width: int = 100) -> list[str]:
    output = StringIO()
    seconds = {stack: 1.25 * number for number, (stack, _) in enumerate(tally)}
    print_table(tally, seconds, APPS, Console(file=output, width=width))
    lines = [" ".join(line.split()) for line in output.getvalue().splitlines()]
    return [line for line in lines if line[:1] not in "┏┡└"]


def test_it_has_a_row_for_each_stack_and_a_column_for_each_app() -> None:
    found = table(
        {
            ("latest", "hello"): Counter({"pass": 3, "fail": 1}),
            ("starlette==9", "hello"): Counter({"not installable": 4}),
            ("broken", "sse"): Counter({"harness error": 1, "pass": 1}),
            ("broken", "hello"): Counter({"did not start": 4}),
            ("latest", "sse"): Counter(["pass"] * 12),
        }
    )
    assert found == [
        "verdicts",
        "┃ stack ┃ hello ┃ sse ┃ seconds ┃",
        "│ latest │ 3 pass, 1 fail │ 12 pass │ 5.0 │",
        "│ starlette==9 │ 4 not installable │ - │ 1.2 │",
        "│ broken │ 4 did not start │ 1 pass, 1 harness error │ 3.8 │",
    ]


def test_what_was_not_judged_looks_missing() -> None:
    found = table({("a", "hello"): Counter(), ("b", "hello"): Counter(["pass"])})
    assert found[2:] == ["│ a │ - │ 0.0 │", "│ b │ 1 pass │ 1.2 │"]


def test_a_stack_is_never_read_as_markup_nor_cut_off() -> None:
    name = "uvicorn[standard]>=0.30,starlette>=0.39,<0.50,!=0.40.0"
    found = table({(name, "hello"): Counter(["pass"])}, width=45)
    column = "".join(line.split(" ")[0] for line in found[2:])  # without a frame
    assert column == name


@pytest.mark.parametrize(
    ("counts", "colour"),
    [({"pass": 2}, 32), ({"pass": 2, "fail": 1}, 31), ({"did not start": 2}, 31), ({}, 2)],
)
def test_only_what_passed_wholly_is_green(counts: dict[str, int], colour: int) -> None:
    output = StringIO()
    console = Console(file=output, force_terminal=True, color_system="standard", width=100)
    tally = {("a", "hello"): Counter(counts)}
    print_table(tally, {"a": 0.0}, APPS, console)
    colours = {f"\x1b[{number}m" for number in (2, 31, 32)}
    assert {code for code in colours if code in output.getvalue()} == {f"\x1b[{colour}m"}


def test_it_fits_a_terminal_of_80_columns() -> None:
    counts = Counter({"pass": 1378})
    assert table({("documented", app): counts for app in APPS}, 80) == [
        "verdicts",
        "stack hello json_cors static_files basic_auth sse seconds",
        "documented 1378 pass 1378 pass 1378 pass 1378 pass 1378 pass 5.0",
    ]
