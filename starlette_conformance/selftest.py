"""`selftest`: shows within a minute that specs and gate work, and that they can fail.

What must pass is judged beside what must not: the documented stack, and a release as it is; the
release under the name of the next one, and copies of the documented stack with a defect each. Then
a gate of equal stacks must say nothing, and one of a planted cost must fail, while the specs that
wait go on: what the gate counts is the same beside other work. A line is printed for each as soon
as it is known; exit code 0 only where all of them came out as they must, else 1.
"""

import io
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from json import loads
from pathlib import Path
from threading import Event

from rich.console import Console
from rich.text import Text

from starlette_conformance.cost import callgrind
from starlette_conformance.cost.gate_table import VERDICT
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.extras import absent
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.result import Result
from starlette_conformance.process.child_environment import of_own
from starlette_conformance.process.launch import guarded
from starlette_conformance.process.worker_threads import side_by_side
from starlette_conformance.runs.rerun_commands import of_verb
from starlette_conformance.runs.sessions import judge
from starlette_conformance.runs.summary import Summary
from starlette_conformance.stacks.patched_copies import COST, DEFECTS, called, copied, plant
from starlette_conformance.stacks.project import ROOT, apps, catalogue
from starlette_conformance.stacks.provision import provision
from starlette_conformance.stacks.tempdirs import scratch

GATE_SECONDS = 300.0
OLD, NEXT = "0.36.0", "0.36.1"
"""Every file gets an error from the first, and by no other release."""

SPECS = (
    "not browser and (test_hello.py and allows or test_json_cors.py and readable_from_every "
    "or test_static_files.py and serves or test_basic_auth.py and refuses_a_wrong "
    "or test_sse.py and counts_from_one)"
)
"""What runs on copies: some specs of each app."""


WORDS = {
    True: ("ok", "green"),
    False: ("WRONG", "bold red"),
    None: ("NOT SHOWN", "bold yellow"),
}


@dataclass(frozen=True)
class Line:
    """An expectation, and what came of it; `held` is None where it could not be shown."""

    what: str
    held: bool | None
    how: str


Report = Callable[[Line], None]


def selftest(json: Path | None = None) -> int:
    output_files.check([json])
    began, output, lines, over = time.monotonic(), console(), list[Line](), Event()

    def report(line: Line) -> None:
        if over.is_set():  # after Ctrl-C the folder goes, and what fails then shows nothing
            return
        lines.append(line)
        word, style = WORDS[line.held]
        text = f"  {time.monotonic() - began:3.0f} s  {line.what}: {line.how}"
        output.print(Text(f"{word:>9}", style).append(text, "default"), soft_wrap=True)

    with scratch() as folder, output.status("judging, and two gates: less than a minute"):
        documented = provision(catalogue().named("documented"))
        try:
            side_by_side(
                [partial(whole, folder, report), partial(rest, documented, folder, report)], 2
            )
        finally:
            over.set()
    return print_summary(lines, time.monotonic() - began, output, json)


def rest(documented: Environment, folder: Path, report: Report) -> None:
    """All but the whole of the specs."""
    parts(documented, folder, report)
    gates(documented, folder, report)


def print_summary(
    lines: Sequence[Line], seconds: float, output: Console, json: Path | None = None
) -> int:
    """Print what all lines come to; 0 where every expectation held, else 1."""
    held = sum(line.held is True for line in lines)
    good = bool(lines) and held == len(lines)
    summary = f"{held} of {len(lines)} came out as they must, in {seconds:.0f} s"
    command = of_verb("selftest")
    result = Result(int(not good), summary, command, next=[] if good else [command])
    result.write(json, expectations=list(map(asdict, lines)))
    if missing := [line.what for line in lines if line.held is None]:
        output.print(f"NOT SHOWN: {'; '.join(missing)}", style="bold yellow")
    output.print(summary, style="bold green" if good else "bold red")
    return result.exit_code


def whole(folder: Path, report: Report) -> None:
    """Judge the documented stack by all specs but those that need a browser."""
    summary = judged(["documented"], folder / "whole", "not browser")
    line = green(summary, "documented", "the documented stack passes all specs without a browser")
    if lacking := set(apps()) - {app for _, app in summary.tally}:
        line = Line(line.what, False, f"nothing was judged of {', '.join(sorted(lacking))}")
    report(line)


