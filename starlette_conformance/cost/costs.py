"""`costs`: what each release costs, in instructions of a request or an event.

Unless `--stack` says otherwise, these are the releases of the Starlette axis at which a named
change came or went, with the oldest and the newest. A stack that responds wrongly has no costs: it
is named, and the others are measured. Counts of two machines do not compare. Results are appended
as they come to a file of JSON Lines. What was counted before, by `gate` too, is not counted again
(`kept_counts.py`), as long as all that it depends on is the same.
"""

import itertools
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from packaging.version import Version
from rich.console import Console
from rich.table import Table

from starlette_conformance.cost import callgrind
from starlette_conformance.cost.kept_counts import SOURCES, count
from starlette_conformance.cost.manifest import chosen
from starlette_conformance.cost.prices import Price, read_prices
from starlette_conformance.model.changes import Change
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, DidNotStart, UsageError
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.jsonlines import appending
from starlette_conformance.output.progress import progress
from starlette_conformance.output.result import Result
from starlette_conformance.output.sanitize import printable
from starlette_conformance.process.worker_threads import side_by_side
from starlette_conformance.runs.rerun_commands import of_verb, option_words
from starlette_conformance.stacks.catalogue import Catalogue
from starlette_conformance.stacks.project import catalogue, digest, ledger
from starlette_conformance.stacks.targets import made, one, targets_named

BENCHMARKS = ("hello", "json_cors", "static_files", "basic_auth_right", "sse")
AT_A_TIME = 2
WIDE = 110
"""Columns in which all counts have room."""
NOTABLE = 1.005
"""Less is what a gate lets pass."""


def costs(stacks: Sequence[str], base_name: str, file: Path, document: Path | None) -> int:
    output_files.check([file, document])
    if not callgrind.found():
        raise CannotTell(callgrind.LACKING)
    known, began = catalogue(), time.monotonic()
    output = console()
    base_stack = one(base_name)
    changes = ledger().changes
    wanted = targets_named(stacks or releases(known, changes.values()), [])
    environments = [made(each) for each in {base_stack.name: base_stack, **wanted}.values()]
    broken = {each.name: _broken(each, changes) for each in environments}
    if reasons := [*broken[base_stack.name].values()]:
        raise UsageError(f"--base {base_name}: {reasons[0]}; name another stack as 100 %")
    prices = _measured(environments, broken, file, output)
    if base_stack.name not in prices:
        raise CannotTell(f"{base_stack.name} has no costs, so there is no 100 %")
    base = prices[base_stack.name]
    left_out = [*itertools.chain(*(each.values() for each in broken.values()))]
    code = 0 if len(prices) == len(environments) else CannotTell.exit_code
    took = f"{time.monotonic() - began:.0f} s"
    said = f"{len(prices)} of {len(environments)} stacks counted in {took}"
    said += _dearest(prices.values(), base)
    values = {"--stack": list(stacks), "--base": base_name, "--results": str(file)}
    command = of_verb("costs", *option_words(values))
    page = of_verb("report", "runs", "--costs", str(file), "--html", "report.html")
    Result(code, said, command, next=[command] if code else [page]).write(
        document,
        base=base.stack,
        stacks={each.stack: dict(each.instructions) for each in prices.values()},
        not_counted=left_out,
    )
    _print(prices.values(), base, output)
    for reason in left_out:
        output.print(f"NOT COUNTED {reason}", style="bold", soft_wrap=True)
    output.print(said, style="bold", soft_wrap=not output.is_terminal)
    output.print(f"results: {file}", style="dim", soft_wrap=True)
    return code


def releases(known: Catalogue, changes: Iterable[Change]) -> list[str]:
    """The stacks of the axis whose release brought or ended a change, the oldest and the newest."""
    ordered = sorted(map(Version, known.axes["starlette"].vary["starlette"]))
    wanted = {ordered[0], ordered[-1]}
    for change in changes:
        if change.package == "starlette":
            wanted.add(min(v for v in ordered if v >= Version(change.first)))
            wanted |= set([v for v in ordered if change.last and v > Version(change.last)][:1])
    return [f"starlette-{version}" for version in ordered if version in wanted]


