"""What was judged when: JSON Lines, a file a day, to which lines are only added."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from starlette_conformance.model.decode import from_json, read_bytes
from starlette_conformance.model.errors import of_output
from starlette_conformance.published.documents import HistoryLine, Judged

LIMIT = 64 * 1024 * 1024
"""Bytes of a day."""


def extended(
    folder: Path, stacks: Iterable[Judged], made: datetime, tool: str
) -> list[HistoryLine]:
    """Every line, once those that lack of these runs are added to the file of the day.

    Raises UsageError where a line is no good, with its place: nothing is added behind it.
    """
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in _read(path)]
    known = {(line.stack, line.started) for line in lines}
    new = [_line(each, tool) for each in stacks if (each.name, each.started) not in known]
    if new:
        path = folder / f"{made:%Y-%m-%d}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in new))
        except OSError as error:
            raise of_output(error, f"{path}: cannot be written") from None
    return [*lines, *new]


def _read(path: Path) -> list[HistoryLine]:
    data = read_bytes(path, LIMIT, path)
    return [
        from_json(line, HistoryLine, f"{path}:{number}")
        for number, line in enumerate(data.splitlines(), 1)
    ]


def _line(judged: Judged, tool: str) -> HistoryLine:
    return HistoryLine(
        stack=judged.name,
        package=judged.package,
        version=judged.version,
        packages=judged.packages,
        started=judged.started,
        tool=tool,
        verdicts=judged.verdicts,
    )
