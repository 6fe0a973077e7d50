"""The closing table, as text without its frame."""

from collections import Counter
from io import StringIO

from rich.console import Console

from harness.table import Tally, print_table

APPS = ("hello", "json_cors", "static_files", "basic_auth", "sse")


def table(tally: Tally, width: int = 100) -> list[str]:
    output = StringIO()
    print_table(tally, APPS, Console(file=output, width=width))
    lines = [" ".join(line.split()) for line in output.getvalue().splitlines()]
    return [line for line in lines if line[:1] not in "┏┡└"]


def test_it_has_a_row_for_each_stack_and_a_column_for_each_app() -> None:
    found = table(
        {
            ("latest", "sse"): Counter(["pass"] * 12),
            ("latest", "hello"): Counter({"pass": 3, "fail": 1}),
            ("starlette==9", "hello"): Counter({"not installable": 4}),
            ("broken", "hello"): Counter({"did not start": 4}),
            ("broken", "sse"): Counter({"harness error": 1, "pass": 1}),
        }
    )
    assert found == [
        "verdicts",
        "┃ stack ┃ hello ┃ sse ┃",
        "│ latest │ 3 pass, 1 fail │ 12 pass │",
        "│ starlette==9 │ 4 not installable │ - │",
        "│ broken │ 4 did not start │ 1 pass, 1 harness error │",
    ]


def test_what_was_not_judged_looks_missing() -> None:
    found = table({("a", "hello"): Counter(), ("b", "hello"): Counter(["pass"])})
    assert found[2:] == ["│ a │ - │", "│ b │ 1 pass │"]


def test_a_stack_is_never_read_as_markup_nor_cut_off() -> None:
    name = "uvicorn[standard]>=0.30,starlette>=0.39,<0.50,!=0.40.0"
    found = table({(name, "hello"): Counter(["pass"])}, width=40)
    column = "".join(line.split("│")[1].strip() for line in found if line.startswith("│"))
    assert column == name
