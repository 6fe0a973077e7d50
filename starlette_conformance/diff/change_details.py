"""`explain CHANGE|SPEC`: one change, or one spec, whole."""

import difflib
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from packaging.version import Version
from rich.console import Console
from rich.text import Text

from starlette_conformance.diff.left_out import count
from starlette_conformance.diff.terminal import group_lines
from starlette_conformance.explain import live
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.excerpt import request_lines, response_lines
from starlette_conformance.http.curl_commands import PORT, curl_command, serve_command
from starlette_conformance.model.changes import Change
from starlette_conformance.model.depends_on import changes_shown
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.result import KnownCause, Result
from starlette_conformance.replay.corpus import SPECS, STACK, run_files
from starlette_conformance.replay.run_responses import exchanges_of
from starlette_conformance.replay.spec_index import Spec, specs_of
from starlette_conformance.runs.recorded import without_stack
from starlette_conformance.runs.rerun_commands import of_verb
from starlette_conformance.runs.run_reader import load
from starlette_conformance.stacks.catalogue import Axis
from starlette_conformance.stacks.project import catalogue, ledger
from starlette_conformance.stacks.targets import provisioned

REPRODUCE = "reproduce: "
PLAYED = 4
"""Scenarios that are tried for an example."""
TRIED = 6
"""Pairs of stacks that are tried for one."""
MISTYPED = 0.85
"""How alike an unknown name and that of a change are where no spec is meant."""
SHOWN = 12
"""Specs that are listed, and requests of one."""


def explain(name: str, json: Path | None = None) -> int:
    """Print what is known of a change, or of the specs that are meant. Raises UsageError."""
    output_files.check([json])
    output, changes = console(), ledger().changes
    wanted = name.upper().replace("-", "_").replace(" ", "_")
    mistyped = difflib.get_close_matches(wanted, changes, 1, MISTYPED)
    if wanted not in changes and (mistyped or not _may_be_a_spec(name)):
        raise UsageError(_unknown(name, wanted, changes, ()))  # at once: nothing is recorded for it
    specs = specs_of(run_files(console(stderr=True)))
    if wanted in changes:
        change = changes[wanted]
        lines = _show(_change(wanted, change, specs, output), output)
        cause = KnownCause(
            change.sentence, change.package, change.first, wanted, change.link, proved=True
        )
        said = f"{wanted} ({change.kind}, {change.package} {change.first}): {change.sentence}"
        _result(wanted, said, lines, cause).write(json, change=asdict(change), lines=lines)
        return 0
    meant = [spec for spec in specs if name in (spec.name, *_functions(spec))]
    meant = meant or [spec for spec in specs if name.lower() in spec.name.lower()]
    if not meant:
        raise UsageError(_unknown(name, wanted, changes, specs))
    if len({spec.name.partition("[")[0] for spec in meant}) > 1:
        for spec in meant[:SHOWN]:
            output.print(spec.name, soft_wrap=True)
        more = f", of which {SHOWN} are shown" if len(meant) > SHOWN else ""
        raise UsageError(f"{name!r} is a part of {len(meant)} specs{more}: name one")
    lines = _show(_spec(meant, changes), output)
    _result(name, lines[0], lines).write(json, change=None, lines=lines)
    return 0


def _result(name: str, said: str, lines: Sequence[str], *causes: KnownCause) -> Result:
    pasted = [line.partition(REPRODUCE)[2] for line in lines if REPRODUCE in line]
    return Result(0, said, of_verb("explain", name), causes, pasted)


def _may_be_a_spec(name: str) -> bool:
    """Whether all its words stand in the specs' sources, of which their names are made."""
    files = [*SPECS.rglob("*.py")]
    text = "\n".join([*map(str, files), *(file.read_text("utf-8") for file in files)]).lower()
    return all(word in text for word in re.findall(r"[a-z]+", name.lower()))


def _functions(spec: Spec) -> tuple[str, ...]:
    function = spec.name.partition("::")[2]
    return function, function.partition("[")[0], spec.name.partition("[")[0]


def _unknown(name: str, wanted: str, changes: Mapping[str, Change], specs: Sequence[Spec]) -> str:
    functions = {each for spec in specs for each in _functions(spec)[1:2]}
    near = difflib.get_close_matches(wanted, changes, 3, 0.5)
    near += difflib.get_close_matches(name, functions, 3, 0.6)
    meant = f"; did you mean {', '.join(near)}?" if near else "."
    return (
        f"{name!r} is no change and no part of a spec's name{meant} "
        "`starlette-conformance changes` lists the changes"
    )


def _show(lines: Iterator[str | Text], output: Console) -> list[str]:
    shown = []
    for line in lines:
        output.print(line if isinstance(line, Text) else Text(line), soft_wrap=True)
        shown.append(str(line))
    return shown


