"""The releases of a site compared with each other, a page a pair."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette_conformance.diff import phrases
from starlette_conformance.diff.files import as_html
from starlette_conformance.explain.comparison import Known
from starlette_conformance.explain.exit_code import exit_code
from starlette_conformance.explain.recorded import Recorded
from starlette_conformance.explain.result import Diff, Group
from starlette_conformance.published.collected import Stack
from starlette_conformance.published.documents import Compared, Counts
from starlette_conformance.published.recorded_diff import recorded_diff
from starlette_conformance.published.releases import Release, pairs
from starlette_conformance.runs.rerun_commands import of_verb

HOME = "../../../"
"""The way from the page of a pair to the start."""


@dataclass(frozen=True)
class Example:
    """Where a change shows: the pair, its page, and what the change alters."""

    diff: Diff
    group: Group
    page: str
    older: Release
    newer: Release


@dataclass(frozen=True)
class Comparisons:
    """Those of all series by both stacks, and by the name of a change one in which it shows."""

    recorded: Recorded
    found: dict[tuple[str, str], Compared] = field(default_factory=dict)
    examples: dict[str, Example] = field(default_factory=dict)
    known: Known = field(default_factory=dict)

    def add(
        self,
        series: list[Release],
        stacks: Mapping[str, Stack],
        write: Callable[[str, str], object],
    ) -> Iterator[None]:
        """Compare what is compared of a series, a step each, and write the pages."""
        for older, newer in pairs(series):
            yield
            before, after = (stacks[release.stack] for release in (older, newer))
            if before.recorded is None or after.recorded is None:
                continue
            runs = (before.judged, before.recorded), (after.judged, after.recorded)
            path = f"diff/{older.package}/{older.version}...{newer.version}/index.html"
            command = of_verb("diff", older.stack, newer.stack)
            diff = replace(recorded_diff(runs, self.recorded, known=self.known), command=command)
            write(path, as_html(diff, home=HOME))
            self.found[older.stack, newer.stack] = _compared(diff, older, newer, path)
            for group in diff.explained:
                if group.change:
                    example = Example(diff, group, path, older, newer)
                    known = self.examples.setdefault(group.name, example)
                    if len(diff.explained) < len(known.diff.explained):
                        self.examples[group.name] = example


def _compared(diff: Diff, older: Release, newer: Release, page: str) -> Compared:
    return Compared(
        older=older.version,
        newer=newer.version,
        page=page,
        summary=phrases.outcome(diff),
        exit_code=exit_code(diff),
        responses=_counts(diff.counts),
        scenarios=_counts(diff.counts_of_scenarios),
        changes=tuple(group.name for group in diff.explained if group.change),
    )


def _counts(counts: Mapping[str, Any]) -> Counts:
    return Counts(**{name: counts[name] for name in Counts.__struct_fields__})
