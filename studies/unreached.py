"""Which lines of the packages nothing reaches: no request of the specs, and no scenario of theirs.

    python -m studies.unreached [--stack documented] [--lines FILE]

runs all specs on a stack whose packages write down which lines run, and prints a table in Markdown:
by package, its lines, how many the requests reach, how many the scenarios reach as well, and how
many nothing does. FILE gets the lines that nothing reaches, by file and function. Code in C, as
that of httptools, has no lines.
"""

import argparse
import importlib
import inspect
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

from starlette_conformance.model.errors import Failure
from starlette_conformance.mutants.overlay import installed, lay_traced
from starlette_conformance.mutants.worker import Worker
from starlette_conformance.stacks.targets import provisioned

PACKAGES = ("starlette", "sse_starlette", "uvicorn", "h11", "httptools")
SECONDS = 1800.0

Places = dict[str, dict[int, str]]
"""By file, the lines that can run, each with its function."""


def main(stack: str, lines: Path | None) -> int:
    environment = provisioned(stack)
    with tempfile.TemporaryDirectory(prefix="unreached-") as name:
        folder = Path(name)
        there = [each for each in PACKAGES if (installed(environment) / each).is_dir()]
        traced = lay_traced(environment, folder / "traced", there)
        with Worker(stack, folder / "worker") as worker:
            judged = worker.judge(traced, list(worker.specs), SECONDS, to_the_end=True)
            if judged is None:
                raise Failure(f"{environment}: the specs took over {SECONDS:g} s")
            playing = [_plays(spec) for spec in worker.specs]
        known = _places(traced)
        reached = _reached((traced / "lines").read_text("ascii").splitlines(), playing)
    print(table(known, reached))
    print(f"\n{environment}; {sum(playing)} of {len(playing)} specs play a scenario")
    if judged.failed:
        print(f"{len(judged.failed)} failed, perhaps as the tracer takes time")
    if lines:
        lines.write_text("\n".join(left(known, reached)) + "\n", "utf-8")
    return 0


def _plays(spec: str) -> bool:
    """Whether a spec, by its node id, plays a scenario."""
    file, function = spec.partition("[")[0].split("::")
    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    return "play" in inspect.signature(getattr(module, function)).parameters


def _places(folder: Path) -> Places:
    found: Places = {}
    for path in sorted(folder.glob("*/**/*.py")):
        if "tests" not in path.parts:  # h11 brings its own
            code = compile(path.read_bytes(), str(path), "exec")
            found[str(path.relative_to(folder))] = dict(_lines(code))
    return found


def _lines(code: CodeType) -> Iterator[tuple[int, str]]:
    for _, _, line in code.co_lines():
        if line:
            yield line, code.co_qualname
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _lines(constant)


def _reached(records: list[str], playing: list[bool]) -> dict[bool, set[tuple[str, int]]]:
    """What ran for a scenario, and what ran for anything else; a start is of both."""
    found: dict[bool, set[tuple[str, int]]] = {True: set(), False: set()}
    for record in records:
        number, _, file, line = record.split()
        by = playing[int(number) - 1] if int(number) else False
        found[by].add((file, int(line)))
    return found


def table(known: Places, reached: dict[bool, set[tuple[str, int]]]) -> str:
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for file, places in known.items():
        for line in places:
            by_request = (file, line) in reached[False]
            by_scenario = not by_request and (file, line) in reached[True]
            kind = "requests" if by_request else "scenarios" if by_scenario else "nothing"
            rows[file.split("/")[0]].update((kind, "lines"))
    columns = ("lines", "requests", "scenarios", "nothing")
    head = "| package | lines | reached by requests | by scenarios alone | by nothing |"
    return "\n".join(
        [
            head,
            "| --- | ---: | ---: | ---: | ---: |",
            *(
                f"| {package} | {' | '.join(f'{counts[each]:,}' for each in columns)} |"
                for package, counts in rows.items()
            ),
        ]
    )


def left(known: Places, reached: dict[bool, set[tuple[str, int]]]) -> list[str]:
    """What nothing reaches, a line for each function."""
    found = []
    for file, places in known.items():
        functions: dict[str, list[int]] = defaultdict(list)
        for line, function in sorted(places.items()):
            if not any((file, line) in each for each in reached.values()):
                functions[function].append(line)
        found += [
            f"{file} {function}: {', '.join(map(str, lines))}"
            for function, lines in functions.items()
        ]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stack", default="documented", help="(documented)")
    parser.add_argument("--lines", type=Path, help="a file")
    options = parser.parse_args()
    try:
        sys.exit(main(options.stack, options.lines))
    except Failure as failure:
        print(failure.message, file=sys.stderr)
        sys.exit(failure.exit_code)
