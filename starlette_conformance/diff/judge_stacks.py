"""`judge`: the specs on many stacks, and what is new on the wire where they fail."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from starlette_conformance.diff.as_result import known_causes
from starlette_conformance.diff.files import pair_document
from starlette_conformance.diff.kept_verdicts import KeptVerdicts, taken
from starlette_conformance.diff.terminal import render_unexplained
from starlette_conformance.explain.what_is_new import what_is_new
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import of_output
from starlette_conformance.model.extras import absent
from starlette_conformance.model.stack import Stack
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.output_files import Unwritten
from starlette_conformance.output.printing import write_line
from starlette_conformance.output.result import Result
from starlette_conformance.runs.matrix import made
from starlette_conformance.runs.rerun_commands import of_verb, option_words
from starlette_conformance.runs.run_reader import load, start_of_whole
from starlette_conformance.runs.second_try import judge_twice
from starlette_conformance.runs.sessions import not_judged
from starlette_conformance.stacks.interpreters import present
from starlette_conformance.stacks.project import catalogue, ledger
from starlette_conformance.stacks.suites import not_run
from starlette_conformance.stacks.targets import targets_named


def judge_stacks(
    words: Sequence[str],
    jobs: int,
    shard: tuple[int, int],
    runs: Path,
    missing: bool,
    arguments: Sequence[str],
    cached: bool = False,
    json: Path | None = None,
) -> int:
    """Where `cached`, stacks on which the same specs passed are not judged again."""
    output_files.check([json])
    known = catalogue()
    targets = targets_named(words or ["all"], [])
    stacks = {name: target for name, target in targets.items() if isinstance(target, Stack)}
    here, lacking = present(stacks)
    part, parts = shard
    names = [name for name in targets if name in here or name not in stacks]
    if missing:
        there = judged_before(runs)
        names = [name for name in names if name not in there or not _is_dated(targets[name])]
        if not names:
            nothing = f"{runs}: every stack has a whole run file"
            Result(0, nothing, _again(words, arguments), next=[_page(runs)]).write(json)
            write_line(nothing)
            return 0
    names = names[part - 1 :: parts]
    folder = own_folder(runs.absolute())
    kept = KeptVerdicts({name: targets[name] for name in names}, arguments) if cached else None
    laid, kept_said = kept.lay_out(folder / "kept") if kept else ({}, [])
    left = [name for name in names if name not in laid]
    found, footprint = judge_twice(left, folder, jobs, arguments, console())
    write_line(f"run files: {folder}\n{jobs} at a time: {footprint}")
    if kept:
        kept.keep(
            found.logs, [path for path in folder.glob("*/*.jsonl") if path not in laid.values()]
        )
    for path in laid.values():
        found.add(path.name, load(path))
    absent_extras = [f"specs that need {extra}" for extra in absent("playwright")]
    said = list(dict.fromkeys([*kept_said, *not_judged(dict.fromkeys(found.logs.values()))]))
    for line in [*(f"NOT JUDGED {line}" for line in [*lacking, *absent_extras]), *said]:
        console().print(line, style="bold red", markup=False)
    axes = {name: getattr(targets[name], "suite", None) for name in names}
    also = [word.removeprefix("--also=") for word in arguments]  # its own word, or the next one
    aside = not_run(known, axes, also, "judge ... -- --also NAME")
    for line in aside:
        write_line(line)
    if laid:
        write_line(taken(laid.values(), len(names)))
    matrix = made(found, set(names))
    failing = {stack for (stack, _), counts in found.tally.items() if counts["fail"]}
    new = list(what_is_new(folder, failing, known.series(known.stacks), ledger()))
    result = Result(
        matrix.exit_code,
        matrix.closing,
        _again(words, arguments),
        tuple(known_causes(new)),
        [*matrix.again(), _page(folder)],
    )
    unwritten = Unwritten()
    with unwritten.attempt():
        result.write(
            json,
            runs=str(folder),
            not_run=[*lacking, *absent_extras, *said, *aside],
            **matrix.document(),
            new=[pair_document(diff) for diff in new],
        )
    for diff in new:
        render_unexplained(diff, console())
    matrix.print()
    unwritten.report()
    return matrix.exit_code


def _again(words: Sequence[str], arguments: Sequence[str]) -> str:
    return of_verb(
        "judge", *option_words({"--stack": words}), *(["--", *arguments] if arguments else [])
    )


def _page(runs: Path) -> str:
    return of_verb("report", str(runs), "--html", "report.html")


def judged_before(runs: Path) -> set[str]:
    """The stacks that have a whole run file in a folder. Raises UsageError."""
    starts = [start_of_whole(path) for path in sorted(runs.rglob("*.jsonl"))]
    return {start.stack for start in starts if start and start.installed}


def _is_dated(target: Stack | Environment) -> bool:
    """Whether its name means the same packages on every day."""
    return isinstance(target, Stack) and target.exclude_newer is not None


def own_folder(runs: Path) -> Path:
    """A new folder named after the time of day, whoever else begins now. Raises UsageError."""
    output_files.check_folder(runs, "--runs")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in itertools.count(1):
        folder = runs / (f"{stamp}-{number}" if number > 1 else stamp)
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            if isinstance(error, FileExistsError) and folder.exists():
                continue
            raise of_output(error, f"--runs {runs}: cannot be made") from None
        break
    return folder
