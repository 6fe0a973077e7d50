"""Counts of reference apps, kept in the cache by all that they depend on: the files of the stack's
packages, Python, the project's apps and its way to count, valgrind, the processor, the layout.

The files' contents are the key, not the names of packages: a checkout, a wheel or a copy with one
changed line is another stack, wherever it lies and whatever it is called. What lies outside of the
environment, as an editable install does, has no such key, and nor does a user's app.
"""

import hashlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import msgspec

from starlette_conformance.cost import callgrind, counts
from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.counts import Count
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure
from starlette_conformance.output.atomic_write import write_whole
from starlette_conformance.stacks.cache import cache_folder, key_of
from starlette_conformance.stacks.project import digest, modules

FOLDER = "counts"
SOURCES = (
    *("apps/**/*", "benchmarks/apps/*", "specs/ledger/apps.py", "specs/ledger/site.py"),
    *modules("model", "output", "process", "servers", "http", "stacks", "cost"),
)
"""What counts depend on: the apps, how they are started, what is sent, and the files they serve."""


class _Kept(msgspec.Struct):
    counted: float
    """When, in seconds since the epoch."""
    counts: dict[str, Count]


@dataclass
class Counts:
    """By benchmark; those of `ages` were kept, for so many seconds."""

    found: dict[str, Count] = field(default_factory=dict)
    ages: dict[str, float] = field(default_factory=dict)


def count(
    environment: Environment,
    benchmarks: Iterable[Benchmark],
    done: Callable[[], None] = lambda: None,
    layout: int = 0,
    repeats: int = counts.REQUESTS,
    fresh: bool = False,
) -> Counts:
    """As `counts.count`, of what is not kept; of all with `fresh`."""
    result, missing = Counts(), list[list[Benchmark]]()
    grouped = [list(each) for _, each in groupby(benchmarks, key=lambda each: each.app)]
    files = {each[0].app: _file(environment, each, layout, repeats) for each in grouped}
    for those in grouped:
        file = files[those[0].app]
        kept = None if fresh or file is None else _read(file, those)
        if kept is None:
            missing.append(those)
            continue
        for each in those:
            result.found[each.name] = kept.counts[each.name]
            result.ages[each.name] = max(0.0, time.time() - kept.counted)
            done()
    if missing:
        every = [each for those in missing for each in those]
        result.found |= counts.count(environment, every, done, layout, repeats)
    for those in missing:
        if file := files[those[0].app]:
            made = _Kept(time.time(), {each.name: result.found[each.name] for each in those})
            with suppress(OSError, Failure):  # where the cache is read-only, all are counted anew
                write_whole(file, msgspec.json.encode(made).decode())
    return result


def _read(file: Path, benchmarks: Iterable[Benchmark]) -> _Kept | None:
    """None, too, where it is damaged."""
    try:
        kept = msgspec.json.decode(file.read_bytes(), type=_Kept)
    except (OSError, msgspec.MsgspecError):
        return None
    return kept if kept.counts.keys() == {each.name for each in benchmarks} else None


def _file(
    environment: Environment, benchmarks: Iterable[Benchmark], layout: int, repeats: int
) -> Path | None:
    """Where the counts of an app are kept; None where they are not."""
    those = list(benchmarks)
    contents = contents_of(environment)
    if contents is None or not those[0].forks:
        return None
    interpreter = environment.interpreter.resolve()
    state = interpreter.stat()
    names = [each.name for each in those]
    constants = (counts.WARM_UP, counts.SETTLED, counts.STREAMS, counts.SHORT, counts.LONG, repeats)
    key = key_of(
        *(contents, environment.python, str(interpreter), state.st_size, state.st_mtime_ns),
        *(digest(*SOURCES), _valgrind(), callgrind.processor(), str(cache_folder())),
        *(environment.server.name, names, layout, constants),
    )
    return cache_folder() / FOLDER / f"{key}.json"


def _valgrind() -> str:
    """Its release; none where it is not there, and nothing can be counted."""
    program = shutil.which("valgrind")
    if program is None:
        return ""
    command = [program, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip()


def contents_of(environment: Environment) -> str | None:
    """A digest of all that Python can import of an environment, but for its own library; None where
    something of that lies elsewhere, or may.
    """
    prefix = environment.interpreter.parent.parent
    settings = prefix / "pyvenv.cfg"
    if environment.ahead or not settings.is_file():
        return None
    if "include-system-site-packages = true" in settings.read_text("utf-8", "replace"):
        return None
    found = hashlib.sha256()
    for name, path in sorted(_files(prefix / "lib").items()):
        data = path.read_bytes()
        if name.endswith(".pth") and not _imports_only(data):
            return None
        found.update(f"{name}\0{len(data)}\0".encode() + data)
    return found.hexdigest()


def _files(folder: Path) -> Mapping[str, Path]:
    return dict(_found(folder))


def _found(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield str(path.relative_to(folder)), path


def _imports_only(data: bytes) -> bool:
    """Whether a .pth file names no folder."""
    lines = [line for line in data.splitlines() if line.strip() and not line.startswith(b"#")]
    alone = all(line.startswith((b"import ", b"import\t")) for line in lines)
    return alone and b"__editable__" not in data
