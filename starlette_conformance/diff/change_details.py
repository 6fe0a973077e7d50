"""`explain CHANGE|SPEC`: one change, or one spec, whole."""

import difflib
import itertools
from collections.abc import Iterator, Mapping, Sequence

from packaging.version import Version
from rich.console import Console
from rich.text import Text

from starlette_conformance.diff.terminal import group_lines
from starlette_conformance.explain import live
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.excerpt import request_lines
from starlette_conformance.http.curl_commands import PORT, asked, served
from starlette_conformance.model.changes import Change
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.output.console import console
from starlette_conformance.replay.corpus import STACK, run_files
from starlette_conformance.replay.spec_index import Spec, specs_of
from starlette_conformance.stacks.project import catalogue, ledger
from starlette_conformance.stacks.targets import provisioned

SHOWN = 12
"""Specs that are listed, and requests of one."""


def explain(name: str) -> int:
    """Print what is known of a change, or of the specs that are meant. Raises UsageError."""
    output, changes = console(), ledger().changes
    wanted = name.upper().replace("-", "_").replace(" ", "_")
    specs = specs_of(run_files(console(stderr=True)))
    if wanted in changes:
        _show(_change(wanted, changes[wanted], specs, output), output)
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
    _show(_spec(meant, changes), output)
    return 0


def _functions(spec: Spec) -> tuple[str, ...]:
    function = spec.name.partition("::")[2]
    return function, function.partition("[")[0], spec.name.partition("[")[0]


def _unknown(name: str, wanted: str, changes: Mapping[str, Change], specs: Sequence[Spec]) -> str:
    functions = {each for spec in specs for each in _functions(spec)[1:2]}
    near = difflib.get_close_matches(wanted, changes, 3, 0.5)
    near += difflib.get_close_matches(name, functions, 3, 0.6)
    meant = f"; near it are {', '.join(near)}" if near else ""
    return (
        f"{name!r} is no change and no part of a spec's name{meant}. "
        "`starlette-conformance changes` lists the changes"
    )


def _show(lines: Iterator[str | Text], output: Console) -> None:
    for line in lines:
        output.print(line if isinstance(line, Text) else Text(line), soft_wrap=True)


def _change(
    name: str, change: Change, specs: Sequence[Spec], output: Console
) -> Iterator[str | Text]:
    asserting = [spec for spec in specs if name in spec.changes]
    yield from change.lines(name)
    yield f"    until: {change.last or 'it still holds'}"
    yield ""
    yield f"asserted by {len(asserting)} specs:"
    yield from (f"    {spec.name}" for spec in asserting[:SHOWN])
    if len(asserting) > SHOWN:
        yield f"    ... and {len(asserting) - SHOWN} more"
    for reason, those in ledger().unseen.items():
        if change in those:
            yield f"no example: {reason}"
            return
    pair = neighbours(change)
    if pair is None:
        yield f"no example: no two neighbours of specs/stacks.toml differ by {change.package} alone"
        return
    yield ""
    yield f"seen on {pair[0]} and {pair[1]}:"
    every = list(dict.fromkeys(each for spec in asserting or specs for each in spec.asked))
    try:
        with output.status("asking both"):
            older, newer = (provisioned(stack) for stack in pair)
            found = live.compare(Comparison(older, newer, ledger()), every)
    except Failure as failure:
        yield f"no example: {failure}"
        return
    groups = [group for group in found.explained if group.change == change]
    for group in groups:
        yield from group_lines(group)
        yield from (f"  by hand: {line}" for line in group.example.by_hand)
    if not groups:
        yield "no example: none of what its specs ask is answered otherwise"


def neighbours(change: Change) -> tuple[str, str] | None:
    """Two stacks of an axis, next to each other, of which one has the change."""
    known = catalogue()
    for axis in known.axes.values():
        if next(iter(axis.vary)) != change.package:
            continue
        versions = {name: Version(parts[axis.name]) for name, parts in axis.combinations()}
        for series in known.series(set(versions)):
            for pair in itertools.pairwise(series):
                if len({change.holds_in(versions[stack]) for stack in pair}) == 2:
                    return pair
    return None


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
    every = list(dict.fromkeys(each for spec in meant for each in spec.asked))
    environment = provisioned(STACK)
    yield f"exchanges: {len(every)}"
    for each in every[:SHOWN]:
        yield ""
        yield from (Text(f"  > {line}", "cyan") for line in request_lines(each.request))
        yield f"  by hand: {served(each.served, environment)}"
        yield f"           {asked(each.request.to(PORT))}"
    if len(every) > SHOWN:
        yield f"  ... and {len(every) - SHOWN} more"
