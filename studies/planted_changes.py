"""Who sees a change of behaviour that nobody knew: some two hundred are planted, one at a time.

    python -m studies.planted_changes [--sample N] [--seed N] [--only TEXT]... [--file FILE]
                                      [--texts] [--list]

Each is planted in a copy of the documented stack: its server hands every message of a response to a
few lines of Python, which change what one kind of client sees, or sees now and then. `judge` and
`diff` then run as a user would run them, on the app that is changed. A plant is a line of JSON in
FILE, and is not tried again; in the end a table counts by kind who saw how many.

With `--texts` the plants are those of `replaced_texts.toml`: texts of installed packages of today
that are others. All specs judge each, those of the suites `features` and `resilience`, too.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette_conformance.model.errors import Failure
from starlette_conformance.output.jsonlines import appending, records
from starlette_conformance.stacks.patched_copies import Defect, packages
from starlette_conformance.stacks.patched_copies import plant as planted_copy
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import provision
from starlette_conformance.stacks.targets import made, one
from studies.behaviour_plants import Plant, plants
from studies.replaced_texts import Replaced, replaced
from studies.running import COMMAND, ending, finished

STACK = "documented"
FIRST = '        message_type = message["type"]\n'
HOOK = Defect(
    "every message of a response goes through `planted`",
    "",
    "uvicorn/protocols/http/httptools_impl.py",
    FIRST,
    f"        message = await __import__('planted').changed(self, message)\n{FIRST}",
)


def main(options: argparse.Namespace) -> int:
    every: list[Plant | Replaced] = [*(replaced() if options.texts else plants())]
    chosen = [
        each
        for each in every
        if not options.only or any(text in f"{each.kind} {each.title}" for text in options.only)
    ]
    if options.sample:
        chance = random.Random(options.seed)  # noqa: S311  (no secret)
        chosen = chance.sample(chosen, min(options.sample, len(chosen)))
    if options.list:
        for each in chosen:
            print(f"{each.kind}: {each.title}")
        return 0
    options.file.parent.mkdir(parents=True, exist_ok=True)
    found = records(options.file, dict[str, Any], "plants")
    known = {each["plant"] for each in found}
    with (
        tempfile.TemporaryDirectory(prefix="planted-") as name,
        appending(options.file) as file,
    ):
        for number, plant in enumerate(chosen):
            if plant.title in known:
                continue
            folder = Path(name) / str(number)
            found.append(tried(plant, folder))
            file.write(json.dumps(found[-1]) + "\n")
            file.flush()
            print(f"{plant.title}: {_said(found[-1])}", file=sys.stderr, flush=True)
    print(table(found))
    return 0


def tried(plant: Plant | Replaced, folder: Path) -> dict[str, Any]:
    """Who sees it: `judge` by a spec that fails, `diff` by anything that differs. Of a plant in one
    app, these are specs and differences of that app.
    """
    if isinstance(plant, Plant):
        stack, only = STACK, ["--only", plant.app]
        words = ["-k", _specs(plant.app)]
        copy = planted_copy(provision(catalogue().named(STACK)).interpreter, folder / "copy", HOOK)
        (packages(folder / "copy") / "planted.py").write_text(plant.source, "utf-8")
    else:
        stack, only = plant.stack, []
        words = ["--also", "features", "--also", "resilience", "-k", "not browser"]
        copy = plant.plant(made(one(stack)).interpreter, folder / "copy")
    judging = ["judge", "--stack", str(copy), "--runs", str(folder / "runs")]
    judged, _ = finished([*COMMAND, *judging, "--", "-x", *words], folder)
    comparing = ["diff", stack, str(copy), *only, "--no-cause"]
    differs, said = finished([*COMMAND, *comparing], folder)
    shutil.rmtree(folder)
    if judged not in {0, 1} or differs not in {0, 1}:
        raise Failure(f"{plant.title}: judge {judged}, diff {differs}: {said[-500:]}")
    return {
        "plant": plant.title,
        "kind": plant.kind,
        "specs": bool(judged),
        "diff": bool(differs),
    }


def _specs(app: str) -> str:
    """The specs of an app, and those of all apps, by pytest's -k."""
    names = [app, "every_app", "edge", *(("streams", "shutdown") if app == "sse" else ())]
    return f"not browser and ({' or '.join(names)})"


def _said(found: dict[str, Any]) -> str:
    seen = [name for name in ("specs", "diff") if found[name]]
    return " and ".join(seen) or "NOBODY"


def table(found: Sequence[dict[str, Any]]) -> str:
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for each in found:
        seen = {name for name in ("specs", "diff") if each[name]}
        for kind in (each["kind"], "all"):
            kinds[kind].update(["plants", *seen, *(["either"] if seen else [])])
    all_of_them = kinds.pop("all", Counter[str]())
    columns = ("plants", "specs", "diff", "either")
    return "\n".join(
        [
            "| kind | planted | specs see | diff sees | either |",
            "| --- | ---: | ---: | ---: | ---: |",
            *(
                f"| {kind} | {' | '.join(str(counts[each]) for each in columns)} |"
                for kind, counts in [*kinds.items(), ("all", all_of_them)]
            ),
            *(f"\nnobody saw: {each['plant']}" for each in found if _said(each) == "NOBODY"),
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, help="so many, by chance (all)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (0)")
    parser.add_argument("--only", action="append", default=[], help="a part of a title; repeatable")
    parser.add_argument("--file", type=Path, default=Path(".benchmarks/planted.jsonl"))
    parser.add_argument("--texts", action="store_true", help="plants of replaced_texts.toml")
    parser.add_argument("--list", action="store_true", help="name the plants, and end")
    sys.exit(ending(lambda: main(parser.parse_args())))
