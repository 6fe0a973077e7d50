"""Whether the specs notice a mutant. Those that reach it, and killed others like it, come first."""

import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.model.environment import Environment
from starlette_conformance.mutants.coverage import Coverage
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.mutants.overlay import lay
from starlette_conformance.mutants.worker import Worker

FIRST = 50
"""So many specs run first, on one server: most mutants need no more."""
KILLERS = 12
"""So many specs that killed mutants of the same function go before all."""
SPARE_SECONDS = 30.0
SLOWER = 4
"""A mutant is out of time where specs take so many times what they take without one, and more."""


@dataclass(frozen=True)
class Verdict:
    """`killed`, `out of time` or `survived`; by which spec, and what was wrong."""

    verdict: str
    by: str
    why: str
    specs: int
    seconds: float

    @property
    def killed(self) -> bool:
        return self.verdict != "survived"


class Judging:
    """The judgement of mutants of one environment, with what was learned from earlier ones."""

    def __init__(
        self, environment: Environment, coverage: Coverage, useless: Sequence[str]
    ) -> None:
        self.environment = environment
        self.coverage = coverage
        self._useless = set(useless)
        self._killers: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def learn(self, module: str, function: str, spec: str) -> None:
        """A spec killed a mutant of a function."""
        self._killers[module, function][spec] += 1

    def judge(self, mutant: Mutant, worker: Worker) -> Verdict:
        began, specs_run = time.monotonic(), 0
        folder = Path(tempfile.mkdtemp(prefix="mutant-", dir=worker.folder))
        try:
            ahead = lay(self.environment, folder, mutant)
            for batch in self._batches(mutant):
                left = batch
                while left:
                    judged = worker.judge(ahead, left, self._seconds(left))
                    if judged is None:
                        seconds = time.monotonic() - began
                        return Verdict("out of time", "", "", specs_run + len(left), seconds)
                    specs_run += len(judged.seconds)
                    if not judged.failed:
                        break
                    ((spec, why),) = list(judged.failed.items())[:1]
                    if self._fails_again(spec, ahead, worker):
                        self.learn(mutant.module, mutant.function, spec)
                        return Verdict("killed", spec, why, specs_run, time.monotonic() - began)
                    left = left[left.index(spec) + 1 :]
            return Verdict("survived", "", "", specs_run, time.monotonic() - began)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _fails_again(self, spec: str, ahead: Path, worker: Worker) -> bool:
        """Whether it was no chance, where a spec measures time."""
        if not self.coverage.specs[spec].waits:
            return True
        again = worker.judge(ahead, [spec], self._seconds([spec]))
        return again is None or bool(again.failed)

    def _seconds(self, specs: Sequence[str]) -> float:
        return SPARE_SECONDS + SLOWER * sum(self.coverage.specs[each].seconds for each in specs)

    def _batches(self, mutant: Mutant) -> Iterator[list[str]]:
        """What reaches it and is quick, what waits, and then all else of the same apps."""
        specs = self.coverage.specs
        covering = self._ordered(mutant, self.coverage.covering(mutant))
        quick = [name for name in covering if not specs[name].waits]
        variants = next((specs[name].variants for name in quick), [])
        first = [name for name in quick if specs[name].variants == variants][:FIRST]
        yield first
        yield [name for name in quick if name not in set(first)]
        yield [name for name in covering if specs[name].waits]
        others = self._ordered(mutant, self.coverage.others(mutant, covering))
        yield [name for name in others if not specs[name].waits]
        yield [name for name in others if specs[name].waits]

    def _ordered(self, mutant: Mutant, names: Sequence[str]) -> list[str]:
        """The killers first, then one case of each spec, then another one of each, ..."""
        killers = self._killers[mutant.module, mutant.function].most_common(KILLERS)
        before = [spec for spec, _ in killers]
        seen: Counter[str] = Counter()
        ranked = []
        for name in names:
            if name not in self._useless:
                function = name.partition("[")[0]
                place = before.index(name) if name in before else KILLERS + seen[function]
                seen[function] += 1
                ranked.append((place, self.coverage.specs[name].seconds, name))
        return [name for *_, name in sorted(ranked)]
