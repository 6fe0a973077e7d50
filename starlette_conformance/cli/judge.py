"""The verbs that judge many stacks, or sum up what was judged, and print the matrix."""

import argparse
import itertools
from datetime import UTC, datetime
from pathlib import Path

from starlette_conformance.explain.run_diff import news_lines
from starlette_conformance.model.errors import UsageError, of_os
from starlette_conformance.model.stack import Stack
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.runs.ci_reports import as_junit, as_markdown
from starlette_conformance.runs.run_file import files
from starlette_conformance.runs.sessions import judge
from starlette_conformance.runs.summary import Summary
from starlette_conformance.runs.verdict_table import print_table
from starlette_conformance.stacks.interpreters import present
from starlette_conformance.stacks.project import apps, catalogue, ledger
from starlette_conformance.stacks.targets import asked_for


def judge_stacks(options: argparse.Namespace) -> int:
    known = catalogue()
    asked = asked_for(options.stack or ["all"], [])
    stacks = {name: target for name, target in asked.items() if isinstance(target, Stack)}
    here, lacking = present(stacks)
    part, parts = options.shard
    names = [name for name in asked if name in here or name not in stacks][part - 1 :: parts]
    folder = own_folder(options.runs.absolute())
    found, footprint = judge(names, folder, options.jobs, options.arguments, console())
    print(f"run files: {folder}\n{options.jobs} at a time: {footprint}")
    for line in lacking:
        console().print(f"NOT JUDGED {line}", style="bold red")
    result = _matrix(found, set(names))
    failing = {stack for (stack, _), counts in found.tally.items() if counts["fail"]}
    for line in news_lines(folder, failing, known.series(known.stacks)):
        console().print(line, soft_wrap=True)
    return result


def own_folder(runs: Path) -> Path:
    """A new folder named after the time of day, whoever else begins now. Raises UsageError."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in itertools.count(1):
        folder = runs / (f"{stamp}-{number}" if number > 1 else stamp)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            if folder.exists():
                continue
            raise UsageError(f"--runs {runs}: is not a folder") from None
        except NotADirectoryError:
            raise UsageError(f"--runs {runs}: is not a folder") from None
        except OSError as error:
            raise of_os(error, f"{folder}: cannot be made") from None
        break
    return folder


def sum_up(options: argparse.Namespace) -> int:
    paths = files(options.runs)
    output_files.check([options.junit, options.markdown])
    found = Summary.of(paths)
    said: list[str] = []
    result = _matrix(found, found.stacks, said)
    if options.junit:
        output_files.write(options.junit, as_junit(paths))
    if options.markdown:
        output_files.write(options.markdown, as_markdown(found, paths, said[:-1], said[-1]))
    return result


def _matrix(found: Summary, asked: set[str], said: list[str] | None = None) -> int:
    """Print what stacks came to; 0 where all is well. The closing lines are added to `said`."""
    output = console()
    print_table(found.tally, found.seconds, list(apps()), output)
    changes = ledger().changes
    seen = found.seen(changes)
    print(f"changes that specs asserted on both sides of their boundary: {len(seen)}")
    for name, change in seen.items():
        print(*change.lines(name), sep="\n")
    unproven = found.unproven(changes, catalogue())
    not_judged = sorted(asked - found.stacks)
    cut_off = sorted(found.unfinished.difference(not_judged))
    notes = (
        *(f"UNPROVEN CHANGE {each}" for each in unproven),
        *(f"NOT JUDGED {stack}: see pytest.log" for stack in not_judged),
        *(f"CUT OFF {stack}: not all of its specs were judged" for stack in cut_off),
    )
    for line in notes:
        output.print(line, style="bold red")
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in found.verdicts.items())
    whole = len(found.stacks - found.unfinished)
    closing = f"{whole} of {len(asked)} stacks judged: {verdicts or 'no verdict'}"
    print(closing)
    if said is not None:
        said += [*notes, closing]
    return 0 if found.passed and asked <= found.stacks and not unproven else 1
