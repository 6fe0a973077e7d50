"""The verbs that list: stacks, changes, and releases that the file lacks."""

import argparse
import json
import sys
from dataclasses import asdict

from packaging.version import Version

from starlette_conformance.model.stack import ALWAYS
from starlette_conformance.stacks import package_index
from starlette_conformance.stacks.project import catalogue, ledger


def list_stacks(options: argparse.Namespace) -> int:
    found = catalogue().stacks.values()
    if options.json:
        columns = ("name", "parser", "loop", "exclude_newer", "requirements")
        rows = [{column: getattr(stack, column) for column in columns} for stack in found]
        print(json.dumps(rows, indent=2))
        return 0
    wide = max(len(stack.name) for stack in found)
    print(f"{'name':{wide}}  released by  what it holds, beside the newest of the rest")
    for stack in found:
        held = [text for text in stack.requirements if text not in ALWAYS]
        held += [f"Python {stack.python}"] if stack.python else []
        released = (stack.exclude_newer or "today").partition("T")[0]
        print(f"{stack.name:{wide}}  {released:11}  {', '.join(held)}".rstrip())
    return 0


def list_changes(options: argparse.Namespace) -> int:
    found = ledger().changes
    if options.json:
        print(json.dumps([{"name": name} | asdict(c) for name, c in found.items()], indent=2))
        return 0
    for name, change in found.items():
        print(*change.lines(name), sep="\n")
    return 0


def list_releases(options: argparse.Namespace) -> int:
    """Print the releases of Starlette that PyPI has and the file lacks, as lines to paste."""
    known = catalogue().axes["starlette"].vary["starlette"]
    oldest = min(Version(release) for release in known)
    found = package_index.releases("starlette")
    lacking = [r for r in found if Version(r) >= oldest and r not in known]
    if options.json:
        print(json.dumps([{"release": r, "yanked": found[r]} for r in lacking], indent=2))
        return int(bool(lacking))
    for release in lacking:
        print(f'    "{release}",' + ("  # yanked" if found[release] else ""))
    print(f"specs/stacks.toml lacks {len(lacking)} of the {len(found)} releases", file=sys.stderr)
    return int(bool(lacking))
