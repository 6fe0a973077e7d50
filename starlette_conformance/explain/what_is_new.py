"""What is new on a stack that fails specs which the one before it passes, from their run files.

That is where the day begins on which a new release is out: each difference that no change explains
comes with a draft of the change to add to `specs/ledger/changes.py`.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from starlette_conformance.explain.comparison import Comparison, Known
from starlette_conformance.explain.result import Diff, Group
from starlette_conformance.explain.side import Side, moved_packages
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.runs.run_reader import load_start
from starlette_conformance.stacks.ledger import Ledger

NOTES = {
    "starlette": "https://github.com/Kludex/starlette/releases/tag/{}",
    "uvicorn": "https://github.com/Kludex/uvicorn/releases/tag/{}",
    "sse-starlette": "https://github.com/sysid/sse-starlette/releases/tag/v{}",
}
"""Where the notes on a release are."""

WIDTH = 60


def compare_runs(
    older: RunResponses, newer: RunResponses, ledger: Ledger, known: Known | None = None
) -> Diff:
    """`known` as for `Comparison.explain`."""
    comparison = Comparison(older.environment, newer.environment, ledger)
    before, after = ({**each.others, **each.responses} for each in (older, newer))
    requests = [sent for sent in older.responses if sent in newer.responses]
    explained = comparison.explain(before, after, requests, known)
    return comparison.diff(explained, comparison.outcomes(older.outcomes, newer.outcomes))


def what_is_new(
    folder: Path, failing: set[str], series: Iterable[Sequence[str]], ledger: Ledger
) -> Iterator[Diff]:
    """Each of the `failing` stacks compared with the one before it in its series, where that has a
    run file in the folder, too, and passes a spec that the newer one fails.
    """
    pairs = [pair for stacks in series for pair in itertools.pairwise(stacks) if pair[1] in failing]
    paths = _run_files(folder) if pairs else {}
    for pair in pairs:
        if all(stack in paths for stack in pair):
            older, newer = (RunResponses.read(paths[stack]) for stack in pair)
            if any(newer.passed.get(spec) is False for spec, ok in older.passed.items() if ok):
                yield compare_runs(older, newer, ledger)


def _run_files(folder: Path) -> Mapping[str, Path]:
    """By stack; without those that were cut off in their first line, or not installable."""
    starts = {path: load_start(path) for path in folder.rglob("*.jsonl")}
    return {start.stack: path for path, start in starts.items() if start and start.installed}


def draft(group: Group, older: Side, newer: Side) -> str | None:
    """An entry of specs/ledger/changes.py to complete: name, kind, a better sentence, link.

    None where more than one package differs, so that nobody knows which one it is.
    """
    package = only_difference(older, newer)
    if package is None:
        return None
    release = newer.python if package == "python" else dict(newer.packages)[package]
    notes = NOTES.get(package, f"https://pypi.org/project/{package}/{{}}/").format(release)
    fields = (package, release, "change", _sentence(group), notes)
    lines = "".join(f"    {_quoted(value)},\n" for value in fields)
    return f"NAME_IT = Change(\n{lines})"


def only_difference(older: Side, newer: Side) -> str | None:
    """The package that both have, and in whose version alone they differ."""
    found = moved_packages(older, newer, python=True)
    if len(found) != 1:
        return None
    ((name, versions),) = found.items()
    return None if None in versions else name


def _sentence(group: Group) -> str:
    """A draft of what changed, in a sentence to complete."""
    example = group.example
    parts = [
        f"{d.where} {_short(d.after)} instead of {_short(d.before)}" for d in example.remaining
    ]
    line = example.line.rpartition(" ")[0]
    return f"{ascii(line)[1:-1][:80]} of {example.app}: {'; '.join(parts)}."


def _short(text: str | None) -> str:
    return "nothing" if text is None else ascii(text).strip("'")[:WIDTH]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
