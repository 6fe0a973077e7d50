"""Which specs reach which lines of the mutated modules, learned from a run with a tracer.

It is kept in the cache as long as neither the packages nor the specs change.
"""

import itertools
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from starlette_conformance.model.decode import from_json
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.mutants.overlay import PACKAGES, sources
from starlette_conformance.mutants.worker import Spec, Worker
from starlette_conformance.output.atomic_write import write_whole
from starlette_conformance.replay import corpus
from starlette_conformance.stacks.cache import cache_folder
from starlette_conformance.stacks.overlays import lay_traced
from starlette_conformance.stacks.project import apps as known_apps
from starlette_conformance.stacks.project import digest, modules

SOURCES = (*corpus.SOURCES, *modules("mutants"))
"""What the specs reach depends on all that a recording of them does, and on the tracer."""
SECONDS = 600.0
WAITS_SECONDS = 0.3
"""A spec that takes longer, without a mutant, waits for something."""
FAILED = 20
"""Where more fail on the unchanged stack, nothing can be learned of its mutants."""


@dataclass
class Coverage:
    """The specs by node id, and by module and line what reaches it.

    That are numbers of specs, from 1, and names of apps that do before their first request, or for
    a spec that is not under way, or of another script that becomes an app.
    """

    specs: dict[str, Spec]
    lines: dict[str, dict[int, set[int | str]]]
    names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = list(self.specs)

    def reaches(self, mutant: Mutant) -> bool:
        if mutant.is_default:
            return bool(self._of(mutant.module, mutant.inner_first, mutant.inner_last))
        return bool(self._of(mutant.module, mutant.first, mutant.last))

    def covering(self, mutant: Mutant) -> list[str]:
        """The specs that reach it, or what it may make a difference to."""
        found = self._reaching(mutant)
        named = [self.names[by - 1] for by in sorted(by for by in found if isinstance(by, int))]
        apps = {self.specs[name].app for name in named} | found
        waiting = [n for n, spec in self.specs.items() if spec.waits and spec.app in apps]
        return list(dict.fromkeys([*named, *waiting]))

    def others(self, mutant: Mutant, covering: Iterable[str]) -> list[str]:
        """The other specs of the apps that reach it, by a request or before the first one."""
        known, every = set(covering), {spec.app for spec in self.specs.values()}
        apps = {self.specs[name].app for name in known} | {*known_apps()} & self._reaching(mutant)
        if not apps or (mutant.runs_at_import and not mutant.function):
            apps = every
        return [n for n, spec in self.specs.items() if n not in known and spec.app in apps]

    def _reaching(self, mutant: Mutant) -> set[int | str]:
        found = self._of(mutant.module, mutant.first, mutant.last)
        if mutant.runs_at_import:
            found |= self._of(mutant.module, mutant.inner_first, mutant.inner_last)
        return found

    def _of(self, module: str, first: int, last: int) -> set[int | str]:
        lines = self.lines.get(module, {})
        return set[int | str]().union(*(lines.get(line, ()) for line in range(first, last + 1)))


class Kept(msgspec.Struct, forbid_unknown_fields=True):
    """What stands in the cache: as in Coverage, and the specs that fail without a mutant."""

    specs: dict[str, Spec]
    lines: dict[str, dict[int, set[int | str]]]
    failed: list[str]

    def __post_init__(self) -> None:
        numbers = range(1, len(self.specs) + 1)
        for reached in itertools.chain(*(found.values() for found in self.lines.values())):
            if not all(by in numbers for by in reached if isinstance(by, int)):
                raise ValueError("a line is reached by a spec that is not there")


def key(environment: Environment) -> str:
    """The same as long as the packages, the apps and the specs are."""
    packages = repr(sorted(environment.packages.items())).encode()
    return f"{digest(*SOURCES)}-{zlib.crc32(packages):08x}"


def coverage(environment: Environment, worker: Worker, folder: Path) -> tuple[Coverage, list[str]]:
    """What the specs reach, and those that are of no use, since they fail without a mutant.

    Raises Failure.
    """
    path = cache_folder() / "coverage" / f"{key(environment)}.json"
    if kept := _kept(path):
        return Coverage(kept.specs, kept.lines), kept.failed
    traced = lay_traced(environment, folder / "traced", PACKAGES)
    judged = worker.judge(traced, list(worker.specs), SECONDS, to_the_end=True)
    if judged is None or len(judged.failed) > FAILED:
        count = f"{len(judged.failed)} specs fail" if judged else f"took over {SECONDS:g} s"
        raise Failure(f"{environment} without a mutant: {count}, so no mutant can be judged")
    modules = {str(path): module for module, path in sources(environment).items()}
    reached: dict[str, defaultdict[int, set[int | str]]] = defaultdict(lambda: defaultdict(set))
    specs, names = worker.specs, list(worker.specs)
    for record in (traced / "lines").read_text("ascii").splitlines():
        number, app, file, line = record.split()
        spec = specs[names[int(number) - 1]] if int(number) else None
        if module := modules.get(file):
            reached[module][int(line)].add(int(number) if spec and app in spec.apps else app)
    known = {
        name: replace(
            spec,
            seconds=judged.seconds[name],
            waits=spec.waits or judged.seconds[name] > WAITS_SECONDS,
        )
        for name, spec in specs.items()
    }
    lines = {module: dict(found) for module, found in reached.items()}
    kept = Kept(known, lines, list(judged.failed))
    write_whole(path, json.dumps(msgspec.to_builtins(kept, str_keys=True)))
    return Coverage(known, lines), kept.failed


def _kept(path: Path) -> Kept | None:
    """What an earlier run learned; None where there is nothing, or it is damaged."""
    with suppress(OSError, UsageError):
        return from_json(path.read_bytes(), Kept, path)
    return None