def _broken(environment: Environment, changes: Mapping[str, Change]) -> dict[str, str]:
    """Why an app does not respond on a stack, as a named change says, by benchmark."""
    found = {}
    for benchmark in chosen(BENCHMARKS):
        change = changes.get(benchmark.broken_by)
        if change and change.applies_to(environment):
            why = f"{benchmark.broken_by}, {change.package} {change.first}: {change.sentence}"
            found[benchmark.name] = f"{benchmark.name} on {environment.name}: {why}"
    return found


def _measured(
    environments: Sequence[Environment],
    broken: Mapping[str, Mapping[str, str]],
    file: Path,
    output: Console,
) -> dict[str, Price]:
    """By name, those of the stacks that could be measured."""
    prices = {price.stack: price for price in read_prices(file)}
    found: dict[str, Price] = {}
    kept: list[str] = []
    counted = f"{digest(*SOURCES)} on {callgrind.processor()}"
    with appending(file) as lines, progress("counting instructions", output) as shown:
        bar = shown.add_task("", total=len(environments) * len(BENCHMARKS))

        def measure(environment: Environment) -> str:
            """Why it has no costs, if it has none. Not printed here: by Ctrl-C, what is counted is
            killed, and a thread that prints as Python ends brings it down.
            """
            name, packages = environment.name, environment.packages
            benchmarks = chosen(each for each in BENCHMARKS if each not in broken[name])
            shown.advance(bar, len(broken[name]))
            try:
                counts = count(environment, benchmarks, lambda: shown.advance(bar))
            except (CannotTell, DidNotStart) as failure:
                return printable(str(failure))
            medians = {benchmark: each.median for benchmark, each in counts.found.items()}
            found[name] = Price(name, dict(packages), environment.python, medians, counted)
            if counts.ages.keys() == counts.found.keys():
                kept.append(name)
            if found[name] != prices.get(name):
                lines.write(json.dumps(asdict(found[name])) + "\n")
            return ""

        reasons = side_by_side([partial(measure, each) for each in environments], AT_A_TIME)
    if kept:
        output.print(f"kept of earlier runs: the counts of {len(kept)} stacks")
    for reason in filter(None, reasons):
        output.print(f"NO COSTS {reason}", style="bold yellow", markup=False, soft_wrap=True)
    return {each.name: found[each.name] for each in environments if each.name in found}


def _print(prices: Iterable[Price], base: Price, output: Console) -> None:
    """Where counts would be cut off, only how they compare; the file has all."""
    wide = output.width >= WIDE
    if wide:
        title = f"instructions of a request or an event (fewer are better), and % of {base.stack}"
        table = Table("stack", title=title, title_justify="left")
    else:
        title = f"instructions of a request or an event, in % of {base.stack} (less is better)"
        table = Table(title=title, title_justify="left", box=None, pad_edge=False)
        table.add_column("stack", overflow="fold")
    for name in BENCHMARKS:
        table.add_column(name, justify="right", overflow="fold")
    for price in prices:
        table.add_row(price.stack, *(_cell(price, base, name, wide) for name in BENCHMARKS))
    output.print(table)


def _cell(price: Price, base: Price, name: str, wide: bool) -> str:
    value = price.instructions.get(name)
    if value is None:
        return "-"
    share = value / base.instructions[name]
    return f"{value:,.0f} {share:4.0%}" if wide else f"{share:.1%}"


def _dearest(prices: Iterable[Price], base: Price) -> str:
    """What is furthest above 100 %."""
    above = [
        (value / base.instructions[name], name, price.stack)
        for price in prices
        for name, value in price.instructions.items()
        if name in base.instructions
    ]
    share, name, stack = max(above)
    if share < NOTABLE:
        return f"; none costs {NOTABLE - 1:.1%} more than {base.stack}"
    return f"; the most above {base.stack}: {name} on {stack}, {share:.1%}"
