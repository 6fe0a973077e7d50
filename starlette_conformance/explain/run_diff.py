"""News: what one stack answers otherwise than another, and no named change predicts.

A pure function of answers, so it serves requests that were just made as well as two run files:
the day a new release comes, those of the release and of the one before it.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.explain.clusters import (
    Cluster,
    Finding,
    clustered,
    entry,
    only_difference,
    short,
)
from starlette_conformance.http.curl_commands import PORT, asked, served
from starlette_conformance.model.effects import Effect, between, predicted
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.runs.recorded import Recorded
from starlette_conformance.runs.run_reader import load_start
from starlette_conformance.stacks.project import ledger

SHOWN = 12
"""Clusters that are printed; there are more only where much is unexplained."""

Pair = tuple[Request, Response, Response]
"""A request, and what the older and the newer stack answer."""


@dataclass(frozen=True)
class News:
    """What came out of comparing two stacks: how many answers differ, and what is unexplained."""

    older: Environment
    newer: Environment
    compared: int
    differing: int
    findings: tuple[Finding, ...]

    def lines(self) -> Iterator[str]:
        """The clusters as text, each with how to repeat it and an entry to complete."""
        pair = f"{self.older.name} -> {self.newer.name}"
        if not self.findings:
            yield f"{pair}: every answer is as predicted; what fails is not in the answers"
            return
        clusters = clustered(self.findings)
        yield (
            f"{pair}: {len(self.findings)} of {self.compared:,} "
            f"answers differ unexplained, in {len(clusters)} clusters"
        )
        for cluster in clusters[:SHOWN]:
            yield from self._told(cluster)
        if len(clusters) > SHOWN:
            yield f"  ... and {len(clusters) - SHOWN} more clusters"

    def _told(self, cluster: Cluster) -> Iterator[str]:
        example = cluster.example
        line = example.request.data.split(b"\r\n", 1)[0].decode("latin-1")
        yield f"  {len(cluster.findings)} x {ascii(line)[1:-1][:100]}  ({example.request.app})"
        for name, (before, now) in example.fields.items():
            yield f"    {name}: {short(before)} -> {short(now)}"
        for environment in (self.older, self.newer):
            yield f"    by hand: {served(example.request.app, environment)}"
        yield f"             {asked(example.request.to(PORT))}"
        package = only_difference(self.older, self.newer)
        if package:
            release = self.newer.python if package == "python" else self.newer.packages[package]
            yield "    to complete in specs/ledger/changes.py:"
            yield from (f"    {each}" for each in entry(cluster, package, release).splitlines())


def news(
    older: Environment, newer: Environment, pairs: Iterable[Pair], effects: Iterable[Effect]
) -> News:
    """Compare the answers of two stacks to the same requests."""
    steps, pairs = between(effects, older, newer), list(pairs)
    before_all = {request: before for request, before, _ in pairs}
    compared = differ = 0
    findings = []
    for request, before, after in pairs:
        compared += 1
        differ += before != after
        expected = predicted(steps, request, before, before_all)
        if expected != after:
            findings.append(Finding(request, expected, after))
    return News(older, newer, compared, differ, tuple(findings))


def news_of_runs(older: Recorded, newer: Recorded, effects: Iterable[Effect]) -> News:
    """Compare two runs of the same specs: what both asked alike."""
    both = [key for key in older.exchanges if key in newer.exchanges]
    pairs = ((key[1], older.exchanges[key], newer.exchanges[key]) for key in both)
    return news(older.environment, newer.environment, pairs, effects)


def news_of_failed(
    paths: Mapping[str, Path], neighbours: Iterable[Sequence[str]], effects: Sequence[Effect]
) -> Iterator[News]:
    """What is new on each stack that fails a spec which its predecessor passes.

    `paths` has the run file of each stack, `neighbours` the pairs of stacks to look at.
    """
    for pair in neighbours:
        if any(name not in paths for name in pair):
            continue
        older, newer = (Recorded(paths[name]) for name in pair)
        if any(newer.passed.get(spec) is False for spec, passed in older.passed.items() if passed):
            yield news_of_runs(older, newer, effects)


def news_lines(folder: Path, failing: set[str], series: Iterable[Sequence[str]]) -> Iterator[str]:
    """The news of the run files in a folder: of the `failing` stacks, beside those before them.

    What was cut off in its first line, or not installable, is left out.
    """
    pairs = [
        (older, newer)
        for stacks in series
        for older, newer in itertools.pairwise(stacks)
        if newer in failing
    ]
    if pairs:
        starts = {path: load_start(path) for path in folder.rglob("*.jsonl")}
        paths = {s.stack: path for path, s in starts.items() if s and s.installed}
        for each in news_of_failed(paths, pairs, ledger().effects):
            yield from each.lines()
