"""Results whose every text is hostile: a run file, and a diff."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from starlette_conformance.explain.repetition import Repetition, Unconfirmed
from starlette_conformance.explain.result import Diff, Difference, Differing, Group, Line, Unstable
from starlette_conformance.explain.side import Side
from starlette_conformance.runs.run_file import Run
from tests.miniatures.hostile_text import ATTEMPTS, HOSTILE
from tests.miniatures.run_files import environment, recorded_exchange

SHORT = 200
"""Characters that a run file may have in the fields of a stack, and in an app's name."""


def hostile_run(
    folder: Path, attempts: Sequence[str] = tuple(ATTEMPTS.values()), python: str = HOSTILE[:SHORT]
) -> Path:
    text = "\n".join(attempts)
    named = {attempt: attempt for attempt in attempts}
    stack = replace(
        environment("1.0.0"),
        name=text,
        python=python,
        packages={"starlette": "1.0.0", "uvicorn": "0.50.0"} | named,
    )
    run = Run(folder, text)
    run.begin(stack)
    spec = f"specs/hello/test_hello.py::test_it[{text}]"
    body = text.encode("utf-8", "replace").decode()
    header = {"x": body.replace("\n", " ").replace("\r", " ")}
    run.exchange(
        spec, recorded_exchange("hello", "1.0.0", "/forged", f"200 {body[:20]}", header, body)
    )
    run.verdict(spec, "hello", "fail", text, {text: True}, 0.1)
    for app in attempts:
        run.verdict(f"{text}[{app}]", app, "harness error", text, {text: False}, 0.1)
    run.end(complete=False)
    return run.path


def hostile_diff(text: str = HOSTILE) -> Diff:
    side = Side(text, ((text, text),), text, text, text, text)
    left = Difference("value", f"header {text}", text, None)
    lines = (Line(text, True), Line(text))
    exchange = Differing(text, (text,), lines, lines, (left,), (text,), (left,), (text,))
    unexplained = Group(text, None, "value", (exchange,), (text,), explained=False)
    explained = Group(text, None, "value", (exchange,), (text,))
    return Diff(
        side,
        side,
        2,
        (exchange,),
        unexplained=(unexplained,),
        explained=(explained,),
        unconfirmed=(Unconfirmed(text, (text,)),),
        unstable=(Unstable(text, exchange, 1, 1, 2, ((text, 1),)),),
        repetition=Repetition(1, (2,), 0, ((text, 3),)),
        masked=(text,),
        not_compared=(text,),
        command=text,
    )
