"""`diff OLD NEW --published FILE|URL`: what was recorded of both, compared. Nothing is run."""

import time
from dataclasses import dataclass, replace

from starlette_conformance.diff.conclude import conclude
from starlette_conformance.diff.options import DiffOptions
from starlette_conformance.explain.recorded import Recorded
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.published.reader import Site
from starlette_conformance.published.recorded_diff import recorded_diff
from starlette_conformance.runs.rerun_commands import of_verb, option_words


@dataclass(frozen=True)
class Options(DiffOptions):
    """`published` is where the data are, `only` are some apps."""

    published: str


def diff(options: Options) -> int:
    chosen = options.files
    output_files.check(chosen.values())
    began = time.monotonic()
    site = Site(options.published)
    older, newer = (site.stack(word) for word in (options.old, options.new))
    recorded = Recorded(site.name, f"{site.index.made:%Y-%m-%d}", site.index.tool)
    runs = (older, site.run(older)), (newer, site.run(newer))
    found = recorded_diff(runs, recorded, options.only)
    words = option_words({"--published": site.name, "--only": options.only})
    command = of_verb("diff", older.name, newer.name, *words)
    found = replace(found, seconds=time.monotonic() - began, command=command)
    return conclude(found, chosen, options.fail_on, console())
