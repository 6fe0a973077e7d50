"""`diff OLD NEW --published FILE|URL`: what was recorded of both, compared. Nothing is run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from starlette_conformance.diff.conclude import FORMATS, conclude
from starlette_conformance.diff.reference_apps import consoles
from starlette_conformance.explain.recorded import Recorded
from starlette_conformance.output import output_files
from starlette_conformance.published.reader import Site
from starlette_conformance.published.recorded_diff import recorded_diff
from starlette_conformance.runs.rerun_commands import of_verb


@dataclass(frozen=True)
class Options:
    """Two stacks, where the data are, some apps, what fails, and files to write."""

    old: str
    new: str
    published: str
    only: Sequence[str]
    fail_on: Sequence[str]
    json: Path | None
    markdown: Path | None
    html: Path | None
    junit: Path | None
    annotations: Path | None


def diff(options: Options) -> int:
    chosen = {name: getattr(options, name) for name in FORMATS if getattr(options, name)}
    output, _ = consoles(chosen)
    output_files.check(chosen.values())
    began = time.monotonic()
    site = Site(options.published)
    older, newer = (site.stack(word) for word in (options.old, options.new))
    recorded = Recorded(site.name, f"{site.index.made:%Y-%m-%d}", site.index.tool)
    runs = (older, site.run(older)), (newer, site.run(newer))
    found = recorded_diff(runs, recorded, options.only)
    only = [text for app in options.only for text in ("--only", app)]
    command = of_verb("diff", older.name, newer.name, "--published", site.name, *only)
    found = replace(found, seconds=time.monotonic() - began, command=command)
    return conclude(found, chosen, options.fail_on, output)
