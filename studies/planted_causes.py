"""How often `diff` names the cause of a difference, where it is known since it was planted.

    python -m studies.planted_causes [--pairs 40] [--seed 0] [--file FILE]

makes an index of wheels for each pair of lock files, in which 20 to 40 packages move. Some move
only together, and some releases do not start. 1 to 5 causes are planted: in a release of one
package, in two that are needed together, in two of which each suffices, or in two that each change
a part. It runs `diff` on the pair, as a user does, and prints what came of it: a line of JSON for
each pair, in FILE too, and a table of the sums.
"""

import argparse
import hashlib
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.table import Table

from starlette_conformance.__main__ import main as command
from starlette_conformance.output.console import console
from starlette_conformance.output.jsonlines import appending
from studies.made_wheels import index_variables, make_wheel

SIDES = ("old", "new")
KINDS = ("alone", "alone", "alone", "alone", "together", "either", "parts")
SERVE = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module

plan = json.load(open("plan.json"))
values = {}
for name in plan["packages"]:
    try:
        values[name] = import_module(name).VALUE
    except ModuleNotFoundError:
        values[name] = None


def flags(cause):
    return [values[name] == "planted" for name in cause["packages"]]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        cause = plan["causes"][int(self.path[2:])]
        found = flags(cause)
        how = {"alone": all, "together": all, "either": any}.get(cause["kind"])
        body = json.dumps({"new": how(found) if how else found}).encode()
        status = 409 if how and how(found) and cause["alters"] == "status" else 200
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if how and how(found) and cause["alters"] == "header":
            self.send_header("X-New", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@dataclass
class Package:
    """Its releases, and which of them OLD and NEW have; `planted` is the first that behaves
    otherwise, and `broken` do not start.
    """

    name: str
    releases: Sequence[str]
    old: int
    new: int
    planted: int | None = None
    broken: set[int] = field(default_factory=set)
    needs: "Package | None" = None


@dataclass(frozen=True)
class Cause:
    kind: str
    packages: tuple[Package, ...]

    def expected(self) -> set[tuple[str, str]]:
        """A release is named rather than the pre-release of it where it begins."""
        found = set()
        for each in self.packages:
            since = each.releases[each.planted or 0 : each.new + 1]
            found.add((each.name, next((one for one in since if "rc" not in one), since[0])))
        return found


def planned(seed: int) -> tuple[list[Package], list[Cause]]:
    """The packages of a pair, and what is planted in them."""
    chance = random.Random(seed)  # noqa: S311
    packages = []
    for number in range(chance.randint(20, 40)):
        count = chance.randint(3, 9)
        releases = [f"1.{minor}" for minor in range(count)]
        if chance.random() < 0.2:
            releases.insert(-1, f"1.{count - 1}rc1")
        old, new = sorted(chance.sample(range(len(releases)), 2))
        packages.append(Package(f"planted_{number:02}", releases, old, new))
    for _ in range(chance.randint(1, 3)):  # each release of one needs that of the other
        one, other = chance.sample(packages, 2)
        if one.needs is None and other.needs is None and one not in [p.needs for p in packages]:
            one.releases, one.old, one.new = other.releases, other.old, other.new
            one.needs = other
    causes = []
    free = [*packages]
    for _ in range(chance.randint(1, 5)):
        kind = chance.choice(KINDS)
        chosen = chance.sample(free, 1 if kind == "alone" else 2)
        for each in chosen:
            free.remove(each)
            each.planted = chance.randint(each.old + 1, each.new)
        causes.append(Cause(kind, tuple(chosen)))
    for each in packages:
        between = range(each.old + 1, each.new)
        each.broken = {n for n in between if chance.random() < 0.08 and n != each.planted}
    return packages, causes


def made(packages: Sequence[Package], folder: Path) -> Iterator[list[str]]:
    """The wheels of all releases, and the lines of a lock file of OLD, and of NEW."""
    hashes = {}
    for each in packages:
        for number, version in enumerate(each.releases):
            planted = each.planted is not None and number >= each.planted
            text = f"VALUE = {'planted' if planted else 'as ever'!r}\n# {version}\n"
            if number in each.broken:
                text = "raise ImportError('this release is broken')\n"
            needs = [f"{each.needs.name}=={version}"] if each.needs else []
            wheel = make_wheel(folder, each.name, version, {f"{each.name}.py": text}, needs)
            hashes[each.name, version] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    for side in SIDES:
        pins = [(each.name, each.releases[getattr(each, side)]) for each in packages]
        yield [f"{n}=={v} --hash=sha256:{hashes[n, v]}" for n, v in pins]


def tried(seed: int) -> dict[str, Any]:
    """What `diff` says of a pair, beside what was planted."""
    packages, causes = planned(seed)
    chance = random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "wheels").mkdir()
        app = folder / "app"
        app.mkdir()
        for side, lines in zip(SIDES, made(packages, folder / "wheels"), strict=True):
            (app / f"{side}.txt").write_text("\n".join(lines))
        plan = {
            "packages": [each.name for each in packages],
            "causes": [
                {
                    "kind": each.kind,
                    "packages": [package.name for package in each.packages],
                    "alters": chance.choice(["status", "header", "body"]),
                }
                for each in causes
            ],
        }
        (app / "plan.json").write_text(json.dumps(plan))
        (app / "serve.py").write_text(SERVE)
        (app / "r.http").write_text("\n###\n".join(f"GET /c{n}" for n in range(len(causes))))
        variables = index_variables(folder / "wheels", folder)
        apart = patch("starlette_conformance.userapp.repetitions.APART", 0.0)
        words = ["old.txt", "new.txt", "--start", "python serve.py {port}", "--requests", "r.http"]
        began = time.monotonic()
        with chdir(app), patch.dict(os.environ, variables), apart:
            code = command(["-q", "diff", *words, "--json", "diff.json", "--html", os.devnull])
        found = json.loads((app / "diff.json").read_text())
    told = [_told(number, each, found) for number, each in enumerate(causes)]
    return {
        "seed": seed,
        "moved": len(packages),
        "causes": told,
        "exit": code,
        "trials": found["searched"]["trials"],
        "cause_seconds": round(found["searched"]["seconds"], 1),
        "seconds": round(time.monotonic() - began, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def _told(number: int, cause: Cause, found: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of all differences of one cause."""
    mine = [
        each
        for each in found["searched"]["causes"]
        if any(place["request"].startswith(f"GET /c{number} ") for place in each["differences"])
    ]
    named = {
        (one["package"].replace("-", "_"), one["first_release"])
        for each in mine
        for one in each["culprits"]
    }
    expected = cause.expected()
    return {
        "kind": cause.kind,
        "planted": sorted(expected),
        "named": sorted(named, key=str),
        "package": {name for name, _ in named} == {name for name, _ in expected},
        "release": named == expected,
        "innocent": sorted({name for name, _ in named} - {name for name, _ in expected}),
        "proved": bool(mine) and all(each["proved"] for each in mine),
        "untold": "; ".join(each["untold"] for each in mine if each["untold"]),
    }


def table(results: Sequence[Mapping[str, Any]]) -> Table:
    """The sums by kind."""
    shown = Table("planted", "causes", "package", "and release", "innocent named", "proved")
    by_kind: dict[str, Counter[str]] = {}
    for result in results:
        for cause in result["causes"]:
            for kind in (cause["kind"], "all"):
                counts = by_kind.setdefault(kind, Counter())
                counts["causes"] += 1
                for key in ("package", "release", "proved"):
                    counts[key] += cause[key]
                counts["innocent"] += len(cause["innocent"])
    for kind in ("alone", "together", "either", "parts", "all"):
        counts = by_kind.get(kind, Counter())
        keys = ("causes", "package", "release", "innocent", "proved")
        shown.add_row(kind, *(str(counts[key]) for key in keys))
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0, help="of the first pair")
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    results = []
    for seed in range(options.seed, options.seed + options.pairs):
        result = tried(seed)
        results.append(result)
        line = json.dumps(result)
        console().print(line, soft_wrap=True, markup=False, highlight=False)
        if options.file:
            with appending(options.file) as file:
                file.write(f"{line}\n")
    console().print(table(results))


if __name__ == "__main__":
    main()