def parts(documented: Environment, folder: Path, report: Report) -> None:
    """Judge copies, with a defect and without, by some specs of each app."""
    name, old = f"starlette-{OLD}", provision(catalogue().named(f"starlette-{OLD}"))
    base, copies = documented.interpreter, folder / "copies"
    posing = str(called(old.interpreter, copies / "posing", "starlette", NEXT))
    plain = str(copied(base, copies / "plain"))
    planted = [
        str(plant(base, copies / f"defect{number}", each)) for number, each in enumerate(DEFECTS)
    ]
    summary = judged([name, posing, plain, *planted], folder / "parts", SPECS)
    report(green(summary, name, f"Starlette {OLD} passes as {OLD}"))
    report(red(summary, posing, "static_files", f"Starlette {OLD} fails as {NEXT}"))
    report(green(summary, plain, "a copy of the documented stack passes"))
    for path, each in zip(planted, DEFECTS, strict=True):
        report(red(summary, path, each.where, f"a copy with a defect fails; {each.name}"))


def judged(stacks: Sequence[str], folder: Path, specs: str) -> Summary:
    """What a session on these stacks came to, without a word of its own."""
    return judge(stacks, folder, 1, ["-k", specs], Console(file=io.StringIO()))[0]


def green(summary: Summary, stack: str, what: str) -> Line:
    """A stack on which all specs must pass, to the end of the session."""
    counts = sum((c for (name, _), c in summary.tally.items() if name == stack), Counter[str]())
    held = set(counts) == {"pass"} and stack not in summary.unfinished
    return Line(what, held, _counted(counts) + " (cut off)" * (stack in summary.unfinished))


def red(summary: Summary, stack: str, app: str, what: str) -> Line:
    """A stack on which specs of an app must fail, and for no other reason than a response."""
    counts = summary.tally.get((stack, app), Counter[str]())
    return Line(what, counts["fail"] > 0 and set(counts) <= {"pass", "fail"}, _counted(counts, app))


def _counted(counts: Counter[str], app: str = "") -> str:
    text = ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) or "not judged"
    return f"{app} {text}".strip()


def gates(documented: Environment, folder: Path, report: Report) -> None:
    """Gate equal stacks, and one that costs more, at the same time."""
    costly = str(plant(documented.interpreter, folder / "costly", COST))
    wanted = (
        ("the gate says nothing of equal stacks", "documented", "pass"),
        ("the gate finds a planted cost", costly, "regression"),
    )
    missing = [f"`gate` needs {extra}" for extra in absent("scipy", "numpy")]
    missing += [] if callgrind.found() else [callgrind.LACKING]
    if missing:
        for what, _, _ in wanted:
            report(Line(what, None, missing[0]))
        return

    def show(number: int) -> None:
        what, new, verdict = wanted[number]
        report(gated(what, new, verdict, folder / f"gate{number}.json"))

    side_by_side([partial(show, number) for number in range(len(wanted))], len(wanted))


def gated(what: str, new: str, verdict: str, figures: Path) -> Line:
    """Whether the gate of the documented stack and a new one comes to a verdict, as a user sees."""
    command = [
        sys.executable,
        "-m",
        "starlette_conformance",
        "gate",
        "documented",
        new,
        "--benchmark",
        "hello",
    ]
    try:
        done = subprocess.run(
            guarded([*command, "--json", str(figures)]),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=GATE_SECONDS,
            check=False,
            env=of_own(),
        )
    except subprocess.TimeoutExpired:
        return Line(what, False, f"no verdict within {GATE_SECONDS:g} s")
    found = loads(figures.read_text("utf-8")) if figures.exists() else {}
    if "outcome" not in found:
        said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        return Line(what, False, f"no verdict, exit code {done.returncode}: {said[-1]}")
    counted = [each["change"] for each in found["findings"] if each["what"] == "instructions"]
    how = "".join(f", {100 * change:+.2f} % instructions" for change in counted)
    held = found["outcome"] == verdict and done.returncode == VERDICT[verdict].exit_code
    return Line(what, held and bool(counted), f"{found['outcome']}{how}")