def _change(
    name: str, change: Change, specs: Sequence[Spec], output: Console
) -> Iterator[str | Text]:
    asserting = [spec for spec in specs if name in spec.changes]
    playing = [each for each in ledger().scenarios if change in changes_shown(each)]
    yield from change.lines(name)
    yield f"    until: {change.last or 'it still holds'}"
    yield ""
    number = f"{count(len(asserting), 'spec')} and {count(len(playing), 'scenario')}"
    yield f"asserted by {number}:"
    names = [*(spec.name for spec in asserting), *(each.name for each in playing)]
    yield from (f"    {each}" for each in names[:SHOWN])
    if len(names) > SHOWN:
        yield f"    ... and {len(names) - SHOWN} more"
    for why, those in ledger().unseen.items():
        if change in those:
            yield from _recorded(why, {spec.name for spec in asserting})
            return
    requests = list(dict.fromkeys(sent for spec in asserting or specs for sent in spec.sent))
    if change in {effect.change for effect in ledger().effects}:
        playing = []
    else:
        requests = []
    yield ""
    for pair in neighbours(change):
        try:
            with output.status("sending requests to both"):
                older, newer = (provisioned(stack) for stack in pair)
                comparison = Comparison(older, newer, ledger())
                playable = [*filter(comparison.can_play, playing)][:PLAYED]
                diff = live.compare(comparison, requests, scenarios=playable)
        except Failure as failure:
            yield f"no example: {failure}"
            return
        for group in diff.explained:
            if group.change == change:
                yield f"seen on {pair[0]} and {pair[1]}:"
                yield from group_lines(group)
                yield from (f"  {REPRODUCE}{line}" for line in group.example.commands)
                return
    yield "no example: the responses to what its specs send do not differ by it"


def _recorded(why: str, specs: Collection[str]) -> Iterator[str | Text]:
    """An exchange of a spec that asserts a change which no single request shows."""
    for path in run_files(console(stderr=True)):
        run = load(path)
        for exchange in exchanges_of(run) if run else ():
            record = run.exchanges[exchange.number - 1] if run else None
            if record and without_stack(record.spec, STACK) in specs:
                yield f"no request alone shows it: {why}"
                yield ""
                yield f"an exchange of its specs, on {STACK}:"
                request, response = exchange.sent.request, exchange.response
                yield from (Text(f"  > {line}", "cyan") for line in request_lines(request))
                yield from (
                    f"  {line.text}" for line in response_lines(response, response, {"body"})
                )
                return
    yield f"no example: {why}"


def neighbours(change: Change) -> list[tuple[str, str]]:
    """Pairs of stacks of which one has the change, and that differ in its package alone: neighbours
    of an axis that varies it, or today's packages with the release before it, and with its first.

    First those next to its first release. A change that scenarios alone show, such as one of
    signals, may need what the axes of their suites hold, the later ones in stacks.toml the more so.
    """
    axes = [axis for axis in catalogue().axes.values() if change.package in axis.vary]
    if not any(effect.change == change for effect in ledger().effects):
        suites = ledger().suites_of(change)
        axes.reverse()
        axes.sort(key=lambda axis: (axis.suite not in suites, axis.apart))
    if change.present:
        return [_without_and_with(axes[0])]
    found = [pair for axis in axes for pair in _around(change, axis)]
    found.sort(key=lambda pair: pair[1][0] != Version(change.first))
    if not found:
        return [(f"{change.package}<{change.first}", f"{change.package}=={change.first}")]
    return [(older, newer) for (_, older), (_, newer) in found][:TRIED]


def _without_and_with(axis: Axis) -> tuple[str, str]:
    """The newest server without a package that it takes where it is installed, and with it."""
    *_, newest = (name for name, _ in axis.combinations())
    *_, plain = (
        name
        for name, parts in catalogue().axes["uvicorn"].combinations()
        if parts.get("parser") == catalogue().stacks[newest].parser
    )
    return plain, newest


Released = tuple[Version, str]
"""The version of a package, and a stack that has it."""


def _around(change: Change, axis: Axis) -> Iterator[tuple[Released, Released]]:
    parsers = {effect.parser for effect in ledger().effects if effect.change == change} - {None}
    series: dict[tuple[str, ...], list[Released]] = {}
    for name, parts in axis.combinations():
        if not parsers or catalogue().stacks[name].parser in parsers:
            rest = tuple(value for key, value in parts.items() if key != change.package)
            series.setdefault(rest, []).append((Version(parts[change.package]), name))
    for pair in itertools.chain(*(itertools.pairwise(sorted(s)) for s in series.values())):
        if len({change.holds_in(version) for version, _ in pair}) == 2:
            yield pair


def _spec(meant: Sequence[Spec], changes: Mapping[str, Change]) -> Iterator[str | Text]:
    first = meant[0]
    yield first.name.partition("[")[0]
    yield f"    {first.sentence}"
    yield f"    app: {first.app}; sources: {', '.join(first.sources())}"
    kept = sum(spec.verdict == "pass" for spec in meant)
    yield f"    {kept} of {len(meant)} cases kept on {STACK}"
    names = dict.fromkeys(name for spec in meant for name in spec.changes)
    yield f"changes that it asserts: {len(names) or 'none'}"
    for name in names:
        yield from (f"    {line}" for line in changes[name].lines(name))
    every = list(dict.fromkeys(each for spec in meant for each in spec.sent))
    environment = provisioned(STACK)
    yield f"exchanges: {len(every)}"
    for each in every[:SHOWN]:
        yield ""
        yield from (Text(f"  > {line}", "cyan") for line in request_lines(each.request))
        yield f"  {REPRODUCE}{serve_command(each.variant, environment)}"
        yield f"  {REPRODUCE}{curl_command(each.request.to(PORT))}"
    if len(every) > SHOWN:
        yield f"  ... and {len(every) - SHOWN} more"
