"""The stacks of a site: of each the newest run, what is said of it, and its run file, packed."""

import hashlib
import lzma
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.published.documents import Judged, RunLink
from starlette_conformance.published.releases import Release, in_series, releases
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.report.merged_runs import Column, Pool
from starlette_conformance.report.read_runs import ReadRuns
from starlette_conformance.runs.records import VERDICTS
from starlette_conformance.stacks.catalogue import Catalogue

XZ_PRESET = 2
"""A run file of 4.4 MB takes 84 kB, as with 6, in a sixth of the time."""
LONGEST = 80
"""Characters of the name of a run file."""


@dataclass(frozen=True)
class Stack:
    """`recorded` is None where it could not be provisioned."""

    judged: Judged
    column: Column
    recorded: RunResponses | None
    packed: bytes


@dataclass(frozen=True)
class Collected:
    """The stacks by name, and the releases among them, in series with the oldest first."""

    stacks: Mapping[str, Stack]
    series: list[list[Release]]


def collected(runs: ReadRuns, known: Catalogue) -> Collected:
    """Raises UsageError where a run file is gone meanwhile."""
    by_age = sorted(runs.columns.items(), key=lambda item: item[1].started)
    newest = {column.stack: (path, column) for path, column in by_age}
    of_releases = releases(newest, known)
    series = in_series(of_releases.values())
    in_order = [release.stack for each in series for release in each]
    rest = sorted(newest.keys() - set(in_order))
    return Collected(
        {
            name: _stack(*newest[name], of_releases.get(name), runs.pool)
            for name in (*in_order, *rest)
        },
        series,
    )


def _stack(path: Path, column: Column, release: Release | None, pool: Pool) -> Stack:
    try:
        packed = lzma.compress(path.read_bytes(), preset=XZ_PRESET)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    recorded = _recorded(column, pool)
    return Stack(_judged(column, release, packed), column, recorded, packed)


def _recorded(column: Column, pool: Pool) -> RunResponses | None:
    if column.environment is None:
        return None
    requests, responses = pool.requests.things, pool.responses.things
    return RunResponses(
        column.environment,
        {},
        {requests[r]: responses[a] for r, a in column.responses.items()},
        column.others,
        column.outcomes,
    )


def _judged(column: Column, release: Release | None, packed: bytes) -> Judged:
    environment = column.environment
    counts = Counter(cell.verdict for cell in column.cells.values())
    digest = hashlib.sha256(packed).hexdigest()
    link = RunLink(path=_run_path(column.stack), sha256=digest, bytes=len(packed))
    return Judged(
        name=column.stack,
        package=release.package if release else None,
        version=release.version if release else None,
        python=environment.python if environment else None,
        parser=environment.parser if environment else None,
        loop=environment.loop if environment else None,
        packages=dict(environment.packages) if environment else None,
        started=datetime.fromisoformat(column.started),
        finished=datetime.fromisoformat(column.finished) if column.finished else None,
        complete=column.complete,
        verdicts={each: counts[each] for each in VERDICTS if counts[each]},
        run=link if environment else None,
        release=release.document if release else None,
    )


def _run_path(stack: str) -> str:
    """Two names of stacks never have the same one."""
    name = re.sub(r"[^A-Za-z0-9_.+=!-]+", "-", stack)
    if name != stack or len(name) > LONGEST:
        digest = hashlib.sha256(stack.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        name = f"{name[:LONGEST]}-{digest}"
    return f"runs/{name}.jsonl.xz"
